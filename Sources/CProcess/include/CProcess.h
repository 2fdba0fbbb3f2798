// What Swift's Glibc module leaves out about processes, signals and waiting. A function each, named after the one it calls; -1 and errno as there.
#ifndef DEBRIEF_CPROCESS_H
#define DEBRIEF_CPROCESS_H

#include <stdbool.h>

// accept4(2) with SOCK_CLOEXEC: hidden behind _GNU_SOURCE. The connection itself blocks: whoever reads or sends says MSG_DONTWAIT.
int debrief_accept(int listener);

// A netlink(7) socket for sock_diag(7), non-blocking and closed by exec.
int debrief_socket_diagnosis(void);

// unix_diag of sock_diag(7) for the listening Unix socket with that inode: how many connections wait in its queue, and how many may. Never waits; -1
// where the kernel does not say. The sequence tells the answer from one that nobody took; it has to be another each time.
int debrief_unix_queue(int netlink, unsigned inode, unsigned sequence, unsigned *length, unsigned *limit);

// The same for a listening TCP socket, by TCP_INFO of tcp(7), whose fields mean the queue there.
int debrief_tcp_queue(int listener, unsigned *length, unsigned *limit);

// getsockopt(2) SO_PEERCRED, whose structure is hidden behind _GNU_SOURCE: the user id of whoever has connected to a Unix socket.
long long debrief_peer_user(int connection);

// epoll_create1(2) with EPOLL_CLOEXEC.
int debrief_epoll_create(void);

// epoll_ctl(2), EPOLL_CTL_ADD for reading. Exclusive: of several processes that wait for one listener, a connection wakes one (EPOLLEXCLUSIVE).
int debrief_epoll_add(int epoll, int descriptor, bool exclusive);

// epoll_ctl(2), EPOLL_CTL_DEL.
int debrief_epoll_remove(int epoll, int descriptor);

// epoll_wait(2) for one event: the ready descriptor; -1 with errno 0 where the time ran out first.
int debrief_epoll_wait(int epoll, int timeout_milliseconds);

// eventfd(2), non-blocking and closed by exec: a bell that any process with the descriptor can ring.
int debrief_bell(void);

// Blocks the signals of a mask, bit n - 1 for signal n, in the calling thread, and unblocks all others.
int debrief_block_signals(unsigned long long mask);

// signalfd(2) for the signals of such a mask, which have to be blocked; non-blocking and closed by exec.
int debrief_signal_descriptor(unsigned long long mask);

// The next signal that waits in the descriptor, 0 where none does. *sender is the process that sent it.
int debrief_next_signal(int descriptor, int *sender);

// signal(2) with SIG_DFL or SIG_IGN, which are casts that Swift does not import.
void debrief_default_signal(int signal);
void debrief_ignore_signal(int signal);

// prctl(2) PR_SET_PDEATHSIG, which is variadic: this process is sent the signal when its parent dies.
int debrief_die_with_parent(int signal);

// prctl(2) PR_SET_NAME: what ps and top show as the command, up to 15 bytes of it.
void debrief_set_name(const char *name);

// setgroups(2) with none, setresgid(2) and setresuid(2) for an account, behind prctl(2) PR_CAPBSET_DROP as far as that is allowed; -1 also where that
// is not who the process then is. The kernel clears what capabilities were left, and PR_SET_PDEATHSIG.
int debrief_become(unsigned user, unsigned group);

// capset(2) with no capability at all; -1 also where the process can be root again nevertheless.
int debrief_give_up_capabilities(void);

// prctl(2) PR_SET_NO_NEW_PRIVS: no program that this process or its children run gains a right by set-user-id or file capabilities.
int debrief_no_new_privileges(void);

// setrlimit(2) RLIMIT_CORE 0 and prctl(2) PR_SET_DUMPABLE 0: no core, whoever collects them, and memory, environment and descriptors in /proc are
// root's alone to see. A change of the user or an exec takes the second back.
int debrief_not_dumpable(void);

// setrlimit(2) RLIMIT_NOFILE: so many at the most.
int debrief_limit_descriptors(unsigned count);

// close(2) and closefrom(3) for all but the first three and those listed, which are sorted.
void debrief_close_others(int *kept, unsigned count);

// open(2) with the rights of another account, by setfsuid(2); for a process of root's that has no further groups.
int debrief_open_as(unsigned user, unsigned group, const char *path, int flags, unsigned mode);

// open(2) of a file of this process below /proc, which the kernel gives to root where a process is not dumpable: it is, for as long as that takes.
int debrief_open_own(const char *path, int flags);

// open(2) with O_PATH of what is at the path itself, be it a link or a socket.
int debrief_open_path(const char *path);

// fchownat(2) of an open file or socket, O_PATH or not; EPERM where it is neither, somebody else's, or has another name, too.
int debrief_give_file(int descriptor, unsigned user, unsigned group);

// Moves the environment to the heap, without the variables named, and overwrites it where the kernel has put it and /proc/PID/environ shows it. A name that
// ends in * is that of all that begin so; the list ends in NULL.
int debrief_hide_environment(const char *const *dropped);

// Takes such variables away, and overwrites them.
void debrief_forget_environment(const char *const *dropped);

// The macros of wait(2): the exit code, or -1; the signal that ended the process, or 0.
int debrief_exit_code(int status);
int debrief_term_signal(int status);

#endif

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

// The macros of wait(2): the exit code, or -1; the signal that ended the process, or 0.
int debrief_exit_code(int status);
int debrief_term_signal(int status);

#endif

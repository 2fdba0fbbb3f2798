#define _GNU_SOURCE
#include "CProcess.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

int debrief_accept(int listener) {
    return accept4(listener, NULL, NULL, SOCK_CLOEXEC);
}

long long debrief_peer_user(int connection) {
    struct ucred peer;
    socklen_t size = sizeof peer;
    return getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 ? (long long)peer.uid : -1;
}

int debrief_epoll_create(void) {
    return epoll_create1(EPOLL_CLOEXEC);
}

int debrief_epoll_add(int epoll, int descriptor, bool exclusive) {
    struct epoll_event event = {.events = EPOLLIN | (exclusive ? EPOLLEXCLUSIVE : 0u), .data.fd = descriptor};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

int debrief_epoll_remove(int epoll, int descriptor) {
    return epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL);
}

int debrief_epoll_wait(int epoll, int timeout_milliseconds) {
    struct epoll_event event;
    int ready = epoll_wait(epoll, &event, 1, timeout_milliseconds);
    if (ready == 1) return event.data.fd;
    if (ready == 0) errno = 0;
    return -1;
}

int debrief_bell(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

static sigset_t set_of(unsigned long long mask) {
    sigset_t set;
    sigemptyset(&set);
    for (int signal = 1; signal <= 64; signal++) {
        if (mask >> (signal - 1) & 1) sigaddset(&set, signal);
    }
    return set;
}

int debrief_block_signals(unsigned long long mask) {
    sigset_t set = set_of(mask);
    return sigprocmask(SIG_SETMASK, &set, NULL);
}

int debrief_signal_descriptor(unsigned long long mask) {
    sigset_t set = set_of(mask);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int debrief_next_signal(int descriptor, int *sender) {
    struct signalfd_siginfo info;
    if (read(descriptor, &info, sizeof info) != sizeof info) return 0;
    *sender = (int)info.ssi_pid;
    return (int)info.ssi_signo;
}

void debrief_default_signal(int number) {
    signal(number, SIG_DFL);
}

void debrief_ignore_signal(int number) {
    signal(number, SIG_IGN);
}

int debrief_die_with_parent(int signal) {
    return prctl(PR_SET_PDEATHSIG, signal);
}

void debrief_set_name(const char *name) {
    prctl(PR_SET_NAME, name);
}

int debrief_exit_code(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int debrief_term_signal(int status) {
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

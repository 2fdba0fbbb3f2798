#define _GNU_SOURCE
#include "CProcess.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

// The number of TCP_LISTEN, which Unix sockets borrow for their states; tcp(7) has it in an enum.
static const unsigned listening = TCP_LISTEN;

int debrief_socket_diagnosis(void) {
    return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG);
}

// Looks for the length of the queue among the attributes of an answer.
static int read_queue(const struct nlmsghdr *header, unsigned *length, unsigned *limit) {
    if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY || header->nlmsg_len < NLMSG_LENGTH(sizeof(struct unix_diag_msg))) return -1;
    const struct unix_diag_msg *message = NLMSG_DATA(header);
    if (message->udiag_state != listening) return -1;
    const struct rtattr *attribute = (const struct rtattr *)(message + 1);
    unsigned left = header->nlmsg_len - NLMSG_LENGTH(sizeof *message);
    for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
        struct unix_diag_rqlen queue;
        if (attribute->rta_type != UNIX_DIAG_RQLEN || RTA_PAYLOAD(attribute) < sizeof queue) continue;
        memcpy(&queue, RTA_DATA(attribute), sizeof queue);
        *length = queue.udiag_rqueue;
        *limit = queue.udiag_wqueue;
        return 0;
    }
    return -1;
}

int debrief_unix_queue(int netlink, unsigned inode, unsigned sequence, unsigned *length, unsigned *limit) {
    struct {
        struct nlmsghdr header;
        struct unix_diag_req body;
    } request = {
        .header = {.nlmsg_len = sizeof request, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST, .nlmsg_seq = sequence},
        .body = {.sdiag_family = AF_UNIX, .udiag_states = 1u << listening, .udiag_ino = inode, .udiag_show = UDIAG_SHOW_RQLEN,
                 .udiag_cookie = {~0u, ~0u}},
    };
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    if (sendto(netlink, &request, sizeof request, MSG_DONTWAIT, (struct sockaddr *)&kernel, sizeof kernel) < 0) return -1;
    // The kernel has answered when sendto returns.
    while (1) {
        union {
            struct nlmsghdr header;
            char bytes[1024];
        } answer;
        ssize_t count = recv(netlink, &answer, sizeof answer, MSG_DONTWAIT);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return -1;
        if (!NLMSG_OK(&answer.header, (unsigned)count)) return -1;
        if (answer.header.nlmsg_seq == sequence) return read_queue(&answer.header, length, limit);
    }
}

int debrief_tcp_queue(int listener, unsigned *length, unsigned *limit) {
    struct tcp_info info;
    socklen_t size = sizeof info;
    if (getsockopt(listener, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 || info.tcpi_state != listening) return -1;
    *length = info.tcpi_unacked;
    *limit = info.tcpi_sacked;
    return 0;
}

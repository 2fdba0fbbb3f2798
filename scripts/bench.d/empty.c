/*
 * The floor of the way there: libfcgi's answer without a question to anybody.
 *
 * Usage: bench-empty SOCKET PROCESSES
 */

#define _GNU_SOURCE

#include <fcgiapp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void serve(int listener)
{
    static const char answer[] = "Content-Type: application/json\r\nContent-Length: 21\r\n\r\n{\"ok\":true,\"data\":[]}";
    FCGX_Request request;
    FCGX_InitRequest(&request, listener, 0);
    while (FCGX_Accept_r(&request) == 0) {
        FCGX_PutStr(answer, sizeof answer - 1, request.out);
        FCGX_Finish_r(&request);
    }
}

int main(int count, char **arguments)
{
    umask(0007);
    FCGX_Init();
    int listener = count == 3 ? FCGX_OpenSocket(arguments[1], 1024) : -1;
    if (listener < 0) {
        fputs("bench-empty: needs a socket and a number of processes\n", stderr);
        return 1;
    }
    for (int i = atoi(arguments[2]); i > 0; i--) {
        if (fork() != 0) continue;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGTERM, SIG_DFL);
        serve(listener);
        _exit(1);
    }
    signal(SIGTERM, SIG_DFL);
    return wait(NULL) > 0;
}

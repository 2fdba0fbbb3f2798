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

static void wake(int number)
{
    (void)number;
}

/* Waits for SIGTERM or for a process to end, none of which is replaced, and takes all with it. */
static int await_end(void)
{
    struct sigaction action = {.sa_handler = wake};
    sigaction(SIGTERM, &action, NULL);
    int failed = wait(NULL) > 0;
    signal(SIGTERM, SIG_IGN);
    kill(0, SIGTERM);
    while (wait(NULL) > 0) continue;
    return failed;
}

int main(int count, char **arguments)
{
    setpgid(0, 0);
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
    return await_end();
}

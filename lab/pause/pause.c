/* The process that keeps a pod's namespaces: waits, collects orphans, ends on a signal. */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void collect(int signal) { while (waitpid(-1, NULL, WNOHANG) > 0); }
static void end(int signal) { exit(0); }

int main(void) {
    signal(SIGCHLD, collect);
    signal(SIGINT, end);
    signal(SIGTERM, end);
    for (;;) pause();
}

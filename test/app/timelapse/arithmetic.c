/*
 * Runs the shim on a fake kernel whose clock this program sets. Prints one line for each call: the shim's
 * request to the kernel, and what the shim makes of the answer.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static struct timespec kernel_time = {.tv_sec = 5000, .tv_nsec = 250000000};

static long fake_syscall(long number, ...) {
  va_list arguments;
  va_start(arguments, number);
  switch (number) {
  case SYS_clock_gettime: {
    const clockid_t id = va_arg(arguments, clockid_t);
    *va_arg(arguments, struct timespec *) = kernel_time;
    printf("clock %d ", (int)id);
    break;
  }
  case SYS_epoll_pwait:
    (void)(va_arg(arguments, int), va_arg(arguments, void *), va_arg(arguments, int));
    printf("%d ms\n", va_arg(arguments, int));
    break;
  case SYS_epoll_pwait2: {
    (void)(va_arg(arguments, int), va_arg(arguments, void *), va_arg(arguments, int));
    const struct timespec *timeout = va_arg(arguments, struct timespec *);
    if (timeout == NULL) {
      printf("for ever\n");
    } else {
      printf("%ld s %ld ns\n", (long)timeout->tv_sec, timeout->tv_nsec);
    }
    break;
  }
  }
  va_end(arguments);
  return 0;
}

#define syscall fake_syscall
#include "../../../app/timelapse/timelapse.c"

static struct epoll_event event;

static void show_clock(clockid_t id) {
  struct timespec time;
  clock_gettime(id, &time);
  printf("shows %ld.%09ld\n", (long)time.tv_sec, time.tv_nsec);
}

static void show_wait2(long seconds, long ns) {
  const struct timespec timeout = {.tv_sec = seconds, .tv_nsec = ns};
  epoll_pwait2(3, &event, 1, &timeout, NULL);
}

int main(void) {
  printf("at loading\n");
  show_clock(CLOCK_MONOTONIC);
  kernel_time = (struct timespec){.tv_sec = 5010, .tv_nsec = 250000001};
  printf("ten seconds and a nanosecond later\n");
  show_clock(CLOCK_MONOTONIC);
  show_clock(CLOCK_MONOTONIC_COARSE);
  show_clock(CLOCK_MONOTONIC_RAW);
  show_clock(CLOCK_BOOTTIME);
  show_clock(CLOCK_REALTIME);
  show_clock(CLOCK_THREAD_CPUTIME_ID);
  printf("epoll_wait\n");
  const int timeouts[] = {-1, 0, 1, 360, 361, 3600000, 2147483647};
  for (size_t i = 0; i < sizeof timeouts / sizeof *timeouts; i++) {
    epoll_wait(3, &event, 1, timeouts[i]);
  }
  printf("epoll_pwait\n");
  epoll_pwait(3, &event, 1, 720, NULL);
  printf("epoll_pwait2\n");
  epoll_pwait2(3, &event, 1, NULL, NULL);
  show_wait2(0, 0);
  show_wait2(0, 1);
  show_wait2(3600, 720);
  return 0;
}

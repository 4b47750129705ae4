/*
 * An ordinary program that runs under the shim. It reads each clock between two readings of the kernel's
 * own, before and after a wait, so that the shim's effect is exact on a busy machine too. Prints JSON with
 * times in ns.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long long of(struct timespec time) { return time.tv_sec * 1000000000LL + time.tv_nsec; }

static long long kernel(clockid_t id) {
  struct timespec time;
  syscall(SYS_clock_gettime, id, &time);
  return of(time);
}

static long long shown(clockid_t id) {
  struct timespec time;
  clock_gettime(id, &time);
  return of(time);
}

static void read_clocks(void) {
  const struct {
    const char *name;
    clockid_t id, kernel_id;
  } clocks[] = {
      {"monotonic", CLOCK_MONOTONIC, CLOCK_MONOTONIC},
      {"coarse", CLOCK_MONOTONIC_COARSE, CLOCK_MONOTONIC},
      {"raw", CLOCK_MONOTONIC_RAW, CLOCK_MONOTONIC_RAW},
      {"boottime", CLOCK_BOOTTIME, CLOCK_BOOTTIME},
      {"realtime", CLOCK_REALTIME, CLOCK_REALTIME},
  };
  for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
    const long long before = kernel(clocks[i].kernel_id);
    const long long time = shown(clocks[i].id);
    const long long after = kernel(clocks[i].kernel_id);
    printf("%s\"%s\": [%lld, %lld, %lld]", i == 0 ? "{" : ", ", clocks[i].name, before, time, after);
  }
  printf("}");
}

/* Waits for 7.2 s; returns the time that it took by the kernel's clock. */
static long long waited(void) {
  struct epoll_event event;
  const int epoll = epoll_create1(0);
  const long long start = kernel(CLOCK_MONOTONIC);
  epoll_wait(epoll, &event, 1, 7200);
  return kernel(CLOCK_MONOTONIC) - start;
}

int main(void) {
  printf("{\"first\": ");
  read_clocks();
  printf(", \"waited\": %lld, \"second\": ", waited());
  read_clocks();
  printf("}\n");
  return 0;
}

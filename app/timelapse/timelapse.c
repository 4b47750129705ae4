/*
 * Shim that runs a program's monotonic clocks at a multiple of their speed. Preloaded (LD_PRELOAD) into
 * Envoy, it makes an idle timeout of an hour pass in ten seconds, at its real configured value.
 *
 * TIMELAPSE_FACTOR is the multiple: a whole number from 1, which changes nothing, to 360.
 *
 * From the moment of loading on
 * - clock_gettime multiplies the time that has passed on CLOCK_MONOTONIC, _RAW, _COARSE and CLOCK_BOOTTIME,
 * - epoll_wait, epoll_pwait and epoll_pwait2 divide their timeout, so that a program that sleeps until
 *   its next timer is due wakes up in time.
 *
 * CLOCK_REALTIME, gettimeofday and time stay true, because certificates and log stamps depend on them. The
 * shim also leaves alone the waits that Envoy's timers do not use (poll, select, nanosleep, timerfd,
 * condition variables): they take as long as without it.
 *
 * The shim calls the kernel itself instead of the functions that it replaces, so that it works before they
 * can be looked up. It needs only getenv, syscall and write of the C library, so that an object built
 * against a new library loads into an image with an old one.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Istio's proxies are 64-bit programs, for which the kernel's struct timespec is that of <time.h>. */
_Static_assert(sizeof(long) == 8 && sizeof(time_t) == 8, "for 64-bit systems only");

#define MAX_FACTOR 360
#define SECOND_NS 1000000000LL
/* Size of the kernel's signal set in bytes; sigset_t is larger. */
#define SIGNAL_SET_BYTES 8

static long factor = 1;

/* Clocks that are sped up, with their times at the moment of loading. */
static struct lapsed_clock {
  clockid_t id;
  long long start_ns;
} clocks[] = {{CLOCK_MONOTONIC, 0}, {CLOCK_MONOTONIC_RAW, 0}, {CLOCK_BOOTTIME, 0}};

static long long nanoseconds(const struct timespec *time) {
  return time->tv_sec * SECOND_NS + time->tv_nsec;
}

static struct timespec timespec_of(long long ns) {
  return (struct timespec){.tv_sec = ns / SECOND_NS, .tv_nsec = ns % SECOND_NS};
}

static int read_clock(clockid_t id, struct timespec *time) {
  return (int)syscall(SYS_clock_gettime, id, time);
}

/* Returns NULL for a clock that is left alone. */
static const struct lapsed_clock *find_clock(clockid_t id) {
  switch (id) {
  case CLOCK_MONOTONIC:
  /* The coarse clock moves in steps of up to 4 ms, which would be 1.4 s at 360 times its speed. The fine
     clock shows the same time and replaces it. */
  case CLOCK_MONOTONIC_COARSE:
    return &clocks[0];
  case CLOCK_MONOTONIC_RAW:
    return &clocks[1];
  case CLOCK_BOOTTIME:
    return &clocks[2];
  default:
    return NULL;
  }
}

/* Parses a whole number from 1 to MAX_FACTOR; returns 0 for any other text. */
static long parse_factor(const char *text) {
  long value = 0;
  do {
    if (*text < '0' || *text > '9') {
      return 0;
    }
    value = value * 10 + (*text - '0');
  } while (value <= MAX_FACTOR && *++text != '\0');
  return value <= MAX_FACTOR ? value : 0;
}

__attribute__((constructor)) static void start(void) {
  static const char complaint[] =
      "timelapse: TIMELAPSE_FACTOR is not a whole number from 1 to 360; clocks are left alone\n";
  const char *text = getenv("TIMELAPSE_FACTOR");
  const long wanted = text == NULL ? 0 : parse_factor(text);
  if (wanted == 0) {
    (void)!write(STDERR_FILENO, complaint, sizeof complaint - 1);
    return;
  }
  for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
    struct timespec now;
    if (read_clock(clocks[i].id, &now) == 0) {
      clocks[i].start_ns = nanoseconds(&now);
    }
  }
  factor = wanted;
}

int clock_gettime(clockid_t id, struct timespec *time) {
  const struct lapsed_clock *clock = factor == 1 ? NULL : find_clock(id);
  const int result = read_clock(clock == NULL ? id : clock->id, time);
  if (clock != NULL && result == 0) {
    /* The product overflows after 296 days at 360 times the speed. */
    *time = timespec_of(clock->start_ns + (nanoseconds(time) - clock->start_ns) * factor);
  }
  return result;
}

/* Divides a timeout by the factor, rounding up, because timers never fire early. "At once" (0) and "for
   ever" (-1) stay. */
static long long divided(long long timeout) {
  return timeout <= 0 ? timeout : (timeout + factor - 1) / factor;
}

int epoll_pwait(int epoll, struct epoll_event *events, int max_events, int timeout_ms,
                const sigset_t *signals) {
  return (int)syscall(SYS_epoll_pwait, epoll, events, max_events, (int)divided(timeout_ms), signals,
                      SIGNAL_SET_BYTES);
}

int epoll_wait(int epoll, struct epoll_event *events, int max_events, int timeout_ms) {
  return epoll_pwait(epoll, events, max_events, timeout_ms, NULL);
}

#ifdef SYS_epoll_pwait2
int epoll_pwait2(int epoll, struct epoll_event *events, int max_events,
                 const struct timespec *timeout, const sigset_t *signals) {
  struct timespec shorter;
  if (timeout != NULL) {
    shorter = timespec_of(divided(nanoseconds(timeout)));
    timeout = &shorter;
  }
  return (int)syscall(SYS_epoll_pwait2, epoll, events, max_events, timeout, signals,
                      SIGNAL_SET_BYTES);
}
#endif

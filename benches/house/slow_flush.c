/* Lets each flush of a file take at least as long as REDRESS_FLUSH_US microseconds, as on an
 * ordinary disk. Loaded with LD_PRELOAD into the program that is measured and into the bare loop
 * that is its limit, so that both wait for the same disk.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static long flush_ns = -1;

static void wait_on_from(const struct timespec *began) {
  if (flush_ns < 0) {
    const char *said = getenv("REDRESS_FLUSH_US");
    flush_ns = said ? atol(said) * 1000 : 0;
  }
  struct timespec until = *began;
  until.tv_sec += (until.tv_nsec + flush_ns) / 1000000000;
  until.tv_nsec = (until.tv_nsec + flush_ns) % 1000000000;
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

#define SLOW(name)                                                      \
  int name(int file) {                                                  \
    struct timespec began;                                              \
    clock_gettime(CLOCK_MONOTONIC, &began);                             \
    int done = ((__typeof__(&name))dlsym(RTLD_NEXT, #name))(file);      \
    wait_on_from(&began);                                               \
    return done;                                                        \
  }

int fsync(int file);
int fdatasync(int file);
SLOW(fsync)
SLOW(fdatasync)

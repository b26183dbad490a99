/* Writes down what a program does to the files below one folder, for power.py to replay.
 *
 * Loaded with LD_PRELOAD. REDRESS_DISK names the folder, REDRESS_DISK_RECORD the file that takes
 * the record. Every call goes on to the C library; what succeeded is written down while a lock is
 * held, so that the order of the record is the order of the calls, and a sync in the record covers
 * exactly the writes before it. Writes through mmap are not seen: SQLite maps only its -shm file,
 * which means nothing after a power cut.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { FILES_MOST = 4096, UNSEEN = 0, A_FILE = 1, A_FOLDER = 2 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned char seen[FILES_MOST];
static const char *folder;
static size_t folder_length;
static int record = -1;

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("REDRESS_DISK_RECORD");
  folder = getenv("REDRESS_DISK");
  if (!folder || !path) return;
  folder_length = strlen(folder);
  record = NEXT(open)(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

struct entry { /* As power.py reads it: "<cxxxxxxxQqQII". */
  char what;   /* Create, Write, Truncate, Sync, Folder sync, Rename, Unlink */
  char gap[7];
  uint64_t inode;
  int64_t at;
  uint64_t moment_ns;
  uint32_t path_length, length;
} __attribute__((packed));

static void note(char what, int file, int64_t at, const char *path, const void *bytes, size_t n) {
  struct stat about = {0};
  struct timespec now;
  if (record < 0) return;
  if (file >= 0) fstat(file, &about);
  clock_gettime(CLOCK_MONOTONIC, &now);
  struct entry entry = {.what = what, .inode = about.st_ino, .at = at,
    .moment_ns = now.tv_sec * 1000000000ull + now.tv_nsec,
    .path_length = path ? strlen(path) : 0, .length = n};
  struct iovec parts[] = {{&entry, sizeof entry}, {(void *)path, entry.path_length},
    {(void *)bytes, n}};
  if (NEXT(writev)(record, parts, 3) < 0) abort(); /* A record with a hole proves nothing. */
}

static int is_below(const char *path) {
  return record >= 0 && path && !strncmp(path, folder, folder_length) &&
    (path[folder_length] == '/' || !path[folder_length]);
}

static int kind_of(int file) { return file >= 0 && file < FILES_MOST ? seen[file] : UNSEEN; }

static int opened(int file, const char *path, int flags) {
  struct stat about;
  if (file < 0 || file >= FILES_MOST) return file;
  pthread_mutex_lock(&lock);
  seen[file] = UNSEEN;
  if (is_below(path) && !fstat(file, &about)) {
    seen[file] = S_ISDIR(about.st_mode) ? A_FOLDER : A_FILE;
    if (seen[file] == A_FILE && (flags & O_CREAT)) note('C', file, 0, path, NULL, 0);
    if (seen[file] == A_FILE && (flags & O_TRUNC)) note('T', file, 0, NULL, NULL, 0);
  }
  pthread_mutex_unlock(&lock);
  return file;
}

#define MODE                       \
  mode_t mode = 0;                 \
  if (flags & (O_CREAT | O_TMPFILE)) { \
    va_list rest;                  \
    va_start(rest, flags);         \
    mode = va_arg(rest, int);      \
    va_end(rest);                  \
  }

int open(const char *path, int flags, ...) {
  MODE return opened(NEXT(open)(path, flags, mode), path, flags);
}
int open64(const char *path, int flags, ...) {
  MODE return opened(NEXT(open64)(path, flags, mode), path, flags);
}
int openat(int at, const char *path, int flags, ...) {
  MODE return opened(NEXT(openat)(at, path, flags, mode), path, flags);
}
int openat64(int at, const char *path, int flags, ...) {
  MODE return opened(NEXT(openat64)(at, path, flags, mode), path, flags);
}

int close(int file) {
  if (file == record && record >= 0) return 0; /* Somebody closes all it does not know. */
  pthread_mutex_lock(&lock);
  if (file >= 0 && file < FILES_MOST) seen[file] = UNSEEN;
  pthread_mutex_unlock(&lock);
  return NEXT(close)(file);
}

static int64_t place_of(int file) {
  struct stat about;
  if ((fcntl(file, F_GETFL) & O_APPEND) && !fstat(file, &about)) return about.st_size;
  return lseek(file, 0, SEEK_CUR);
}

ssize_t write(int file, const void *bytes, size_t n) {
  if (kind_of(file) != A_FILE) return NEXT(write)(file, bytes, n);
  pthread_mutex_lock(&lock);
  int64_t at = place_of(file);
  ssize_t done = NEXT(write)(file, bytes, n);
  if (done > 0) note('W', file, at, NULL, bytes, done);
  pthread_mutex_unlock(&lock);
  return done;
}

static ssize_t write_at(int file, const void *bytes, size_t n, off64_t at) {
  if (kind_of(file) != A_FILE) return NEXT(pwrite64)(file, bytes, n, at);
  pthread_mutex_lock(&lock);
  ssize_t done = NEXT(pwrite64)(file, bytes, n, at);
  if (done > 0) note('W', file, at, NULL, bytes, done);
  pthread_mutex_unlock(&lock);
  return done;
}
ssize_t pwrite(int file, const void *bytes, size_t n, off_t at) {
  return write_at(file, bytes, n, at);
}
ssize_t pwrite64(int file, const void *bytes, size_t n, off64_t at) {
  return write_at(file, bytes, n, at);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
  ssize_t sum = 0;
  if (kind_of(file) != A_FILE) return NEXT(writev)(file, parts, count);
  for (int i = 0; i < count; i++) {
    ssize_t done = write(file, parts[i].iov_base, parts[i].iov_len);
    if (done < 0) return sum ? sum : done;
    sum += done;
    if ((size_t)done < parts[i].iov_len) break;
  }
  return sum;
}

static int cut_to(int file, off64_t length) {
  if (kind_of(file) != A_FILE) return NEXT(ftruncate64)(file, length);
  pthread_mutex_lock(&lock);
  int failed = NEXT(ftruncate64)(file, length);
  if (!failed) note('T', file, length, NULL, NULL, 0);
  pthread_mutex_unlock(&lock);
  return failed;
}
int ftruncate(int file, off_t length) { return cut_to(file, length); }
int ftruncate64(int file, off64_t length) { return cut_to(file, length); }

static int synced(int file, int (*sync)(int)) {
  int kind = kind_of(file);
  if (kind == UNSEEN) return sync(file);
  pthread_mutex_lock(&lock);
  int failed = sync(file);
  if (!failed) note(kind == A_FOLDER ? 'F' : 'S', file, 0, NULL, NULL, 0);
  pthread_mutex_unlock(&lock);
  return failed;
}
int fsync(int file) { return synced(file, NEXT(fsync)); }
int fdatasync(int file) { return synced(file, NEXT(fdatasync)); }

int rename(const char *from, const char *to) {
  pthread_mutex_lock(&lock);
  int failed = NEXT(rename)(from, to);
  if (!failed && (is_below(from) || is_below(to)))
    note('R', -1, 0, from, to, strlen(to));
  pthread_mutex_unlock(&lock);
  return failed;
}

int unlink(const char *path) {
  pthread_mutex_lock(&lock);
  int failed = NEXT(unlink)(path);
  if (!failed && is_below(path)) note('U', -1, 0, path, NULL, 0);
  pthread_mutex_unlock(&lock);
  return failed;
}

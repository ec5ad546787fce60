// The disk and the clock failing on purpose: preloaded into the program by the tests, never part of it.
//
// Settings, all from the environment:
//   FAULT_ROOT    only files below this folder count (absolute path, links resolved)
//   FAULT_AT      the n-th counted call fails, 1 being the first; 0 or unset: none fails
//   FAULT_HOW     an errno as a number (28 = ENOSPC, 5 = EIO); `crash` ends the process at the call, before it is done;
//                 `torn` does the first half of a write and then ends the process
//   FAULT_LASTS   `on`: every counted call from the n-th on fails (a disk that stays full)
//   FAULT_THEN    a number k: after the failure of the n-th call the process ends at the k-th counted call from there
//   FAULT_BYTES   a budget: bytes written beyond it fail with ENOSPC (a small disk); deleting gives nothing back
//   FAULT_ROOM    a file: once it is there, FAULT_BYTES limits nothing (somebody freed space)
//   FAULT_COUNT   a file to which the number of counted calls is written when the process ends normally
//   FAULT_CLOCK   a file with a number of seconds that is added to the wall clock, read at every look at it
//   FAULT_TRACE   a file to which every counted call that was done is written, with its bytes, and what the program says on
//                 its standard output: `struct record`, path, bytes
//   FAULT_SHRINK  a file whose path has this ending loses all bytes but the first `FAULT_LEFT` as soon as it is mapped
//   FAULT_CLOSED  the open of a path with this ending fails with EACCES: to root no file is unreadable
//
// Counted: write, pwrite, fsync, fdatasync, ftruncate, rename, unlink, mkdir and open with O_CREAT of a new file.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX];
static size_t root_length;
static long fail_at, then_crash, count;
static long long bytes_left = -1;
static int error_number, crashes, tears, lasts;
static int trace_descriptor = -1;
static const char *closed_ending, *shrunk_ending, *clock_path, *count_path, *room_path;

#define REAL(result, name, ...) \
    static result (*real_##name)(__VA_ARGS__); \
    if (!real_##name) real_##name = (result (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) {
    const char *text = getenv("FAULT_ROOT");
    if (text) {
        snprintf(root, sizeof root, "%s", text);
        root_length = strlen(root);
    }
    if ((text = getenv("FAULT_AT"))) fail_at = atol(text);
    if ((text = getenv("FAULT_HOW"))) {
        tears = strcmp(text, "torn") == 0;
        crashes = tears || strcmp(text, "crash") == 0;
        error_number = crashes ? 0 : atoi(text);
    }
    if ((text = getenv("FAULT_THEN"))) then_crash = atol(text);
    if ((text = getenv("FAULT_LASTS"))) lasts = strcmp(text, "on") == 0;
    if ((text = getenv("FAULT_BYTES"))) bytes_left = atoll(text);
    room_path = getenv("FAULT_ROOM");
    closed_ending = getenv("FAULT_CLOSED");
    shrunk_ending = getenv("FAULT_SHRINK");
    clock_path = getenv("FAULT_CLOCK");
    count_path = getenv("FAULT_COUNT");
    if ((text = getenv("FAULT_TRACE"))) {
        REAL(int, open, const char *, int, ...);
        trace_descriptor = real_open(text, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
}

// What a call did, as the trace has it. A rename has the new path where a write has its bytes.
enum { WROTE = 1, SYNCED, CUT, MADE, MOVED, REMOVED, SAID };
struct record {
    int32_t kind, path_length;
    int64_t offset, length;
};

static void trace(int kind, const char *path, long long offset, const void *bytes, size_t length) {
    REAL(ssize_t, write, int, const void *, size_t);
    if (trace_descriptor < 0) return;
    struct record record = {kind, (int32_t)strlen(path), offset, (int64_t)length};
    pthread_mutex_lock(&guard);
    int whole = real_write(trace_descriptor, &record, sizeof record) == sizeof record
        && real_write(trace_descriptor, path, strlen(path)) == (ssize_t)strlen(path)
        && (!bytes || real_write(trace_descriptor, bytes, length) == (ssize_t)length);
    pthread_mutex_unlock(&guard);
    if (!whole) _exit(70);
}

// The same for a descriptor of a file below the root.
static void trace_descriptor_call(int kind, int descriptor, long long offset, const void *bytes, size_t length) {
    char link[64], path[PATH_MAX];
    if (trace_descriptor < 0) return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t path_length = readlink(link, path, sizeof path - 1);
    if (path_length <= 0) _exit(70);
    path[path_length] = 0;
    trace(kind, path, offset, bytes, length);
}

__attribute__((destructor)) static void end(void) {
    if (!count_path) return;
    FILE *file = fopen(count_path, "w");
    if (!file) return;
    fprintf(file, "%ld\n", count);
    fclose(file);
}

static int below_root(const char *path) {
    return root_length && strncmp(path, root, root_length) == 0 && (path[root_length] == '/' || !path[root_length]);
}

static int counts_descriptor(int descriptor) {
    char link[64], path[PATH_MAX];
    if (!root_length) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return below_root(path);
}

static int counts_path(int folder, const char *path) {
    char joined[PATH_MAX], link[64];
    if (!root_length) return 0;
    if (path[0] == '/') return below_root(path);
    if (folder == AT_FDCWD) {
        if (!getcwd(joined, sizeof joined)) return 0;
    } else {
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t length = readlink(link, joined, sizeof joined - 1);
        if (length <= 0) return 0;
        joined[length] = 0;
    }
    return below_root(joined);
}

enum { GO_ON, FAIL, TEAR };

// Counts one call; `byte_count` is what it would write.
static int step(size_t byte_count) {
    pthread_mutex_lock(&guard);
    count++;
    int hit = fail_at > 0 && (count == fail_at || (lasts && count > fail_at));
    int full = 0;
    if (bytes_left >= 0 && byte_count > 0) {
        if ((long long)byte_count > bytes_left) full = !room_path || access(room_path, F_OK) != 0;
        else bytes_left -= (long long)byte_count;
    }
    pthread_mutex_unlock(&guard);
    if (then_crash > 0 && count == fail_at + then_crash) _exit(137);
    if (hit && tears && byte_count > 1) return TEAR;
    if (hit && crashes) _exit(137);
    if (hit) {
        errno = error_number;
        return FAIL;
    }
    if (full) {
        errno = ENOSPC;
        return FAIL;
    }
    return GO_ON;
}

ssize_t write(int descriptor, const void *bytes, size_t length) {
    REAL(ssize_t, write, int, const void *, size_t);
    if (counts_descriptor(descriptor)) {
        int what = step(length);
        if (what == FAIL) return -1;
        if (what == TEAR) {
            real_write(descriptor, bytes, length / 2);
            _exit(137);
        }
        ssize_t done = real_write(descriptor, bytes, length);
        if (done > 0)
            trace_descriptor_call(WROTE, descriptor, lseek(descriptor, 0, SEEK_CUR) - done, bytes, (size_t)done);
        return done;
    }
    ssize_t done = real_write(descriptor, bytes, length);
    if (descriptor == STDOUT_FILENO && done > 0) trace(SAID, "", 0, bytes, (size_t)done);
    return done;
}

static ssize_t faulty_pwrite(
    ssize_t (*real)(int, const void *, size_t, off_t), int descriptor, const void *bytes, size_t length, off_t offset) {
    if (counts_descriptor(descriptor)) {
        int what = step(length);
        if (what == FAIL) return -1;
        if (what == TEAR) {
            real(descriptor, bytes, length / 2, offset);
            _exit(137);
        }
        ssize_t done = real(descriptor, bytes, length, offset);
        if (done > 0) trace_descriptor_call(WROTE, descriptor, offset, bytes, (size_t)done);
        return done;
    }
    return real(descriptor, bytes, length, offset);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t length, off_t offset) {
    REAL(ssize_t, pwrite, int, const void *, size_t, off_t);
    return faulty_pwrite(real_pwrite, descriptor, bytes, length, offset);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t length, off_t offset) {
    REAL(ssize_t, pwrite64, int, const void *, size_t, off_t);
    return faulty_pwrite(real_pwrite64, descriptor, bytes, length, offset);
}

static void trace_parts(int descriptor, long long offset, const struct iovec *parts, size_t done) {
    for (; done > 0; parts++) {
        size_t length = parts->iov_len < done ? parts->iov_len : done;
        trace_descriptor_call(WROTE, descriptor, offset, parts->iov_base, length);
        offset += (long long)length;
        done -= length;
    }
}

ssize_t writev(int descriptor, const struct iovec *parts, int part_count) {
    REAL(ssize_t, writev, int, const struct iovec *, int);
    size_t length = 0;
    for (int index = 0; index < part_count; index++) length += parts[index].iov_len;
    if (counts_descriptor(descriptor)) {
        int what = step(length);
        if (what == FAIL) return -1;
        if (what == TEAR) {
            real_writev(descriptor, parts, part_count / 2);
            _exit(137);
        }
        ssize_t done = real_writev(descriptor, parts, part_count);
        if (done > 0) trace_parts(descriptor, lseek(descriptor, 0, SEEK_CUR) - done, parts, (size_t)done);
        return done;
    }
    return real_writev(descriptor, parts, part_count);
}

ssize_t pwritev(int descriptor, const struct iovec *parts, int part_count, off_t offset) {
    REAL(ssize_t, pwritev, int, const struct iovec *, int, off_t);
    size_t length = 0;
    for (int index = 0; index < part_count; index++) length += parts[index].iov_len;
    if (counts_descriptor(descriptor)) {
        int what = step(length);
        if (what == FAIL) return -1;
        if (what == TEAR) {
            real_pwritev(descriptor, parts, part_count / 2, offset);
            _exit(137);
        }
        ssize_t done = real_pwritev(descriptor, parts, part_count, offset);
        if (done > 0) trace_parts(descriptor, offset, parts, (size_t)done);
        return done;
    }
    return real_pwritev(descriptor, parts, part_count, offset);
}

#define ON_DESCRIPTOR(name) \
    int name(int descriptor) { \
        REAL(int, name, int); \
        if (!counts_descriptor(descriptor)) return real_##name(descriptor); \
        if (step(0) == FAIL) return -1; \
        int result = real_##name(descriptor); \
        if (result == 0) trace_descriptor_call(SYNCED, descriptor, 0, NULL, 0); \
        return result; \
    }

ON_DESCRIPTOR(fsync)
ON_DESCRIPTOR(fdatasync)

int ftruncate(int descriptor, off_t length) {
    REAL(int, ftruncate, int, off_t);
    if (!counts_descriptor(descriptor)) return real_ftruncate(descriptor, length);
    if (step(0) == FAIL) return -1;
    int result = real_ftruncate(descriptor, length);
    if (result == 0) trace_descriptor_call(CUT, descriptor, length, NULL, 0);
    return result;
}

int ftruncate64(int descriptor, off_t length) {
    REAL(int, ftruncate64, int, off_t);
    if (!counts_descriptor(descriptor)) return real_ftruncate64(descriptor, length);
    if (step(0) == FAIL) return -1;
    int result = real_ftruncate64(descriptor, length);
    if (result == 0) trace_descriptor_call(CUT, descriptor, length, NULL, 0);
    return result;
}

int rename(const char *from, const char *to) {
    REAL(int, rename, const char *, const char *);
    if ((counts_path(AT_FDCWD, from) || counts_path(AT_FDCWD, to)) && step(0) == FAIL) return -1;
    int result = real_rename(from, to);
    if (result == 0 && below_root(from) && below_root(to)) trace(MOVED, from, 0, to, strlen(to));
    return result;
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
    REAL(int, renameat, int, const char *, int, const char *);
    if ((counts_path(from_folder, from) || counts_path(to_folder, to)) && step(0) == FAIL) return -1;
    return real_renameat(from_folder, from, to_folder, to);
}

int unlink(const char *path) {
    REAL(int, unlink, const char *);
    if (counts_path(AT_FDCWD, path) && step(0) == FAIL) return -1;
    int result = real_unlink(path);
    if (result == 0 && below_root(path)) trace(REMOVED, path, 0, NULL, 0);
    return result;
}

int unlinkat(int folder, const char *path, int flags) {
    REAL(int, unlinkat, int, const char *, int);
    if (counts_path(folder, path) && step(0) == FAIL) return -1;
    return real_unlinkat(folder, path, flags);
}

int mkdir(const char *path, mode_t mode) {
    REAL(int, mkdir, const char *, mode_t);
    if (counts_path(AT_FDCWD, path) && step(0) == FAIL) return -1;
    return real_mkdir(path, mode);
}

// Somebody else cuts the file short just when its bytes are about to be looked at.
static void shrink(int descriptor, const void *mapped) {
    char link[64], path[PATH_MAX];
    if (!shrunk_ending || descriptor < 0 || mapped == MAP_FAILED) return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1), ending = (ssize_t)strlen(shrunk_ending);
    if (length < ending) return;
    path[length] = 0;
    if (strcmp(path + length - ending, shrunk_ending) != 0) return;
    const char *left = getenv("FAULT_LEFT");
    if (truncate(path, left ? atoll(left) : 0) != 0) abort();
}

#define MAP(name) \
    void *name(void *place, size_t length, int protection, int flags, int descriptor, off_t offset) { \
        REAL(void *, name, void *, size_t, int, int, int, off_t); \
        void *mapped = real_##name(place, length, protection, flags, descriptor, offset); \
        shrink(descriptor, mapped); \
        return mapped; \
    }

MAP(mmap)
MAP(mmap64)

static int opens(int folder, const char *path, int flags) {
    if (closed_ending) {
        size_t length = strlen(path), ending = strlen(closed_ending);
        if (length >= ending && strcmp(path + length - ending, closed_ending) == 0) {
            errno = EACCES;
            return FAIL;
        }
    }
    // Only making a file writes: what an open of an existing one does is done by the calls after it.
    if ((flags & O_CREAT) && counts_path(folder, path) && faccessat(folder, path, F_OK, AT_SYMLINK_NOFOLLOW) != 0) {
        int what = step(0);
        if (what == GO_ON && below_root(path)) trace(MADE, path, 0, NULL, 0);
        return what;
    }
    return GO_ON;
}

#define MODE_OF(flags, last) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { \
        va_list rest; \
        va_start(rest, last); \
        mode = va_arg(rest, mode_t); \
        va_end(rest); \
    }

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        REAL(int, name, const char *, int, ...); \
        MODE_OF(flags, flags) \
        if (opens(AT_FDCWD, path, flags) == FAIL) return -1; \
        return real_##name(path, flags, mode); \
    }

#define OPENAT(name) \
    int name(int folder, const char *path, int flags, ...) { \
        REAL(int, name, int, const char *, int, ...); \
        MODE_OF(flags, flags) \
        if (opens(folder, path, flags) == FAIL) return -1; \
        return real_##name(folder, path, flags, mode); \
    }

OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

// Seconds by which the wall clock is off, as its file says now.
static long long clock_offset(void) {
    REAL(int, open, const char *, int, ...);
    char text[32];
    if (!clock_path) return 0;
    int descriptor = real_open(clock_path, O_RDONLY | O_CLOEXEC, 0);
    if (descriptor < 0) return 0;
    ssize_t length = read(descriptor, text, sizeof text - 1);
    close(descriptor);
    if (length <= 0) return 0;
    text[length] = 0;
    return atoll(text);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    REAL(int, clock_gettime, clockid_t, struct timespec *);
    int result = real_clock_gettime(clock, time);
    if (result == 0 && clock_path && clock == CLOCK_REALTIME) time->tv_sec += clock_offset();
    return result;
}

int gettimeofday(struct timeval *time, void *zone) {
    REAL(int, gettimeofday, struct timeval *, void *);
    int result = real_gettimeofday(time, zone);
    if (result == 0 && clock_path) time->tv_sec += clock_offset();
    return result;
}

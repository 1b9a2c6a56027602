// A library to preload that makes one call of a program fail. It asks the environment:
//   FAULT_CALL   the name of the function, such as "write"; each kind is counted by itself
//   FAULT_AT     which call of it, from 1
//   FAULT_ERROR  an errno; "short": one byte is read, half is written; "kill": SIGKILL at the call;
//                of malloc also "all": this call and later ones fail; "large": those of 64 KiB or more
//   FAULT_COUNT  a file to which the number of calls of each kind is appended at the end
// open and open64 count as one kind, as do other such pairs. Calls that the C library makes within
// itself are not seen.
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

using namespace std::string_view_literals;

namespace {

constexpr std::array kNames{
    "read"sv,         "pread"sv,     "write"sv,     "open"sv,          "openat"sv,  "close"sv,
    "fsync"sv,        "syncfs"sv,    "rename"sv,    "renameat2"sv,     "link"sv,    "unlink"sv,
    "unlinkat"sv,     "rmdir"sv,     "mkdir"sv,     "mkdirat"sv,       "mkdtemp"sv, "mkostemp"sv,
    "memfd_create"sv, "symlinkat"sv, "linkat"sv,    "ftruncate"sv,     "fchmod"sv,  "fchmodat"sv,
    "fchown"sv,       "futimens"sv,  "utimensat"sv, "lseek"sv,         "fstat"sv,   "stat"sv,
    "lstat"sv,        "fstatat"sv,   "readlink"sv,  "realpath"sv,      "fcntl"sv,   "dup"sv,
    "getrandom"sv,    "mmap"sv,      "malloc"sv,    "pthread_create"sv};

// The place of a name, which must be there.
consteval std::size_t kind(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == name) return i;
  throw "no such kind";
}

std::array<std::atomic<long>, kNames.size()> calls;
// Set before main() and only read after.
int wanted_kind = -1;
long wanted_call = 0;
int wanted_error = 0;
bool wants_short = false;
bool wants_kill = false;
bool wants_later = false;
std::size_t wanted_size = 0;
std::atomic<bool> counting = false;  // not what happens before main()

[[gnu::constructor]] void begin() {
  const char* const call = std::getenv("FAULT_CALL");
  const char* const at = std::getenv("FAULT_AT");
  const char* const error = std::getenv("FAULT_ERROR");
  if (call != nullptr && at != nullptr && error != nullptr) {
    for (std::size_t i = 0; i < kNames.size(); ++i)
      if (kNames[i] == call) wanted_kind = static_cast<int>(i);
    wanted_call = std::atol(at);
    wants_short = std::strcmp(error, "short") == 0;
    wants_kill = std::strcmp(error, "kill") == 0;
    wants_later = std::strcmp(error, "large") == 0 || std::strcmp(error, "all") == 0;
    wanted_size = std::strcmp(error, "large") == 0 ? std::size_t{64} << 10 : 0;
    wanted_error = wants_later ? ENOMEM : std::atoi(error);
  }
  counting = true;
}

// Whether this call fails; then errno is set.
bool fails(std::size_t kind, std::size_t size = 0) {
  if (!counting) return false;
  const long call = ++calls[kind];
  if (static_cast<int>(kind) != wanted_kind || call < wanted_call) return false;
  if (call > wanted_call && !wants_later) return false;
  if (size < wanted_size) return false;
  if (wants_kill) kill(getpid(), SIGKILL);
  errno = wanted_error;
  return true;
}

template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

// The call itself, where it does not fail.
#define REAL(name) (real<decltype(&name)>(#name))

extern "C" {

// The end of a program that calls exit(); others are not counted.
[[gnu::destructor]] static void report() {
  counting = false;
  const char* const file = std::getenv("FAULT_COUNT");
  if (file == nullptr) return;
  FILE* const out = std::fopen(file, "a");
  if (out == nullptr) return;
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (calls[i] > 0) std::fprintf(out, "%s %ld\n", kNames[i].data(), calls[i].load());
  std::fclose(out);
}

ssize_t read(int fd, void* buffer, size_t size) {
  if (fails(kind("read"))) {
    if (!wants_short) return -1;
    size = size > 1 ? 1 : size;
  }
  return REAL(read)(fd, buffer, size);
}
ssize_t pread(int fd, void* buffer, size_t size, off_t offset) {
  if (fails(kind("pread"))) {
    if (!wants_short) return -1;
    size = size > 1 ? 1 : size;
  }
  return REAL(pread)(fd, buffer, size, offset);
}
ssize_t pread64(int fd, void* buffer, size_t size, off64_t offset) {
  return pread(fd, buffer, size, offset);
}
ssize_t write(int fd, const void* buffer, size_t size) {
  if (fails(kind("write"))) {
    if (!wants_short) return -1;
    size = size > 1 ? size / 2 : size;
  }
  return REAL(write)(fd, buffer, size);
}

static mode_t mode_of(int flags, va_list list) {
  return (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(list, mode_t) : 0;
}
int open(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = mode_of(flags, list);
  va_end(list);
  return fails(kind("open")) ? -1 : REAL(open)(path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = mode_of(flags, list);
  va_end(list);
  return open(path, flags, mode);
}
int openat(int folder, const char* path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  const mode_t mode = mode_of(flags, list);
  va_end(list);
  return fails(kind("openat")) ? -1 : REAL(openat)(folder, path, flags, mode);
}
// What was open is closed all the same, as Linux does.
int close(int fd) {
  const bool failing = fails(kind("close"));
  const int error = errno;
  const int result = REAL(close)(fd);
  if (!failing) return result;
  errno = error;
  return -1;
}

int fsync(int fd) { return fails(kind("fsync")) ? -1 : REAL(fsync)(fd); }
int syncfs(int fd) noexcept { return fails(kind("syncfs")) ? -1 : REAL(syncfs)(fd); }
int rename(const char* from, const char* to) noexcept {
  return fails(kind("rename")) ? -1 : REAL(rename)(from, to);
}
int renameat2(int from_fd, const char* from, int to_fd, const char* to, unsigned flags) noexcept {
  return fails(kind("renameat2")) ? -1 : REAL(renameat2)(from_fd, from, to_fd, to, flags);
}
int link(const char* from, const char* to) noexcept {
  return fails(kind("link")) ? -1 : REAL(link)(from, to);
}
int linkat(int from_fd, const char* from, int to_fd, const char* to, int flags) noexcept {
  return fails(kind("linkat")) ? -1 : REAL(linkat)(from_fd, from, to_fd, to, flags);
}
int unlink(const char* path) noexcept { return fails(kind("unlink")) ? -1 : REAL(unlink)(path); }
int unlinkat(int folder, const char* path, int flags) noexcept {
  return fails(kind("unlinkat")) ? -1 : REAL(unlinkat)(folder, path, flags);
}
int rmdir(const char* path) noexcept { return fails(kind("rmdir")) ? -1 : REAL(rmdir)(path); }
int mkdir(const char* path, mode_t mode) noexcept {
  return fails(kind("mkdir")) ? -1 : REAL(mkdir)(path, mode);
}
int mkdirat(int folder, const char* path, mode_t mode) noexcept {
  return fails(kind("mkdirat")) ? -1 : REAL(mkdirat)(folder, path, mode);
}
char* mkdtemp(char* pattern) noexcept {
  return fails(kind("mkdtemp")) ? nullptr : REAL(mkdtemp)(pattern);
}
int mkostemp(char* pattern, int flags) {
  return fails(kind("mkostemp")) ? -1 : REAL(mkostemp)(pattern, flags);
}
int memfd_create(const char* name, unsigned flags) noexcept {
  return fails(kind("memfd_create")) ? -1 : REAL(memfd_create)(name, flags);
}
int symlinkat(const char* target, int folder, const char* path) noexcept {
  return fails(kind("symlinkat")) ? -1 : REAL(symlinkat)(target, folder, path);
}
int ftruncate(int fd, off_t size) noexcept {
  return fails(kind("ftruncate")) ? -1 : REAL(ftruncate)(fd, size);
}
int ftruncate64(int fd, off64_t size) noexcept { return ftruncate(fd, size); }
int fchmod(int fd, mode_t mode) noexcept {
  return fails(kind("fchmod")) ? -1 : REAL(fchmod)(fd, mode);
}
int fchmodat(int folder, const char* path, mode_t mode, int flags) noexcept {
  return fails(kind("fchmodat")) ? -1 : REAL(fchmodat)(folder, path, mode, flags);
}
int fchown(int fd, uid_t user, gid_t group) noexcept {
  return fails(kind("fchown")) ? -1 : REAL(fchown)(fd, user, group);
}
int futimens(int fd, const timespec times[2]) noexcept {
  return fails(kind("futimens")) ? -1 : REAL(futimens)(fd, times);
}
int utimensat(int folder, const char* path, const timespec times[2], int flags) noexcept {
  return fails(kind("utimensat")) ? -1 : REAL(utimensat)(folder, path, times, flags);
}
off_t lseek(int fd, off_t offset, int whence) noexcept {
  return fails(kind("lseek")) ? -1 : REAL(lseek)(fd, offset, whence);
}
off64_t lseek64(int fd, off64_t offset, int whence) noexcept { return lseek(fd, offset, whence); }
int fstat(int fd, struct stat* status) noexcept {
  return fails(kind("fstat")) ? -1 : REAL(fstat)(fd, status);
}
int stat(const char* path, struct stat* status) noexcept {
  return fails(kind("stat")) ? -1 : REAL(stat)(path, status);
}
int lstat(const char* path, struct stat* status) noexcept {
  return fails(kind("lstat")) ? -1 : REAL(lstat)(path, status);
}
int fstatat(int folder, const char* path, struct stat* status, int flags) noexcept {
  return fails(kind("fstatat")) ? -1 : REAL(fstatat)(folder, path, status, flags);
}
ssize_t readlink(const char* path, char* target, size_t size) noexcept {
  return fails(kind("readlink")) ? -1 : REAL(readlink)(path, target, size);
}
char* realpath(const char* path, char* resolved) noexcept {
  return fails(kind("realpath")) ? nullptr : REAL(realpath)(path, resolved);
}
int fcntl(int fd, int command, ...) {
  va_list list;
  va_start(list, command);
  void* const argument = va_arg(list, void*);
  va_end(list);
  return fails(kind("fcntl")) ? -1 : REAL(fcntl)(fd, command, argument);
}
int dup(int fd) noexcept { return fails(kind("dup")) ? -1 : REAL(dup)(fd); }
ssize_t getrandom(void* buffer, size_t size, unsigned flags) {
  return fails(kind("getrandom")) ? -1 : REAL(getrandom)(buffer, size, flags);
}
void* mmap(void* address, size_t size, int protection, int flags, int fd, off_t offset) noexcept {
  return fails(kind("mmap")) ? MAP_FAILED
                             : REAL(mmap)(address, size, protection, flags, fd, offset);
}
int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*),
                   void* argument) noexcept {
  return fails(kind("pthread_create")) ? wanted_error
                                       : REAL(pthread_create)(thread, attributes, run, argument);
}

// dlsym itself may allocate, so these go to the C library by its own names.
extern void* __libc_malloc(size_t size) noexcept;
extern void* __libc_calloc(size_t count, size_t size) noexcept;
extern void* __libc_realloc(void* memory, size_t size) noexcept;
extern void* __libc_memalign(size_t alignment, size_t size) noexcept;
void* malloc(size_t size) noexcept {
  return fails(kind("malloc"), size) ? nullptr : __libc_malloc(size);
}
void* calloc(size_t count, size_t size) noexcept {
  return fails(kind("malloc"), count * size) ? nullptr : __libc_calloc(count, size);
}
void* realloc(void* memory, size_t size) noexcept {
  return fails(kind("malloc"), size) ? nullptr : __libc_realloc(memory, size);
}
void* aligned_alloc(size_t alignment, size_t size) noexcept {
  return fails(kind("malloc"), size) ? nullptr : __libc_memalign(alignment, size);
}

}  // extern "C"

#include "io/signals.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <system_error>
#include <utility>

namespace czip::tool {
namespace {

constexpr std::array kEndingSignals{SIGINT, SIGTERM, SIGHUP, SIGPIPE};

std::atomic<const char*> unfinished_file{nullptr};
// The watch's event, -1 without a watch, and the signal that arrived, or the negative status of
// end_without_outputs.
std::atomic<int> watch_event{-1};
std::atomic<int> arrived_signal{0};
static_assert(std::atomic<const char*>::is_always_lock_free &&
                  std::atomic<int>::is_always_lock_free,
              "used in a signal handler");

sigset_t ending_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : kEndingSignals) sigaddset(&set, signal);
  return set;
}

pthread_t main_thread;

// Calls only functions that are safe in a handler. It may run on any thread: those of libraries
// block no signals. Where a watch exists, that cleans up and ends the process. Else the main thread
// does, which may block the signal while it creates a file. Raising the signal again, with the
// default action, ends the process the way its parent expects.
void handle_ending(int signal) {
  const int error = errno;
  if (const int event = watch_event; event >= 0) {
    arrived_signal = signal;
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(event, &one, sizeof one);
    errno = error;
    return;
  }
  if (pthread_equal(pthread_self(), main_thread) == 0) {
    pthread_kill(main_thread, signal);
    errno = error;
    return;
  }
  remove_unfinished_file();
  std::signal(signal, SIG_DFL);
  raise(signal);
}

// Whether a held signal waits that ends the command. One that is ignored may wait, too.
bool is_pending() {
  sigset_t waiting;
  if (sigpending(&waiting) != 0) return false;
  return std::ranges::any_of(kEndingSignals, [&](int signal) {
    struct sigaction action {};
    return sigismember(&waiting, signal) == 1 && sigaction(signal, nullptr, &action) == 0 &&
           action.sa_handler == handle_ending;
  });
}

}  // namespace

void install_signal_handlers() {
  main_thread = pthread_self();
  for (const int signal : kEndingSignals) {
    struct sigaction action {};
    // A signal that the parent ignores stays ignored, as nohup wants.
    if (sigaction(signal, nullptr, &action) != 0 || action.sa_handler == SIG_IGN) continue;
    action = {};
    action.sa_handler = handle_ending;
    action.sa_mask = ending_signals();
    action.sa_flags = SA_RESTART;
    sigaction(signal, &action, nullptr);
  }
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGXFSZ, &ignore, nullptr);
}

void set_unfinished_file(const char* path) { unfinished_file = path; }

void remove_unfinished_file() {
  if (const char* const path = unfinished_file.exchange(nullptr); path != nullptr) unlink(path);
}

void end_without_outputs(int status) {
  if (const int event = watch_event; event >= 0) {
    arrived_signal = -status;
    const std::uint64_t one = 1;
    if (write(event, &one, sizeof one) == sizeof one)
      for (;;) pause();
  }
  remove_unfinished_file();
  _exit(status);
}

SignalsHeld::SignalsHeld() {
  const sigset_t set = ending_signals();
  pthread_sigmask(SIG_BLOCK, &set, &before_);
}

SignalsHeld::~SignalsHeld() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

InterruptWatch::InterruptWatch(std::function<void()> clean_up)
    : clean_up_(std::move(clean_up)), event_(eventfd(0, EFD_CLOEXEC)) {
  std::array<int, 2> ends{};
  if (event_.get() < 0 || pipe2(ends.data(), O_CLOEXEC) != 0) return;
  stopped_ = Descriptor(ends[0]);
  stop_ = Descriptor(ends[1]);
  watch_event = event_.get();
  try {
    thread_ = std::thread([this] { watch(); });
  } catch (const std::system_error&) {
    watch_event = -1;
  }
}

InterruptWatch::~InterruptWatch() {
  if (!thread_.joinable()) return;
  stop_ = Descriptor();
  thread_.join();
  watch_event = -1;
}

bool InterruptWatch::arrived() { return arrived_signal != 0 || (watch_event < 0 && is_pending()); }

void InterruptWatch::watch() {
  const sigset_t set = ending_signals();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  std::array<pollfd, 2> events{pollfd{.fd = event_.get(), .events = POLLIN, .revents = 0},
                               pollfd{.fd = stopped_.get(), .events = POLLIN, .revents = 0}};
  while (poll(events.data(), events.size(), -1) < 0)
    if (errno != EINTR) return;
  if (events[0].revents == 0) return;
  clean_up_();
  const int number = arrived_signal;
  if (number < 0) _exit(-number);
  std::signal(number, SIG_DFL);
  raise(number);
}

}  // namespace czip::tool

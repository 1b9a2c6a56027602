#include "signals.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <utility>

namespace czip::tool {
namespace {

constexpr std::array kEndingSignals{SIGINT, SIGTERM, SIGHUP, SIGPIPE};

std::atomic<const char*> unfinished_file{nullptr};
static_assert(std::atomic<const char*>::is_always_lock_free, "used in a signal handler");

sigset_t ending_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : kEndingSignals) sigaddset(&set, signal);
  return set;
}

// Without those that the parent asked to ignore, as nohup does.
sigset_t watched_signals() {
  sigset_t set = ending_signals();
  for (const int signal : kEndingSignals) {
    struct sigaction action {};
    if (sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN)
      sigdelset(&set, signal);
  }
  return set;
}

// Calls only functions that are safe in a handler. The default action was restored by SA_RESETHAND,
// so raising the signal again ends the process the way its parent expects.
void remove_and_end(int signal) {
  if (const char* const path = unfinished_file.exchange(nullptr); path != nullptr) unlink(path);
  raise(signal);
}

}  // namespace

void install_signal_handlers() {
  for (const int signal : kEndingSignals) {
    struct sigaction action {};
    // Left alone where the parent asked to ignore it, as nohup does.
    if (sigaction(signal, nullptr, &action) != 0 || action.sa_handler == SIG_IGN) continue;
    action = {};
    action.sa_handler = remove_and_end;
    action.sa_mask = ending_signals();
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(signal, &action, nullptr);
  }
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGXFSZ, &ignore, nullptr);
}

void set_unfinished_file(const char* path) { unfinished_file = path; }

SignalsHeld::SignalsHeld() {
  const sigset_t set = ending_signals();
  pthread_sigmask(SIG_BLOCK, &set, &before_);
}

SignalsHeld::~SignalsHeld() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

InterruptWatch::InterruptWatch(std::function<void()> clean_up)
    : clean_up_(std::move(clean_up)), stop_(eventfd(0, EFD_CLOEXEC)) {
  const sigset_t set = watched_signals();
  signals_ = Descriptor(signalfd(-1, &set, SFD_CLOEXEC));
  thread_ = std::thread([this] { watch(); });
}

InterruptWatch::~InterruptWatch() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(stop_.get(), &one, sizeof one);
  thread_.join();
}

void InterruptWatch::watch() {
  std::array<pollfd, 2> events{pollfd{.fd = signals_.get(), .events = POLLIN, .revents = 0},
                               pollfd{.fd = stop_.get(), .events = POLLIN, .revents = 0}};
  while (poll(events.data(), events.size(), -1) < 0)
    if (errno != EINTR) return;
  signalfd_siginfo info{};
  if (events[0].revents == 0 || read(signals_.get(), &info, sizeof info) != sizeof info) return;
  arrived_ = true;
  clean_up_();
  const int number = static_cast<int>(info.ssi_signo);
  std::signal(number, SIG_DFL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, number);
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  raise(number);
}

}  // namespace czip::tool

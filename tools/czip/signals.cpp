#include "signals.hpp"

#include <pthread.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>

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

}  // namespace czip::tool

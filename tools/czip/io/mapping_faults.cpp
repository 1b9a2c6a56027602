#include "io/mapping_faults.hpp"

#include <atomic>
#include <csignal>

namespace czip::tool {
namespace {

std::atomic<void (*)()> end_command{nullptr};
static_assert(std::atomic<void (*)()>::is_always_lock_free, "used in a signal handler");

void handle_fault(int signal) {
  if (void (*const end)() = end_command; end != nullptr) end();
  std::signal(signal, SIG_DFL);
  raise(signal);
}

}  // namespace

MappingFaults::MappingFaults(void (*end)()) {
  end_command = end;
  struct sigaction action {};
  action.sa_handler = handle_fault;
  sigaction(SIGBUS, &action, &before_);
}

MappingFaults::~MappingFaults() {
  sigaction(SIGBUS, &before_, nullptr);
  end_command = nullptr;
}

}  // namespace czip::tool

#include "io/mapping_faults.hpp"

#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <utility>

namespace czip::tool {
namespace {

struct Place {
  std::atomic<bool> taken{false};
  std::atomic<std::uintptr_t> begin{0};
  std::atomic<std::uintptr_t> end{0};
  std::atomic<const char*> line{nullptr};  // set last, removed first
};

std::array<Place, kMostFaultLines> places;
std::atomic<void (*)(const char*)> end_command{nullptr};
static_assert(std::atomic<void (*)(const char*)>::is_always_lock_free &&
                  std::atomic<const char*>::is_always_lock_free &&
                  std::atomic<std::uintptr_t>::is_always_lock_free,
              "used in a signal handler");

const char* line_of(std::uintptr_t address) {
  for (const Place& place : places) {
    const char* const line = place.line;
    if (line != nullptr && address >= place.begin && address < place.end) return line;
  }
  return nullptr;
}

void handle_fault(int signal, siginfo_t* info, void* /*context*/) {
  static std::atomic<bool> ends{false};
  while (ends.exchange(true)) pause();  // another thread's fault ends the command
  void (*const end)(const char*) = end_command;
  if (end != nullptr) end(line_of(reinterpret_cast<std::uintptr_t>(info->si_addr)));
  std::signal(signal, SIG_DFL);
  raise(signal);
}

}  // namespace

void install_mapping_fault_handler(void (*end)(const char* line)) {
  end_command = end;
  struct sigaction action {};
  action.sa_sigaction = handle_fault;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGBUS, &action, nullptr);
}

FaultLine::FaultLine(std::span<const std::uint8_t> bytes, std::string line)
    : line_(std::make_unique<const std::string>(std::move(line))) {
  for (place_ = 0; place_ < places.size(); ++place_) {
    Place& place = places[place_];
    if (place.taken.exchange(true)) continue;
    place.begin = reinterpret_cast<std::uintptr_t>(bytes.data());
    place.end = place.begin + bytes.size();
    place.line = line_->c_str();
    return;
  }
}

FaultLine::FaultLine(FaultLine&& other) noexcept
    : line_(std::move(other.line_)), place_(std::exchange(other.place_, kMostFaultLines)) {}

FaultLine::~FaultLine() {
  if (place_ == kMostFaultLines) return;
  places[place_].line = nullptr;
  places[place_].taken = false;
}

}  // namespace czip::tool

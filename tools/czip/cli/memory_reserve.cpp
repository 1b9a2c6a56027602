#include "cli/memory_reserve.hpp"

#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <new>

#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "io/signals.hpp"

namespace czip::tool {
namespace {

// Far more than a report or a message takes; blocks and models are larger.
constexpr std::size_t kReserveBytes = std::size_t{256} << 10;

std::atomic<void*> reserve{nullptr};
std::atomic<bool> refused{false};

void give_up_reserve() {
  if (void* const kept = reserve.exchange(nullptr); kept != nullptr) {
    std::free(kept);
    return;
  }
  // The request does not fit the reserve, so that is kept for others.
  std::free(reserve.exchange(std::malloc(kReserveBytes)));
  refused = true;
  throw std::bad_alloc();
}

// std::current_exception() does not tell why: what ends here may not have been caught. Allocates
// nothing.
[[noreturn]] void end_without_exception_handler() {
  remove_unfinished_file();
  if (!refused) std::abort();
  Console::last_error("czip: out of memory; use fewer threads (-T)\n");
  _exit(static_cast<int>(ExitStatus::environment));
}

}  // namespace

void install_memory_reserve() {
  reserve = std::malloc(kReserveBytes);
  std::set_new_handler(give_up_reserve);
  std::set_terminate(end_without_exception_handler);
}

void release_memory_reserve() { std::free(reserve.exchange(nullptr)); }

}  // namespace czip::tool

// Independent work on several threads.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/threads.hpp"

namespace czip {

inline constexpr unsigned kMaxThreads = 256;

// `requested` threads, or as many as the machine has for 0; at least 1, at most `tasks` and
// kMaxThreads.
[[nodiscard]] inline unsigned thread_count(unsigned requested, std::uint64_t tasks) {
  std::uint64_t count = requested != 0 ? requested : hardware_threads();
  if (count > tasks) count = tasks;
  return static_cast<unsigned>(count < 1 ? 1 : count > kMaxThreads ? kMaxThreads : count);
}

// Calls work(t) for t = 0 on the calling thread and for each other t < `threads` on a thread of its
// own, and waits for all of them. Where the machine refuses a thread, it and those after it are
// never called: the others must be able to do all the work. `work` must not throw.
template <class Work>
void run_on_threads(unsigned threads, const Work& work) {
  std::vector<Thread> others;
  try {
    for (unsigned t = 1; kHaveThreads && t < threads; ++t)
      others.emplace_back([&work, t] { work(t); });
  } catch (const std::system_error&) {
  } catch (const std::bad_alloc&) {
  }
  work(0U);
}

// Calls function(i), which returns a Status or nothing, once for each i < `count`, on the calling
// thread and up to `threads` - 1 others (see run_on_threads; for threads <= 1 the calls are in
// order on the calling thread). Each thread takes the next i when it is done with one, so calls may
// differ in length. Where a result depends on which calls share a buffer, let i be the number of
// the buffer.
//
// Error: that of the smallest failing i, the same for any number of threads; calls for greater i
// may not have been made. std::bad_alloc becomes out_of_memory; any other exception is thrown again
// on the calling thread.
template <class Function>
Status parallel_for(unsigned threads, std::size_t count, const Function& function) {
  struct Failure {
    std::size_t index;
    Status status;
    std::exception_ptr exception;
  };
  Mutex mutex;
  Failure first{count, {}, nullptr};
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> failed = false;

  // Numbers are taken in order: when i has failed, all smaller ones have been taken.
  const auto record = [&](std::size_t i, Status status, std::exception_ptr exception) {
    const Lock lock(mutex);
    if (i < first.index) first = {i, std::move(status), std::move(exception)};
    failed = true;
  };
  const auto call = [&](std::size_t i) -> Status {
    if constexpr (std::is_void_v<std::invoke_result_t<const Function&, std::size_t>>) {
      function(i);
      return {};
    } else {
      return function(i);
    }
  };
  run_on_threads(count < threads ? static_cast<unsigned>(count) : threads, [&](unsigned) {
    while (!failed) {
      const std::size_t i = next++;
      if (i >= count) return;
      try {
        if (Status status = call(i); !status) record(i, std::move(status), nullptr);
      } catch (const std::bad_alloc&) {
        record(i, fail(ErrorCode::out_of_memory, "out of memory"), nullptr);
      } catch (...) {
        record(i, {}, std::current_exception());
      }
    }
  });
  if (first.exception) std::rethrow_exception(first.exception);
  return std::move(first.status);
}

}  // namespace czip

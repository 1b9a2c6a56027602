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

// What a program gives that has threads of its own: `run` calls work(argument, i) once for each i <
// `count`, in any order, at once or one after another, and returns when all calls have returned.
struct Executor {
  void* user = nullptr;
  void (*run)(void* user, std::size_t count, void (*work)(void* argument, std::size_t i),
              void* argument) = nullptr;
};

// Who runs the work of run_on_threads on this thread: an executor, or threads of czip's own.
struct ExecutorState {
  const Executor* executor = nullptr;
  bool at_work = false;  // this is work that the executor runs
};
inline constinit thread_local ExecutorState executor_state{};

// As long as it lives, run_on_threads on this thread gives its work to `executor`; null: to threads
// of czip's own.
class ExecutorScope {
 public:
  explicit ExecutorScope(const Executor* executor, bool at_work = false)
      : before_(std::exchange(executor_state, {executor, at_work})) {}
  ExecutorScope(const ExecutorScope&) = delete;
  ExecutorScope& operator=(const ExecutorScope&) = delete;
  ~ExecutorScope() { executor_state = before_; }

 private:
  ExecutorState before_;
};

// run_on_threads by an executor. It may begin with any call and make them one after another, so
// they are numbered as they begin: whoever comes first is t = 0, on which the others may wait. An
// executor that makes no call, or too many, does no harm.
template <class Work>
void run_by_executor(const Executor& executor, unsigned threads, const Work& work) {
  struct Job {
    const Executor* executor;
    const Work* work;
    unsigned threads;
    std::atomic<unsigned> begun = 0;
  };
  Job job{&executor, &work, threads};
  executor.run(
      executor.user, threads,
      [](void* argument, std::size_t) {
        auto& begun_job = *static_cast<Job*>(argument);
        const ExecutorScope scope(begun_job.executor, true);
        const unsigned thread = begun_job.begun++;
        if (thread < begun_job.threads) (*begun_job.work)(thread);
      },
      &job);
  if (job.begun == 0) work(0U);
}

// Calls work(t) for t = 0 on the calling thread and for each other t < `threads` on a thread of its
// own, and waits for all of them. Where the machine refuses a thread, it and those after it are
// never called: the others must be able to do all the work. `work` must not throw.
//
// Under an ExecutorScope the executor makes the calls, on threads of its choice; work(1) then may
// begin after work(0) has ended. Within such work, only work(0) is called: an executor need not be
// able to be called by what it runs.
template <class Work>
void run_on_threads(unsigned threads, const Work& work) {
  if (executor_state.executor != nullptr && threads > 1) {
    if (executor_state.at_work) return work(0U);
    return run_by_executor(*executor_state.executor, threads, work);
  }
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

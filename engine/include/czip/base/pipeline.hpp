// An ordered parallel pipeline: tasks are made one after another, processed by several threads at
// once and committed in the order in which they were made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <new>
#include <utility>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/parallel.hpp"
#include "czip/base/threads.hpp"

namespace czip {

template <class Task>
struct PipelineStages {
  // Makes the next task in an object that may hold an earlier one; false when there are no more.
  // Never called from two threads at once.
  std::function<Result<bool>(Task&)> pull;
  // Called from thread `worker` of [0, threads) for different tasks at once.
  std::function<Status(unsigned worker, Task&)> process;
  // In the order of `pull`; never called from two threads at once, nor together with `pull`.
  std::function<Status(Task&)> commit;
};

// Two tasks per thread are in flight at most, so that a thread need not wait for a slower one
// before it.
template <class Task>
class OrderedPipeline {
 public:
  OrderedPipeline(unsigned threads, PipelineStages<Task> stages)
      : threads_(threads), stages_(std::move(stages)) {}

  // Runs until everything is committed, on the calling thread and up to `threads` - 1 others (see
  // run_on_threads). Error: the first in the order of tasks; tasks after it may have been
  // processed, but are not committed. std::bad_alloc becomes out_of_memory.
  Status run() {
    slots_.resize(std::size_t{2} * threads_);
    run_on_threads(threads_, [this](unsigned worker) { work(worker); });
    return std::move(status_);
  }

 private:
  struct Slot {
    Task task;
    Status status;
    bool done = false;
  };

  template <class Function>
  static auto guarded(Function function) -> decltype(function()) {
    try {
      return function();
    } catch (const std::bad_alloc&) {
      return fail(ErrorCode::out_of_memory, "out of memory");
    }
  }

  void work(unsigned worker) {
    Lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return stopped() || made_ - committed_ < slots_.size(); });
      if (stopped()) return;
      Slot& slot = slots_[static_cast<std::size_t>(made_ % slots_.size())];
      slot.done = false;
      const Result<bool> pulled = guarded([&] { return stages_.pull(slot.task); });
      if (pulled && !*pulled) {
        finished_ = true;
        changed_.notify_all();
        return;
      }
      ++made_;
      Status status;
      if (pulled) {
        lock.unlock();
        status = guarded([&] { return stages_.process(worker, slot.task); });
        lock.lock();
      } else {
        finished_ = true;
        status = error_of(pulled);
      }
      slot.status = std::move(status);
      slot.done = true;
      commit_done();
      changed_.notify_all();
    }
  }

  // Commits tasks in order, up to the first that is not done.
  void commit_done() {
    while (status_ && committed_ < made_) {
      Slot& slot = slots_[static_cast<std::size_t>(committed_ % slots_.size())];
      if (!slot.done) return;
      if (slot.status) slot.status = guarded([&] { return stages_.commit(slot.task); });
      if (!slot.status) status_ = std::move(slot.status);
      ++committed_;
    }
  }

  [[nodiscard]] bool stopped() const { return finished_ || !status_; }

  unsigned threads_;
  PipelineStages<Task> stages_;
  Mutex mutex_;
  ConditionVariable changed_;
  std::vector<Slot> slots_;
  std::uint64_t made_ = 0;       // tasks pulled so far, including one that failed
  std::uint64_t committed_ = 0;  // tasks at the front that left the pipeline
  bool finished_ = false;        // nothing more to pull
  Status status_;                // the first error
};

template <class Task>
Status run_ordered(unsigned threads, PipelineStages<Task> stages) {
  return OrderedPipeline<Task>(threads, std::move(stages)).run();
}

}  // namespace czip

// Threads that share the steps of a forward pass. A token of one stream takes some 200 short steps,
// one after another: threads that were started, or woken, for each would take longer than the work.
// They wait by looking, and let others run when there is nothing to do for a while.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "czip/base/parallel.hpp"
#include "czip/base/threads.hpp"

namespace czip::llm {

class Team {
 public:
  // `threads` is at least 1 and at most kMaxThreads.
  explicit Team(unsigned threads) : threads_(threads) {}

  // Calls body() on this thread, while the others wait for its calls of for_each. Where the machine
  // refuses threads, there are fewer.
  template <class Body>
  void run(const Body& body) {
    left_.store(0);
    run_on_threads(threads_, [&](unsigned thread) {
      if (thread != 0) return help(thread);
      body();
      left_.store(kStop, std::memory_order_release);
    });
  }

  // A step: calls work(task, thread) once for each task < `count` < 2^32 - 1, with the number of
  // the thread that does it, and returns when all are done. Only from within `body`. `work` must
  // not throw.
  template <class Work>
  void for_each(std::size_t count, const Work& work) {
    if (threads_ == 1 || count <= 1) {
      for (std::size_t i = 0; i < count; ++i) work(i, 0U);
      return;
    }
    job_.store(&work, std::memory_order_relaxed);
    call_.store(call_work<Work>, std::memory_order_relaxed);
    count_.store(count, std::memory_order_relaxed);
    done_.store(0, std::memory_order_relaxed);
    left_.store(static_cast<std::uint32_t>(count), std::memory_order_release);
    while (take(0)) {
    }
    for (unsigned looks = 0; done_.load(std::memory_order_acquire) != count;) wait(looks);
  }

 private:
  static constexpr std::uint32_t kStop = ~std::uint32_t{0};

  template <class Work>
  static void call_work(const void* work, std::size_t task, unsigned thread) {
    (*static_cast<const Work*>(work))(task, thread);
  }

  // Does a task of the present step; false where none is left. A step ends after its last task, so
  // that what is read behind the exchange is of the step whose task was taken.
  bool take(unsigned thread) {
    std::uint32_t left = left_.load(std::memory_order_acquire);
    do {
      if (left == 0 || left == kStop) return false;
    } while (!left_.compare_exchange_weak(left, left - 1, std::memory_order_acq_rel,
                                          std::memory_order_acquire));
    const auto call = call_.load(std::memory_order_relaxed);
    const std::size_t task = count_.load(std::memory_order_relaxed) - left;
    call(job_.load(std::memory_order_relaxed), task, thread);
    done_.fetch_add(1, std::memory_order_release);
    return true;
  }

  void help(unsigned thread) {
    for (unsigned looks = 0; left_.load(std::memory_order_acquire) != kStop;) {
      if (take(thread))
        looks = 0;
      else
        wait(looks);
    }
  }

  static void wait(unsigned& looks) {
    constexpr unsigned kLooks = 4096;
    if (++looks < kLooks) return;
    looks = 0;
    yield_thread();
  }

  const unsigned threads_;
  alignas(64) std::atomic<std::uint32_t> left_ = 0;  // tasks of the step that nobody has taken
  std::atomic<std::size_t> count_ = 0;
  std::atomic<const void*> job_ = nullptr;
  std::atomic<void (*)(const void*, std::size_t, unsigned)> call_ = nullptr;
  alignas(64) std::atomic<std::size_t> done_ = 0;
};

}  // namespace czip::llm

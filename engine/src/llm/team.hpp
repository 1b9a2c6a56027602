// Threads that share the steps of a forward pass. A token of one stream takes some 200 short steps,
// one after another: threads that were started, or woken, for each would take longer than the work.
// They wait by looking, and let others run when there is nothing to do for a while.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "czip/base/parallel.hpp"

namespace czip::llm {

class Team {
 public:
  // `threads` is at least 1 and at most kMaxThreads.
  explicit Team(unsigned threads) : threads_(threads) {}

  // Calls body() on this thread, while the others wait for its calls of for_each. Where the machine
  // refuses threads, there are fewer.
  template <class Body>
  void run(const Body& body) {
    ticket_.store(0);
    phase_ = 0;
    run_on_threads(threads_, [&](unsigned thread) {
      if (thread != 0) return help(thread);
      body();
      ticket_.store(kStop, std::memory_order_release);
    });
  }

  // Calls work(task, thread) once for each task < `count`, with the number of the thread that does
  // it, and returns when all are done. Only from within `body`. `work` must not throw.
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
    ticket_.store(++phase_ << kTaskBits | count, std::memory_order_release);
    while (take(0)) {
    }
    for (unsigned looks = 0; done_.load(std::memory_order_acquire) != count;) wait(looks);
  }

 private:
  static constexpr int kTaskBits = 32;
  static constexpr std::uint64_t kStop = ~std::uint64_t{0};

  template <class Work>
  static void call_work(const void* work, std::size_t task, unsigned thread) {
    (*static_cast<const Work*>(work))(task, thread);
  }

  // Does a task of the present phase; false where none is left. Until a phase has ended, which is
  // after its last task, nobody but its takers touches the ticket, and what it stands for stays.
  bool take(unsigned thread) {
    std::uint64_t ticket = ticket_.load(std::memory_order_acquire);
    for (;;) {
      const std::uint64_t left = ticket & ((std::uint64_t{1} << kTaskBits) - 1);
      if (ticket == kStop || left == 0) return false;
      if (!ticket_.compare_exchange_weak(ticket, ticket - 1, std::memory_order_acq_rel,
                                         std::memory_order_acquire))
        continue;
      const auto call = call_.load(std::memory_order_relaxed);
      const std::size_t task =
          count_.load(std::memory_order_relaxed) - static_cast<std::size_t>(left);
      call(job_.load(std::memory_order_relaxed), task, thread);
      done_.fetch_add(1, std::memory_order_release);
      return true;
    }
  }

  void help(unsigned thread) {
    for (unsigned looks = 0; ticket_.load(std::memory_order_acquire) != kStop;) {
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
  static void yield_thread() {
#if defined(__STDCPP_THREADS__)
    std::this_thread::yield();
#endif
  }

  const unsigned threads_;
  std::uint64_t phase_ = 0;
  alignas(64) std::atomic<std::uint64_t> ticket_ = 0;  // phase and tasks that are left
  std::atomic<std::size_t> count_ = 0;
  std::atomic<const void*> job_ = nullptr;
  std::atomic<void (*)(const void*, std::size_t, unsigned)> call_ = nullptr;
  alignas(64) std::atomic<std::size_t> done_ = 0;
};

}  // namespace czip::llm

#include "czip/base/parallel.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace czip {
namespace {

TEST_CASE("thread_count is at least one and at most the tasks and the limit") {
  CHECK(thread_count(4, 100) == 4);
  CHECK(thread_count(4, 3) == 3);
  CHECK(thread_count(4, 0) == 1);
  CHECK(thread_count(0, 1) == 1);
  CHECK(thread_count(0, 1000) >= 1);
  CHECK(thread_count(100'000, 100'000) == kMaxThreads);
}

TEST_CASE("parallel_for calls its function once for each number") {
  for (const unsigned threads : {0U, 1U, 2U, 7U}) {
    for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{100}}) {
      std::vector<int> calls(count, 0);
      CHECK(parallel_for(threads, count, [&](std::size_t i) { ++calls[i]; }));
      CHECK(std::all_of(calls.begin(), calls.end(), [](int n) { return n == 1; }));
    }
  }
}

TEST_CASE("one thread calls in order, on the calling thread") {
  std::vector<std::size_t> order;
  bool own_thread = true;
  const auto caller = std::this_thread::get_id();
  CHECK(parallel_for(1, 4, [&](std::size_t i) {
    order.push_back(i);
    own_thread = own_thread && std::this_thread::get_id() == caller;
  }));
  CHECK(order == std::vector<std::size_t>{0, 1, 2, 3});
  CHECK(own_thread);
}

TEST_CASE("the error is that of the smallest failing number, and ends the loop") {
  for (const unsigned threads : {1U, 4U}) {
    std::atomic<std::size_t> calls = 0;
    const Status status = parallel_for(threads, 1'000'000, [&](std::size_t i) -> Status {
      ++calls;
      if (i >= 5) return fail(ErrorCode::corrupt, "number " + std::to_string(i));
      return {};
    });
    REQUIRE(!status);
    CHECK(status.error().code == ErrorCode::corrupt);
    CHECK(status.error().message == "number 5");
    CHECK(calls <= 5 + threads);
  }
}

TEST_CASE("memory that runs out is an error; other exceptions come back to the caller") {
  for (const unsigned threads : {1U, 4U}) {
    const Status status = parallel_for(threads, 10, [](std::size_t i) {
      if (i == 3) throw std::bad_alloc();
    });
    REQUIRE(!status);
    CHECK(status.error().code == ErrorCode::out_of_memory);
    CHECK_THROWS_WITH_AS((void)parallel_for(threads, 10,
                                            [](std::size_t i) {
                                              if (i == 3) throw std::runtime_error("third");
                                            }),
                         "third", std::runtime_error);
  }
}

// Makes the calls one after another, the last first.
void run_backwards(void* user, std::size_t count, void (*work)(void*, std::size_t),
                   void* argument) {
  *static_cast<std::size_t*>(user) += count;
  for (std::size_t i = count; i > 0; --i) work(argument, i - 1);
}

TEST_CASE("an executor gets the work, numbered as it begins") {
  std::size_t made = 0;
  const Executor executor{&made, run_backwards};
  std::vector<unsigned> order;
  {
    const ExecutorScope scope(&executor);
    run_on_threads(3, [&](unsigned t) { order.push_back(t); });
    CHECK(made == 3);
    run_on_threads(1, [&](unsigned t) { order.push_back(t); });
    CHECK(made == 3);  // one call needs no executor
  }
  CHECK(order == std::vector<unsigned>{0, 1, 2, 0});
  run_on_threads(2, [](unsigned) {});
  CHECK(made == 3);  // the scope has ended
}

TEST_CASE("an executor is not called from within its work") {
  std::size_t made = 0;
  const Executor executor{&made, run_backwards};
  const ExecutorScope scope(&executor);
  std::vector<unsigned> inner;
  run_on_threads(2, [&](unsigned) { run_on_threads(4, [&](unsigned t) { inner.push_back(t); }); });
  CHECK(made == 2);
  CHECK(inner == std::vector<unsigned>{0, 0});
}

TEST_CASE("an executor that makes no call, or too many, does no harm") {
  std::vector<unsigned> order;
  const Executor lazy{nullptr, [](void*, std::size_t, void (*)(void*, std::size_t), void*) {}};
  const Executor eager{
      nullptr, [](void*, std::size_t count, void (*work)(void*, std::size_t), void* argument) {
        for (std::size_t i = 0; i < 2 * count; ++i) work(argument, i);
      }};
  for (const Executor* const executor : {&lazy, &eager}) {
    const ExecutorScope scope(executor);
    run_on_threads(2, [&](unsigned t) { order.push_back(t); });
  }
  CHECK(order == std::vector<unsigned>{0, 0, 1});
}

TEST_CASE("parallel_for under an executor calls its function once for each number") {
  std::size_t made = 0;
  const Executor executor{&made, run_backwards};
  const ExecutorScope scope(&executor);
  std::vector<int> calls(100, 0);
  CHECK(parallel_for(4, calls.size(), [&](std::size_t i) { ++calls[i]; }));
  CHECK(std::all_of(calls.begin(), calls.end(), [](int n) { return n == 1; }));
  CHECK(made == 4);
}

}  // namespace
}  // namespace czip

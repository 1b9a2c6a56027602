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

}  // namespace
}  // namespace czip

// Threads that share steps: each task of each step is done once, after all tasks of the step
// before it.
#include "llm/team.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <vector>

namespace czip::llm {
namespace {

TEST_CASE("each task is done once, step by step") {
  for (const unsigned threads : {1U, 2U, 3U, 8U}) {
    Team team(threads);
    std::size_t wrong = 0;
    for (int run = 0; run < 3; ++run)
      team.run([&] {
        for (std::size_t step = 0; step < 3000; ++step) {
          const std::size_t count = step * 7 % 13;
          std::vector<std::atomic<unsigned>> times(count);
          std::atomic<std::size_t> strangers = 0;
          team.for_each(count, [&](std::size_t task, unsigned thread) {
            if (task >= count || thread >= threads)
              ++strangers;
            else
              ++times[task];
          });
          wrong += strangers;
          for (const auto& t : times) wrong += t == 1 ? 0U : 1U;
        }
      });
    CHECK(wrong == 0);
  }
}

}  // namespace
}  // namespace czip::llm

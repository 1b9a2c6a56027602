#include "czip/codec/v2/llm/refined_probability.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

#include "support/logistic.hpp"

namespace czip::v2 {

TEST_CASE("a refined probability begins as the one that it refines") {
  RefinedProbability refined;
  refined.reset(2, test::logistic());
  // But for the rounding of probabilities, by which nothing is beyond odds of e^13.
  for (std::int32_t x = -8 * kStretchOne; x <= 8 * kStretchOne; x += 100)
    CHECK(std::abs(refined.refine(1, x, test::logistic()) - x) <= 4);
  CHECK(refined.refine(0, -kMaxStretch, test::logistic()) < -13 * kStretchOne);
  CHECK(refined.refine(0, kMaxStretch, test::logistic()) > 13 * kStretchOne);
}

TEST_CASE("a refined probability learns in its context, near the value that it saw") {
  RefinedProbability refined;
  refined.reset(2, test::logistic());
  (void)refined.refine(0, 0, test::logistic());
  refined.update(true);
  // Count 40: the probability at 0 rises from 1/2 by 1/41.5 of what is missing, to 0.512; ln of its
  // odds is 0.0482, 12 in units of 1/256; stretch(1/2) is
  // 1 by rounding.
  CHECK(refined.refine(0, 0, test::logistic()) == 13);
  CHECK(refined.refine(1, 0, test::logistic()) == 1);
  CHECK(refined.refine(0, -512, test::logistic()) == refined.refine(1, -512, test::logistic()));
}

}  // namespace czip::v2

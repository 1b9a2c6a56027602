#include "czip/codec/v2/coding/logistic.hpp"

namespace czip::v2 {

Result<Logistic> Logistic::create(std::span<const std::uint16_t> squash) {
  if (squash.size() != kSquashEntries) {
    return fail(ErrorCode::corrupt, "the model's squash table has " +
                                        std::to_string(squash.size()) + " entries instead of " +
                                        std::to_string(kSquashEntries));
  }
  if (squash.front() == 0 || !std::is_sorted(squash.begin(), squash.end())) {
    return fail(ErrorCode::corrupt, "the model's squash table does not ascend from 1 or more");
  }
  Logistic logistic;
  std::copy(squash.begin(), squash.end(), logistic.squash_.begin());
  // The inverse: an entry is the least x whose squash(x) reaches the middle of its probabilities.
  std::int32_t x = -kMaxInput;
  for (std::uint32_t i = 0; i < logistic.stretch_.size(); ++i) {
    const std::uint32_t p = (i << kStretchShift) + (1U << (kStretchShift - 1));
    while (x < kMaxInput && logistic.squash(x) < p) ++x;
    logistic.stretch_[i] = static_cast<std::int16_t>(x);
  }
  return logistic;
}

}  // namespace czip::v2

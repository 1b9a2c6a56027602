// The integer functions of all networks, over their ranges. Arguments are drawn one to a
// statement: compilers evaluate those of one call in different orders.
#include "czip/engine/v1/functions.hpp"

#include <array>
#include <cstdint>

#include "czip/engine/integer_math.hpp"
#include "czip/engine/llm/functions.hpp"
#include "czip/engine/v2/functions.hpp"
#include "signature/parts.hpp"
#include "signature/random.hpp"

namespace czip::signature {
namespace {

constexpr int kRounds = 4000;

// The arguments of a round.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : random_(seed) {}

  void next() {
    for (std::uint64_t& raw : raw_) raw = random_.next();
  }
  [[nodiscard]] std::uint64_t raw(std::size_t i) const { return raw_[i]; }
  // In [0, limit).
  [[nodiscard]] std::uint32_t below(std::size_t i, std::uint32_t limit) const {
    return static_cast<std::uint32_t>(raw_[i] % limit);
  }
  // In [-limit, limit].
  [[nodiscard]] std::int64_t within(std::size_t i, std::int64_t limit) const {
    return static_cast<std::int64_t>(raw_[i] % static_cast<std::uint64_t>(2 * limit + 1)) - limit;
  }
  template <class T>
  [[nodiscard]] T any(std::size_t i) const {
    return static_cast<T>(raw_[i]);
  }
  // Of any magnitude: draw `i` without its highest bits, which draw `j` counts, at least `least`.
  [[nodiscard]] std::uint64_t spread(std::size_t i, std::size_t j, std::uint32_t least) const {
    return raw_[i] >> (least + below(j, 64 - least));
  }

 private:
  Random random_;
  std::array<std::uint64_t, 8> raw_{};
};

void add_integer_math(Draws& draws, Hasher& hasher) {
  for (int i = 0; i < kRounds; ++i) {
    draws.next();
    const auto x = draws.any<std::int64_t>(0);
    const auto shift = static_cast<int>(draws.below(1, 63));
    const auto half = static_cast<std::int64_t>((std::uint64_t{1} << shift) >> 1);
    hasher.add(saturate32(x >> draws.below(2, 40)));
    hasher.add(magnitude(x));
    hasher.add(divide_rne(draws.raw(3), draws.spread(4, 5, 0) | 1));
    hasher.add(shift_right_rne(x, shift));
    hasher.add(shift_right_rne(((x >> shift) << shift) | half, shift));  // a tie
    hasher.add(integer_sqrt(draws.spread(6, 7, 0)));
  }
}

void add_vector_functions_llm(const Draws& draws, Hasher& hasher) {
  const auto largest = static_cast<std::uint32_t>(1 + draws.spread(0, 1, 34) % llm::kBound);
  const auto y = static_cast<std::int32_t>(draws.within(2, largest));
  hasher.add(llm::quantized(y, llm::quantization_of(largest)));
  const llm::VectorScale of_numbers = llm::quantized_scale(largest);
  const std::uint64_t root = largest >> llm::square_shift(largest);
  const std::uint64_t sum = root * root * (1 + draws.below(3, 16384));
  const llm::VectorScale of_norm = llm::normalized_scale(largest, sum, draws.spread(5, 6, 2));
  const std::uint32_t inputs = 16 * (1 + draws.below(7, 4096));
  const auto acc = static_cast<std::int32_t>(draws.within(2, std::int64_t{128 * 127} * inputs));
  const std::uint32_t scale = draws.below(3, llm::kMaxScale + 1);
  const int shift = llm::kLeastShift + static_cast<int>(draws.below(4, 52));
  for (const llm::VectorScale& vector : {of_numbers, of_norm}) {
    hasher.add(vector.mantissa);
    hasher.add(vector.exponent);
    hasher.add(llm::rescaled(acc, scale, llm::rescale_of(inputs, shift, vector)));
  }
  hasher.add(llm::transform_shift(largest, 1U << draws.below(5, 10)));
}

void add_attention_functions_llm(const Draws& draws, const llm::Exp2Table& exp2, Hasher& hasher) {
  const auto gap = static_cast<std::uint32_t>(draws.spread(0, 1, 32));
  hasher.add(llm::exp2_weight(gap, exp2));
  hasher.add(llm::frequency(gap, exp2));
  const auto score = static_cast<std::int32_t>(draws.within(2, 256 * 2047 * 4095LL));
  hasher.add(llm::score_gap(256 * 2047 * 4095, score, 1 + static_cast<int>(draws.below(3, 20))));
  const std::uint64_t sum = 16776704 + draws.spread(4, 5, 26);
  hasher.add(llm::attention_weight(draws.below(6, 16776705), llm::attention_factor(sum)));
  const auto q = static_cast<std::int32_t>(draws.within(7, 131070));
  hasher.add(llm::scored_query(q, llm::query_shift(static_cast<std::uint32_t>(magnitude(q)))));
  const auto a = static_cast<std::int32_t>(draws.within(0, llm::kQueryBound));
  const auto b = static_cast<std::int32_t>(draws.within(1, llm::kQueryBound));
  const auto cos = static_cast<std::int32_t>(draws.within(2, llm::kRotaryOne));
  const auto sin = static_cast<std::int32_t>(draws.within(3, llm::kRotaryOne));
  hasher.add(llm::rotated_first(a, b, cos, sin));
  hasher.add(llm::rotated_second(a, b, cos, sin));
}

}  // namespace

Status add_functions_v1(SimdLevel, Hasher& hasher) {
  Draws draws(1);
  add_integer_math(draws, hasher);
  v1::Exp2Table exp2{};
  for (std::uint32_t i = 0; i < exp2.size(); ++i)
    exp2[i] = static_cast<std::uint16_t>(65535 - 128 * i);
  for (int i = 0; i < kRounds; ++i) {
    draws.next();
    const auto x = static_cast<std::int8_t>(draws.within(0, 127));
    const auto y = static_cast<std::int8_t>(draws.within(1, 127));
    const v1::Requantization by{draws.any<std::int32_t>(2),
                                static_cast<std::int8_t>(draws.below(3, 63))};
    hasher.add(v1::requantize(static_cast<std::int32_t>(draws.within(4, 1 << 30)), by));
    const std::uint32_t mean_square = v1::mean_square(draws.below(5, 16130), 1);
    for (const v1::Dialect dialect : v1::kDialects)
      hasher.add(v1::inverse_rms(mean_square, dialect));
    hasher.add(v1::normalized(2 * x, y, static_cast<std::int32_t>(draws.below(6, 32769))));
    const v1::RotatedPair pair =
        v1::rotate_pair(x, y, draws.any<std::int16_t>(2), draws.any<std::int16_t>(3));
    hasher.add(pair.x);
    hasher.add(pair.y);
    hasher.add(v1::attention_score(draws.within(4, 1 << 20), draws.any<std::int32_t>(5)));
    const auto distance = static_cast<std::uint32_t>(draws.spread(6, 7, 32));
    hasher.add(v1::exp_weight(distance, v1::kAttentionExpCoefficient, exp2));
    hasher.add(v1::rescaled(draws.within(2, std::int64_t{1} << 45), 1 + draws.below(3, 65535)));
    hasher.add(v1::gated_relu(x, y));
    hasher.add(
        v1::symbol_frequency(draws.below(4, 65536), 1U << 30, 65536 + draws.below(5, 1U << 30)));
  }
  return {};
}

Status add_functions_v2(SimdLevel, Hasher& hasher) {
  Draws draws(2);
  v2::Exp2Table exp2{};
  for (std::uint32_t i = 0; i < exp2.size(); ++i) exp2[i] = 65535 - 512 * i;
  for (int i = 0; i < kRounds; ++i) {
    draws.next();
    const auto x = static_cast<std::int32_t>(draws.within(0, (1 << 24) - 1));
    const auto multiplier = static_cast<std::int32_t>(draws.below(1, 32768));
    const int shift = 1 + static_cast<int>(draws.below(2, 18));
    hasher.add(round_shift(draws.any<std::int64_t>(3) >> 2, shift));
    hasher.add(v2::requantize(x, multiplier, shift, v2::kActivationBound));
    hasher.add(v2::requantize_limit(multiplier, shift, v2::kActivationBound));
    const std::uint32_t inverse = v2::inverse_rms(draws.spread(4, 5, 16), 64);
    hasher.add(inverse);
    hasher.add(v2::normalized(x, inverse, static_cast<std::int16_t>(draws.within(6, 32767))));
    const auto gate = static_cast<std::int32_t>(draws.within(6, v2::kActivationBound));
    const auto value = static_cast<std::int32_t>(draws.within(7, v2::kActivationBound));
    hasher.add(v2::activated(gate, value));
    const auto dot = static_cast<std::int32_t>(draws.within(3, 128 * 127 * 127));
    hasher.add(v2::attention_score(dot, static_cast<std::int32_t>(draws.below(4, 1024)), gate));
    hasher.add(v2::attention_weight(draws.below(5, 2200), exp2));
    hasher.add(v2::logit_weight(draws.below(5, 2200), exp2));
    const std::uint32_t factor =
        v2::attention_factor(draws.below(6, 4097), 255 + draws.below(7, 1U << 20));
    hasher.add(v2::attention_output(static_cast<std::int32_t>(draws.within(0, 1 << 27)), factor));
    hasher.add(v2::frequency_shift(draws.raw(1) >> 16, 1 + draws.below(2, 65536)));
    hasher.add(v2::bigram_bucket(draws.below(3, 65536), draws.below(4, 65536),
                                 1 + static_cast<int>(draws.below(5, 20))));
  }
  return {};
}

Status add_functions_llm(SimdLevel, Hasher& hasher) {
  Draws draws(14);
  llm::Exp2Table exp2{};
  for (std::uint32_t i = 0; i < exp2.size(); ++i)
    exp2[i] = static_cast<std::uint16_t>(llm::kFirstExp2 - (i < 16 ? 2048 * i : 176 * (i - 16)));
  llm::GateTable gate{};  // as kernels have it, from 1/2 to 1 in equal steps
  for (std::uint32_t i = 0; i < gate.size(); ++i) gate[i] = (256 * i) << 12 | 256;
  for (int i = 0; i < kRounds; ++i) {
    draws.next();
    add_vector_functions_llm(draws, hasher);
    draws.next();
    add_attention_functions_llm(draws, exp2, hasher);
    draws.next();
    const std::int64_t bound = llm::kHiddenBound >> draws.below(0, 12);
    const std::int32_t activation =
        llm::activation(static_cast<std::int32_t>(draws.within(1, bound)), gate);
    hasher.add(activation);
    hasher.add(llm::ungated(activation));
    hasher.add(llm::gated(activation, static_cast<std::int32_t>(draws.within(2, bound))));
  }
  return {};
}

}  // namespace czip::signature

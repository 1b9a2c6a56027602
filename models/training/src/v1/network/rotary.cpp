#include "v1/network/rotary.hpp"

#include <algorithm>
#include <cmath>

#include "v1/network/shape.hpp"

namespace czip::v1::training {
namespace {

constexpr std::size_t kPairs = kHeadSize / 2;

float limited(float x) { return std::min(std::max(x, -kValueBound), kValueBound); }

std::int16_t q15(double x) {
  return static_cast<std::int16_t>(std::min(32767L, std::lround(32768 * x)));
}

// `finish` makes what the format wants of a rounded element. Sums of two products are below
// 127 * 32768 * 2 < 2^24, so fp32 holds them; nearbyint() rounds ties to even, as the format does.
template <class Finish>
void rotate(const float* cosine, const float* sine, const float* head, float* out,
            const Finish& finish) {
  for (std::size_t i = 0; i < kPairs; ++i) {
    const float x = head[i];
    const float y = head[i + kPairs];
    out[i] = finish(std::nearbyint((x * cosine[i] - y * sine[i]) * 0x1p-15F));
    out[i + kPairs] = finish(std::nearbyint((x * sine[i] + y * cosine[i]) * 0x1p-15F));
  }
}

// The gradient of the rotation is the rotation back.
void rotate_back(const float* cosine, const float* sine, float scale, const float* dout,
                 float* dhead) {
  const float unit = scale * 0x1p-15F;
  for (std::size_t i = 0; i < kPairs; ++i) {
    const float dx = dout[i] * unit;
    const float dy = dout[i + kPairs] * unit;
    dhead[i] = dx * cosine[i] + dy * sine[i];
    dhead[i + kPairs] = dy * cosine[i] - dx * sine[i];
  }
}

}  // namespace

RotaryTables::RotaryTables(std::size_t positions) {
  for (std::size_t position = 0; position < positions; ++position) {
    for (std::size_t pair = 0; pair < kPairs; ++pair) {
      const double frequency = std::pow(kRotaryTheta, -static_cast<double>(pair) / kPairs);
      const double angle = static_cast<double>(position) * frequency;
      cosines.push_back(q15(std::cos(angle)));
      sines.push_back(q15(std::sin(angle)));
    }
  }
}

Rotary::Rotary(std::size_t positions) {
  const RotaryTables tables(positions);
  cosines_.assign(tables.cosines.begin(), tables.cosines.end());
  sines_.assign(tables.sines.begin(), tables.sines.end());
}

void Rotary::rotate_query(std::size_t position, const float* head, float* out) const {
  // At most 90: the format's limit to 127 never applies.
  rotate(&cosines_[position * kPairs], &sines_[position * kPairs], head, out,
         [](float x) { return std::nearbyint(x * 0.5F); });
}

void Rotary::rotate_key(std::size_t position, const float* head, float* out) const {
  rotate(&cosines_[position * kPairs], &sines_[position * kPairs], head, out, limited);
}

void Rotary::query_backward(std::size_t position, const float* dout, float* dhead) const {
  rotate_back(&cosines_[position * kPairs], &sines_[position * kPairs], 0.5F, dout, dhead);
}

void Rotary::key_backward(std::size_t position, const float* out, const float* dout,
                          float* dhead) const {
  float passed[kHeadSize];
  for (std::size_t i = 0; i < kHeadSize; ++i) passed[i] = passes(out[i], dout[i]) ? dout[i] : 0;
  rotate_back(&cosines_[position * kPairs], &sines_[position * kPairs], 1, passed, dhead);
}

}  // namespace czip::v1::training

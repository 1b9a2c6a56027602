// The rotary position embedding of czip-model-v1: its tables, and the rotation with its gradient.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace czip::v1::training {

inline constexpr double kRotaryTheta = 10000;

// As the model file holds them: [positions][32], Q15.
struct RotaryTables {
  explicit RotaryTables(std::size_t positions);
  std::vector<std::int16_t> cosines, sines;
};

// Rotates heads of 64 elements.
class Rotary {
 public:
  explicit Rotary(std::size_t positions);

  // A query is also halved.
  void rotate_query(std::size_t position, const float* head, float* out) const;
  void rotate_key(std::size_t position, const float* head, float* out) const;

  // From gradients by what came out to those by what went in; `out` is what came out.
  void query_backward(std::size_t position, const float* dout, float* dhead) const;
  void key_backward(std::size_t position, const float* out, const float* dout, float* dhead) const;

 private:
  std::vector<float> cosines_, sines_;  // of the tables, as integers
};

}  // namespace czip::v1::training

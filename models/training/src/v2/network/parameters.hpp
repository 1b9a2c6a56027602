// The trained quantities of a czip-model-v2 network (squared ReLU, a head of its own):
// floating-point values and the integers that they stand for. Tensors and ranges:
// conformance/czip-network-v2.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "czip/engine/v2/network.hpp"

namespace czip::nn {

// What the optimiser does with a parameter.
enum class Role : std::uint8_t {
  matrix,  // of a linear map inside a layer
  table,   // rows looked up by token
  head,    // rows scored by token
  vector,  // gains, scales, biases
};

struct Parameter {
  std::string name;  // the tensor's, without "network."
  std::size_t rows = 1;
  std::size_t cols = 0;
  Role role = Role::vector;
  // integer = clamp(round(value * unit), low, high). Values of matrices and tables are of the order
  // of 1 / sqrt(cols) and 1; those of vectors, of 1.
  float unit = 1;
  float low = 0;
  float high = 0;
  std::vector<std::size_t> row_blocks = {};  // of a matrix: maps of their own, by their rows
  std::vector<float> value = {};             // [rows][cols]
  std::vector<float> quantized = {};         // [rows][cols], integers

  [[nodiscard]] std::size_t size() const { return rows * cols; }
  void quantize();
  // Brings these values back into their range, so that they leave its end at once when their
  // gradients turn, and quantises them.
  void settle(std::size_t first, std::size_t count);
};

struct LayerIndex {
  std::size_t attention_norm, qkv, query_norm, key_norm, value_scale, position_bias, score_scale,
      sink, attention_gain, output, output_scale, feed_forward_norm, up, up_scale, down, down_scale;
};

// The shifts that go with the scales.
inline constexpr int kValueShift = 20;
inline constexpr int kBranchShift = 15;
inline constexpr int kUpShift = 16;
inline constexpr int kHeadShift = 15;

// The shift of the scales that a parameter has; none for other parameters, and for the head's,
// whose shift has no tensor.
struct ScaleShift {
  std::string tensor;  // its name, without "network."
  std::uint8_t shift;
};
std::optional<ScaleShift> shift_of(const std::string& parameter);

// The parameters of some network.
class ParameterList {
 public:
  std::vector<Parameter> list;

  [[nodiscard]] const float* operator[](std::size_t index) const {
    return list[index].quantized.data();
  }
  void quantize();

 protected:
  std::size_t add(Parameter parameter);
};

// All parameters of a network, in the order of their names' first use.
class Parameters : public ParameterList {
 public:
  // Random and constant initial values; the same for the same seed.
  Parameters(const v2::NetworkConfig& config, std::size_t groups, std::uint64_t seed);

  std::size_t embedding = 0;
  std::size_t bigram = 0;  // if config.bigram_buckets > 0
  std::size_t final_norm = 0;
  std::size_t group_head = 0;
  std::size_t head = 0;
  std::size_t head_scale = 0;
  std::vector<LayerIndex> layers;

 private:
  void add_layer(const v2::NetworkConfig& config, const std::string& prefix);
};

// A gradient for each parameter, with respect to its integers.
class Gradients {
 public:
  explicit Gradients(const ParameterList& parameters);
  [[nodiscard]] float* operator[](std::size_t index) { return list_[index].data(); }
  [[nodiscard]] const float* operator[](std::size_t index) const { return list_[index].data(); }
  void clear();

 private:
  std::vector<std::vector<float>> list_;
};

}  // namespace czip::nn

// The trained quantities of a network: floating-point values, the integers that they are quantized
// to, which the forward pass uses, and the gradients with respect to these.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace czip::nn {

// How the optimizer treats a parameter.
enum class Role : std::uint8_t {
  matrix,  // the weights of a linear map inside a layer
  table,   // embeddings: rows looked up by token
  head,    // rows scored by token
  vector,  // gains, scales, biases
};

struct Parameter {
  std::string name;  // the tensor's
  std::size_t rows = 1;
  std::size_t cols = 0;
  Role role = Role::vector;
  // integer = clamp(round(value * unit), low, high). Values of matrices and tables are of the order
  // of 1 / sqrt(cols) and 1; those of vectors, of 1.
  float unit = 1;
  float low = 0;
  float high = 0;
  std::vector<std::size_t> row_blocks = {};  // the rows of each linear map in a matrix
  std::vector<float> value = {};             // [rows][cols]
  std::vector<float> quantized = {};         // [rows][cols], integers

  [[nodiscard]] std::size_t size() const { return rows * cols; }
  void quantize();
  // Limits `count` values, starting at `first`, to those that `low` and `high` stand for, and
  // quantizes them. So a value leaves the end of its range as soon as its gradient turns.
  void update_quantized(std::size_t first, std::size_t count);
};

// The parameters of a network.
class ParameterList {
 public:
  std::vector<Parameter> list;

  [[nodiscard]] const float* operator[](std::size_t index) const {
    return list[index].quantized.data();
  }
  void quantize();

 protected:
  // Returns its index.
  std::size_t add(Parameter parameter);
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

// Reads a model's tensors, and requires the type and shape of each.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "safetensors.hpp"

namespace reference {

constexpr std::uint64_t kAny = ~std::uint64_t{0};  // in a shape: any size

class Tensors {
 public:
  explicit Tensors(const Safetensors& file) : file_(&file) {}

  [[nodiscard]] bool has(const std::string& name) const { return file_->tensors.count(name) == 1; }

  // Of type and shape as they must be.
  template <class T>
  std::vector<T> get(const std::string& name, const std::string& dtype,
                     const std::vector<std::uint64_t>& shape) {
    require(has(name), "the model has no tensor " + name);
    const Tensor& tensor = file_->tensors.at(name);
    bool fits = tensor.dtype == dtype && tensor.shape.size() == shape.size();
    for (std::size_t i = 0; fits && i < shape.size(); ++i)
      fits = shape[i] == kAny || shape[i] == tensor.shape[i];
    require(fits, "the model's tensor " + name + " has the wrong type or shape");
    used_.insert(name);
    std::vector<T> values;
    for (std::size_t at = 0; at < tensor.size; at += sizeof(T))
      values.push_back(static_cast<T>(integer_at(tensor.data + at, sizeof(T))));
    return values;
  }

  // Refuses tensors whose names begin so, and that were not read.
  void require_all_used(const std::string& prefix = "") const {
    for (const auto& entry : file_->tensors)
      require(entry.first.compare(0, prefix.size(), prefix) != 0 || used_.count(entry.first) == 1,
              "the model has unknown tensors");
  }

 private:
  const Safetensors* file_;
  std::set<std::string> used_;
};

}  // namespace reference

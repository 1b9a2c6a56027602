#include "nn/parameters.hpp"

#include <algorithm>
#include <utility>

#include "nn/kernels.hpp"

namespace czip::nn {

void Parameter::quantize() {
  quantized.resize(size());
  update_quantized(0, size());
}

void Parameter::update_quantized(std::size_t first, std::size_t count) {
  kernels().quantize({unit, low, high}, count, value.data() + first, quantized.data() + first);
}

void ParameterList::quantize() {
  for (Parameter& parameter : list) parameter.quantize();
}

std::size_t ParameterList::add(Parameter parameter) {
  parameter.value.resize(parameter.size());
  list.push_back(std::move(parameter));
  return list.size() - 1;
}

Gradients::Gradients(const ParameterList& parameters) {
  for (const Parameter& parameter : parameters.list) list_.emplace_back(parameter.size());
}

void Gradients::clear() {
  for (auto& gradient : list_) std::fill(gradient.begin(), gradient.end(), 0.0F);
}

}  // namespace czip::nn

// A reduction that both networks' vector kernels need.
#pragma once

#include <cstddef>
#include <cstdint>

namespace czip::simd {
namespace {

// The largest of n values, n >= 1.
template <class Ops>
std::int32_t largest_of(const std::int32_t* values, std::size_t n) {
  const std::size_t whole = n - n % Ops::kLanes;
  typename Ops::I32 running = Ops::set(values[0]);
  for (std::size_t i = 0; i < whole; i += Ops::kLanes)
    running = Ops::max(running, Ops::load(values + i));
  std::int32_t largest = Ops::largest(running);
  for (std::size_t i = whole; i < n; ++i)
    if (values[i] > largest) largest = values[i];
  return largest;
}

}  // namespace
}  // namespace czip::simd

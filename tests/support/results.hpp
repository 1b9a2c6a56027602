// What a helper of the tests does with an error: throws its message.
#pragma once

#include <stdexcept>
#include <utility>

#include "czip/base/error.hpp"

namespace czip::test {

inline void insist(const Status& status) {
  if (!status) throw std::runtime_error(status.error().message);
}

template <class T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

}  // namespace czip::test

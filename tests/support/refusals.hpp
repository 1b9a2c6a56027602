// What tests expect of an error.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "czip/base/error.hpp"
#include "support/error_style.hpp"

namespace czip::test {

// `result` is an error of that kind, worded so.
template <class T>
void check_refusal(const Result<T>& result, ErrorCode code, const std::string& message) {
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == code);
  CHECK_MESSAGE(result.error().message == message, result.error().message);
  CHECK(is_well_styled(result.error().message));
}

}  // namespace czip::test

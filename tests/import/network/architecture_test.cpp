// Shapes of models that are beyond the limits of czip's format.
#include "czip/import/network/architecture.hpp"

#include <doctest/doctest.h>

#include <string>

#include "support/error_style.hpp"

namespace czip::test {
namespace {

using namespace czip::importer;

llm::Config possible() {
  llm::Config config;
  config.vocabulary = 300;
  config.width = 512;
  config.layers = 2;
  config.heads = 2;
  config.kv_heads = 1;
  config.head_size = 256;
  config.feed_forward = 64;
  config.context = 64;
  config.rotary = 256;
  return config;
}

std::string refusal(const llm::Config& config) {
  const Status status = check_shape(config);
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().code == ErrorCode::unsupported);
  CHECK(is_well_styled(status.error().message));
  return status.error().message;
}

TEST_CASE(
    "architecture: heads have 256 elements at most, also where the file does not state them") {
  llm::Config config = possible();
  CHECK(check_shape(config).has_value());
  config.heads = config.kv_heads = 1;
  config.head_size = config.rotary = config.width;
  CHECK(refusal(config) == "the model has heads of 512 elements, more than 256");
}

TEST_CASE("architecture: widths and numbers of rotated elements that do not fit") {
  llm::Config config = possible();
  config.width = 520;
  CHECK(refusal(config) == "the model has 520 elements, no multiple of 16");
  config = possible();
  CHECK(check_rotary(config).has_value());
  config.rotary = 0;
  const Status status = check_rotary(config);
  REQUIRE_FALSE(status.has_value());
  CHECK(status.error().message == "the model has 0 rotated elements in a head of 256");
}

}  // namespace
}  // namespace czip::test

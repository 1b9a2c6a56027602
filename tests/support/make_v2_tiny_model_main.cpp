// Writes the tiny czip-model-v2 to a file. NAME is another name for it, or the kind of network of
// random weights that it gets: "network", "network-gated" (which has everything that the first
// lacks) or "network-extreme" (with everything at the ends of its range). "language-model" has a
// language model of random weights; "language-model-text" is no model but a text that it predicts.
// Usage: make_v2_tiny_model FILE [NAME]
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "support/files.hpp"
#include "support/v2_language_model.hpp"
#include "support/v2_tiny_model.hpp"

namespace {

using czip::test::SeededNetworkV2Options;

std::vector<std::uint8_t> make_model(const std::string& name) {
  SeededNetworkV2Options options;
  if (name == "network-gated") {
    options.config.gated = 1;
    options.config.tied = 1;
    options.config.bigram_buckets = 0;
    options.config.kv_heads = 2;
    options.config.window = 16;
    options.config.group_size = 3;
  } else if (name == "network-extreme") {
    options.extreme = true;
  } else if (name == "language-model") {
    return czip::test::make_tiny_language_model_v2();
  } else if (name == "language-model-text") {
    constexpr std::size_t kTextBytes = 3000;
    const auto text = czip::test::text_of_language_model(kTextBytes);
    return {text.begin(), text.end()};
  } else if (name != "network") {
    return czip::test::make_tiny_model_v2(name);
  }
  return czip::test::make_tiny_network_model_v2(options);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3)
    return std::fprintf(stderr, "usage: make_v2_tiny_model FILE [NAME]\n"), 2;
  const std::vector<std::uint8_t> model = make_model(argc == 3 ? argv[2] : "tiny");
  if (czip::test::write_file(argv[1], model)) return 0;
  return std::fprintf(stderr, "make_v2_tiny_model: cannot write %s\n", argv[1]), 1;
}

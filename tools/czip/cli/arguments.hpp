// The command line, understood.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/engine/simd.hpp"
#include "czip/engine/v1/dialect.hpp"

namespace czip::tool {

// Each command is one bit, so that an option can name all commands that have it.
enum class Command : std::uint16_t {
  files = 1 << 0,  // no sub-command: compress, or what -d, -t, -l say
  compress = 1 << 1,
  decompress = 1 << 2,
  test = 1 << 3,
  list = 1 << 4,
  verify = 1 << 5,
  selftest = 1 << 6,
  bench = 1 << 7,
  train = 1 << 8,
  zip_compress = 1 << 9,  // compress.zip's spelling: -i IN -o OUT
  zip_decompress = 1 << 10,
};

// How to train a network; see network_training.hpp.
struct NetworkArguments {
  std::uint32_t minutes = 0;  // 0: no limit
  std::uint32_t tokens = 0;   // 0: no limit
  std::uint32_t seed = 1;
  std::string size;        // empty: the default
  std::string checkpoint;  // empty: none
  bool resume = false;
  std::string save;  // a file for the network by itself; empty: none
  [[nodiscard]] bool wanted() const { return minutes != 0 || tokens != 0; }
};

struct Arguments {
  Command command =
      Command::files;  // after parsing: what is to be done, never `files` or `zip_...`
  bool zip_spelling = false;
  std::string answer;  // help or version: to be printed, and nothing done
  std::vector<std::string> files;

  std::string model;  // as typed, which is what CZIPv1's hash is of
  std::string tokenizer;
  std::string output;  // empty: named after the input; "-": standard output
  bool force = false;
  bool remove_input = false;
  bool recursive = false;
  bool quiet = false;
  bool verbose = false;
  bool progress = true;
  bool verify = true;
  bool json = false;
  unsigned threads = 0;
  std::optional<int> format;  // 1 or 2; none: the model decides
  std::optional<int> level;
  std::optional<v2::TextRange> range;
  std::optional<v1::Dialect> dialect;
  std::optional<SimdLevel> simd;
  std::optional<v1::OuterCodec> outer;
  std::string against;
  std::string text;

  // train
  std::uint32_t vocabulary = 0;   // 0: the default
  std::uint32_t prior_bytes = 0;  // 0: the default
  std::string from;               // a model to add a network to
  std::string network;            // a file of one that is trained already, or to go on from
  NetworkArguments network_training;
  v2::ModelDescription description;
};

// Errors are about usage; their messages end in what to type instead.
Result<Arguments> parse_arguments(int argc, const char* const* argv);

}  // namespace czip::tool

// The command line after parsing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/name_filter.hpp"
#include "base/owner_mode.hpp"
#include "cli/command.hpp"
#include "czip/base/error.hpp"
#include "czip/base/hash128.hpp"
#include "czip/codec/model_description.hpp"
#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/record_file.hpp"
#include "czip/engine/simd.hpp"
#include "czip/engine/v1/dialect.hpp"

namespace czip::tool {

// How to train a network; see training/network.hpp.
struct NetworkArguments {
  std::uint32_t minutes = 0;  // 0: no limit
  std::uint32_t tokens = 0;   // 0: no limit
  std::uint32_t seed = 1;
  std::string size;  // empty: the default
  std::string save;  // a file for the network alone; empty: none
  [[nodiscard]] bool wanted() const { return minutes != 0 || tokens != 0; }
};

// Numbers of records, from 1 on.
struct RecordRange {
  std::uint64_t first = 1;
  std::uint64_t last = 1;  // the greatest number: the last record
};

struct Arguments {
  // What to do. After parsing it is never `files` or `compat_...`.
  Command command = Command::files;
  bool compat = false;  // compress.zip's command line: one input, and OUT is replaced unasked
  std::string answer;   // help or version: print this and do nothing else
  std::vector<std::string> files;

  std::string model;                     // as typed: CZIPv1 stores a hash of exactly this
  std::optional<Hash128> expected_hash;  // of the model
  std::string tokenizer;
  std::string output;                  // empty: derived from the input's name; "-": standard output
  std::optional<std::string> message;  // --text: what to code instead of files
  bool interactive = false;
  bool base64 = false;
  bool force = false;
  bool remove_input = false;
  bool recursive = false;
  bool extended_attributes = false;    // packed into archives, and restored from them
  OwnerMode owners = OwnerMode::none;  // likewise
  NameFilter names;                    // of what is packed, extracted or listed
  std::vector<std::string> members;    // of the archive at hand: names and patterns
  std::string files_from;              // a file with further names
  std::string newer;                   // packs what was changed after this file
  bool one_file_system = false;
  std::string checkpoint;  // a file for the state of long work; empty: none
  bool resume = false;     // goes on from it
  bool update = false;     // compresses what is newer than its compressed file
  std::uint32_t at = 0;    // version of an archive; 0: the newest
  bool salvage = false;
  bool skip_lost = false;
  bool quiet = false;
  bool verbose = false;
  bool progress = true;
  bool verify = true;
  bool json = false;
  unsigned threads = 0;                     // 0: all processors
  std::uint64_t memory_limit = 0;           // bytes; 0: the default
  std::optional<std::uint64_t> max_output;  // bytes
  std::optional<int> format;                // 1 or 2; nullopt: the model decides
  std::optional<int> level;
  std::optional<v2::TextRange> range;
  std::optional<v2::RecordSeparation> records;  // to compress as a record file, or to train on
  std::optional<RecordRange> record;            // to decompress
  std::uint32_t block_bytes = 0;                // 0: the level's
  std::uint32_t recovery = 0;                   // percent; 0: none
  std::optional<v1::Dialect> dialect;
  std::optional<SimdLevel> simd;
  std::optional<v1::OuterCodec> outer;
  std::string against;
  std::string text;

  std::string train;  // classify: a folder of classes
  bool svg = false;   // compare

  // inspect
  std::vector<std::string> models;  // every -m, in their order; empty: the built-in model
  std::string against_model;        // one more; empty: none
  bool html = false;
  bool csv = false;
  std::optional<std::uint64_t> detail;  // bytes of text
  std::optional<std::uint32_t> candidates;

  // train
  std::uint32_t vocabulary = 0;   // 0: the default
  std::uint32_t prior_bytes = 0;  // 0: the default
  std::uint32_t epochs = 1;       // of the recurrent network; 0: none
  std::string from;               // a model to which a network or a prior is added
  std::string network;            // a file with a trained network, to add or to train further
  NetworkArguments network_training;
  ModelDescription description;
};

// Errors are about usage; their messages end with what to type instead.
Result<Arguments> parse_arguments(int argc, const char* const* argv);

}  // namespace czip::tool

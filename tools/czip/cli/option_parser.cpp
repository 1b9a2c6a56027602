#include "cli/option_parser.hpp"

#include <getopt.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/errors.hpp"
#include "cli/arguments.hpp"
#include "cli/command.hpp"
#include "cli/help.hpp"
#include "cli/option_errors.hpp"
#include "cli/option_table.hpp"
#include "czip/codec/scoring.hpp"
#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/coding/prior.hpp"
#include "czip/codec/v2/recovery.hpp"
#include "czip/tokenizer/v2/tokenizer.hpp"

namespace czip::tool {
namespace {

constexpr unsigned kMaxThreadsOption = 1024;  // more than any library uses at once
constexpr std::uint32_t kMinVocabulary = v2::Tokenizer::kSingleBytes + 1;
constexpr std::uint32_t kMaxVocabulary = v2::kMaxPriorRanks;
constexpr unsigned kMaxEpochs = 1000;
constexpr int kFirstRow = 1000;  // getopt's value for the first row of the option table

Result<unsigned> parse_number(std::string_view text, unsigned limit, const char* what,
                              unsigned least = 0) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number > limit || number < least)
    return usage_error(std::string(what) + " '" + std::string(text) + "' must be a number from " +
                       std::to_string(least) + " to " + std::to_string(limit));
  return number;
}

// Parses a number of bytes: digits, and K, M or G for its multiples by powers of 1024, with or
// without "B" or "iB" behind.
Result<std::uint64_t> parse_bytes(std::string_view text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  constexpr std::string_view kUnits = "KMG";
  const std::size_t power =
      unit.empty()
          ? std::string_view::npos
          : kUnits.find(static_cast<char>(std::toupper(static_cast<unsigned char>(unit[0]))));
  const bool has_unit = power != std::string_view::npos;
  const std::string_view ending = has_unit ? unit.substr(1) : unit;
  const unsigned shift = has_unit ? 10 * (static_cast<unsigned>(power) + 1) : 0;
  if (error != std::errc{} || number > std::numeric_limits<std::uint64_t>::max() >> shift ||
      !(ending.empty() || ending == "B" || (has_unit && ending == "iB")))
    return usage_error("'" + std::string(text) +
                       "' is no number of bytes; use digits with or without K, M or G");
  return number << shift;
}

// Parses the size of a block.
Result<std::uint32_t> parse_block_size(std::string_view text) {
  const auto bytes = parse_bytes(text);
  if (bytes && *bytes >= v2::kMinBlockBytes && *bytes <= v2::kMaxBlockBytes)
    return static_cast<std::uint32_t>(*bytes);
  return usage_error("block size '" + std::string(text) +
                     "' must be 64K to 64M: bytes, or with K or M");
}

// Parses START:LENGTH, in bytes. Without LENGTH, the range has no end.
Result<v2::TextRange> parse_range(std::string_view text) {
  v2::TextRange range{.start = 0, .length = std::numeric_limits<std::uint64_t>::max()};
  const std::size_t colon = text.find(':');
  const auto parse = [](std::string_view digits, std::uint64_t& number) {
    const char* const end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, number);
    return error == std::errc{} && rest == end;
  };
  if (colon != std::string_view::npos && parse(text.substr(0, colon), range.start) &&
      (colon + 1 == text.size() || parse(text.substr(colon + 1), range.length)))
    return range;
  return usage_error("range '" + std::string(text) + "' must be START:LENGTH or START:, in bytes");
}

// Parses N, N-M or N-: records, counted from 1.
Result<RecordRange> parse_record_range(std::string_view text) {
  RecordRange range;
  const auto parse = [](std::string_view digits, std::uint64_t& number) {
    const char* const end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, number);
    return error == std::errc{} && rest == end;
  };
  const std::size_t dash = text.find('-');
  bool good = parse(text.substr(0, dash), range.first);
  range.last = range.first;
  if (dash != std::string_view::npos) {
    range.last = std::numeric_limits<std::uint64_t>::max();
    if (dash + 1 < text.size()) good = good && parse(text.substr(dash + 1), range.last);
  }
  if (good && range.first >= 1 && range.last >= range.first) return range;
  return usage_error("record '" + std::string(text) +
                     "' must be N, N-M or N-: numbers of records, from 1 on");
}

// "10" where getopt found the 1 or the 0 of -10, which are not two levels; else empty. getopt's
// optind is the word it is in, or the next one after a word's last letter.
std::string level_in_words(int letter, const std::vector<char*>& words) {
  const auto is_digit = [](int c) { return c >= '0' && c <= '9'; };
  if (!is_digit(letter)) return "";
  for (const int i : {optind, optind - 1}) {
    const char* const pointer = words[static_cast<std::size_t>(i)];
    const std::string_view word = pointer == nullptr ? "" : pointer;
    if (word.size() < 2 || word[0] != '-' || word.find(static_cast<char>(letter)) == word.npos)
      continue;
    const bool number = word == "-0" || word.size() > 2;
    if (number && std::ranges::all_of(word.substr(1), is_digit)) return std::string(word.substr(1));
  }
  return "";
}

bool names_file(OptionId id) {
  constexpr std::array kFiles{OptionId::against,   OptionId::against_model, OptionId::checkpoint,
                              OptionId::from,      OptionId::model,         OptionId::network,
                              OptionId::output,    OptionId::save_network,  OptionId::text,
                              OptionId::tokenizer, OptionId::train,         OptionId::files_from,
                              OptionId::newer};
  return std::ranges::find(kFiles, id) != kFiles.end();
}

}  // namespace

const OptionRow* OptionParser::find_row(int code) const {
  const auto rows = option_table();
  if (code >= kFirstRow) return &rows[static_cast<std::size_t>(code - kFirstRow)];
  for (const OptionRow& row : rows)
    if (row.short_name == code && (row.commands & bit(command_)) != 0) return &row;
  return nullptr;
}

Status OptionParser::parse(std::vector<std::string>& words) {
  std::string short_options = ":";  // tells a missing argument from an unknown option
  std::vector<option> long_options;
  int code = kFirstRow;
  for (const OptionRow& row : option_table()) {
    const int row_code = code++;
    if ((row.commands & bit(command_)) == 0) continue;
    if (row.short_name != 0) short_options += row.short_name;
    if (row.short_name != 0 && row.argument != nullptr) short_options += ':';
    if (row.long_name != nullptr)
      long_options.push_back({row.long_name,
                              row.argument != nullptr ? required_argument : no_argument, nullptr,
                              row_code});
  }
  long_options.push_back({});

  std::string program = "czip";
  std::vector<char*> pointers{program.data()};
  for (std::string& word : words) pointers.push_back(word.data());
  const int count = static_cast<int>(pointers.size());
  pointers.push_back(nullptr);
  opterr = 0;
  for (;;) {
    const int found =
        getopt_long(count, pointers.data(), short_options.c_str(), long_options.data(), nullptr);
    if (found == -1) break;
    const int letter = found == '?' ? optopt : found;
    if (const std::string level = level_in_words(letter, pointers); !level.empty())
      return usage_error("level " + level + " does not exist; use 1 to " +
                         std::to_string(v2::kMaxLevel));
    if (found == '?' || found == ':') return explain_failure(found == ':', pointers);
    const OptionRow& row = *find_row(found);
    CZIP_TRY(row.argument != nullptr ? apply_value(row, optarg) : apply_switch(row));
  }
  for (int i = optind; i < count; ++i)
    arguments_.files.emplace_back(pointers[static_cast<std::size_t>(i)]);
  return {};
}

Failure OptionParser::explain_failure(bool value_missing, const std::vector<char*>& words) const {
  const OptionRow* const row = optopt != 0 ? find_row(optopt) : nullptr;
  const std::string word = words[static_cast<std::size_t>(optind - 1)];
  const std::string name =
      row == nullptr || optopt < kFirstRow
          ? (optopt != 0 ? "-" + std::string(1, static_cast<char>(optopt)) : word)
          : "--" + std::string(row->long_name);
  if (value_missing) return usage_error("option " + name + " needs a value" + see_help(command_));
  if (row != nullptr) return usage_error("option " + name + " takes no value" + see_help(command_));
  const bool is_long = optopt == 0 && word.starts_with("--");
  return unknown_option(command_, is_long ? word.substr(0, word.find('=')) : name);
}

Status OptionParser::set_level(const std::string& value) {
  const auto highest = static_cast<unsigned>(arguments_.compat ? v1::kMaxLevel : v2::kMaxLevel);
  const auto level = parse_number(value, highest, "level");
  if (!level || *level < v2::kMinLevel)
    return usage_error("level " + value + " does not exist; use 1 to " + std::to_string(highest));
  arguments_.level = static_cast<int>(*level);
  return {};
}

// Stores an option whose value is one of several words.
Status OptionParser::apply_choice(const OptionRow& row, const std::string& value) {
  switch (row.id) {
    case OptionId::codec: {
      const auto codec = v1::parse_outer_codec(value);
      if (!codec) return usage_error("unknown codec '" + value + "'; use brotli or zstd");
      arguments_.outer = *codec;
      return {};
    }
    case OptionId::dialect: {
      arguments_.dialect = v1::parse_dialect(value);
      if (arguments_.dialect) return {};
      return usage_error("unknown dialect '" + value + "'; use rust, i64 or python");
    }
    case OptionId::simd: {
      arguments_.simd = parse_simd_level(value);
      if (arguments_.simd) return {};
      return usage_error("unknown SIMD level '" + value + "'; czip --version lists those here");
    }
    case OptionId::records: {
      arguments_.records = v2::parse_record_separation(value);
      if (arguments_.records) return {};
      return usage_error("unknown records '" + value + "'; use lines, nul, jsonl or csv");
    }
    case OptionId::network_size:
      if (value != "small" && value != "base" && value != "large")
        return usage_error("unknown size '" + value + "'; use small, base or large");
      arguments_.network_training.size = value;
      return {};
    default:
      if (value != "1" && value != "2")
        return usage_error("unknown format '" + value + "'; use --format 1 or 2");
      arguments_.format = value == "1" ? 1 : 2;
      return {};
  }
}

// Stores an option without a value.
Status OptionParser::apply_switch(const OptionRow& row) {
  switch (row.id) {
    case OptionId::compress:
      mode_ = Command::compress;
      return {};
    case OptionId::decompress:
      mode_ = mode_ == Command::test ? mode_ : Command::decompress;
      return {};
    case OptionId::test:
      mode_ = Command::test;
      return {};
    case OptionId::list:
      mode_ = Command::list;
      return {};
    case OptionId::append:
      mode_ = Command::append;
      return {};
    case OptionId::repack:
      mode_ = Command::repack;
      return {};
    case OptionId::help:
      arguments_.answer = help_text(command_);
      return {};
    case OptionId::version:
      arguments_.answer = version_text();
      return {};
    case OptionId::level_digit:
      return set_level(std::string(1, row.short_name));
    case OptionId::fast:
      return set_level(std::to_string(v2::kMinLevel));
    case OptionId::best:
      return set_level(std::to_string(v2::kMaxLevel));
    case OptionId::owners:
      arguments_.owners = OwnerMode::names;
      return {};
    case OptionId::numeric_owner:
      arguments_.owners = OwnerMode::numbers;
      return {};
    case OptionId::resume:
      arguments_.resume = true;
      return {};
    case OptionId::stdout_:
      arguments_.output = "-";
      return {};
    default:
      return set_flag(row.id);
  }
}

Status OptionParser::set_flag(OptionId id) {
  struct Flag {
    OptionId id;
    bool Arguments::*member;
    bool value;
  };
  constexpr std::array kFlags{
      Flag{OptionId::base64, &Arguments::base64, true},
      Flag{OptionId::force, &Arguments::force, true},
      Flag{OptionId::interactive, &Arguments::interactive, true},
      Flag{OptionId::csv, &Arguments::csv, true},
      Flag{OptionId::html, &Arguments::html, true},
      Flag{OptionId::json, &Arguments::json, true},
      Flag{OptionId::keep, &Arguments::remove_input, false},
      Flag{OptionId::no_progress, &Arguments::progress, false},
      Flag{OptionId::no_verify, &Arguments::verify, false},
      Flag{OptionId::one_file_system, &Arguments::one_file_system, true},
      Flag{OptionId::quiet, &Arguments::quiet, true},
      Flag{OptionId::recursive, &Arguments::recursive, true},
      Flag{OptionId::remove, &Arguments::remove_input, true},
      Flag{OptionId::salvage, &Arguments::salvage, true},
      Flag{OptionId::svg, &Arguments::svg, true},
      Flag{OptionId::skip, &Arguments::skip_lost, true},
      Flag{OptionId::update, &Arguments::update, true},
      Flag{OptionId::verbose, &Arguments::verbose, true},
      Flag{OptionId::xattrs, &Arguments::extended_attributes, true},
  };
  for (const Flag& flag : kFlags)
    if (flag.id == id) arguments_.*flag.member = flag.value;
  return {};
}

// Where the value of an option is stored unchanged. Null: the option is of another kind.
std::string* OptionParser::text_of(OptionId id) {
  switch (id) {
    case OptionId::against:
      return &arguments_.against;
    case OptionId::against_model:
      return &arguments_.against_model;
    case OptionId::checkpoint:
      return &arguments_.checkpoint;
    case OptionId::description:
      return &arguments_.description.description;
    case OptionId::files_from:
      return &arguments_.files_from;
    case OptionId::from:
      return &arguments_.from;
    case OptionId::license:
      return &arguments_.description.license;
    case OptionId::message:
      return &arguments_.message.emplace();
    case OptionId::model:
      return &arguments_.model;
    case OptionId::name:
      return &arguments_.description.name;
    case OptionId::network:
      return &arguments_.network;
    case OptionId::newer:
      return &arguments_.newer;
    case OptionId::output:
      return &arguments_.output;
    case OptionId::save_network:
      return &arguments_.network_training.save;
    case OptionId::text:
      return &arguments_.text;
    case OptionId::tokenizer:
      return &arguments_.tokenizer;
    case OptionId::train:
      return &arguments_.train;
    case OptionId::training_data:
      return &arguments_.description.training_data;
    default:
      return nullptr;
  }
}

// Where the value of an option is stored that is a number with a limit.
OptionParser::Number OptionParser::number_of(OptionId id) {
  switch (id) {
    case OptionId::at:
      return {&arguments_.at, ~0U, "version", 1};
    case OptionId::epochs:
      return {&arguments_.epochs, kMaxEpochs, "number of passes"};
    case OptionId::minutes:
      return {&arguments_.network_training.minutes, 1U << 20U, "number of minutes", 1};
    case OptionId::prior_size:
      return {&arguments_.prior_bytes, 1U << 30U, "prior's size", 1};
    case OptionId::recovery:
      return {&arguments_.recovery, v2::kMaxRecoveryPercent, "percentage of recovery data", 1};
    case OptionId::seed:
      return {&arguments_.network_training.seed, ~0U, "seed"};
    case OptionId::threads:
      return {&arguments_.threads, kMaxThreadsOption, "number of threads"};
    case OptionId::tokens:
      return {&arguments_.network_training.tokens, ~0U, "number of tokens", 1};
    case OptionId::vocabulary:
      return {&arguments_.vocabulary, kMaxVocabulary, "vocabulary", kMinVocabulary};
    default:
      return {};
  }
}

Status OptionParser::apply_value(const OptionRow& row, const std::string& value) {
  if (std::string* text = text_of(row.id)) {
    // An empty name comes from a variable that is not set, and would mean the default.
    if (value.empty() && names_file(row.id))
      return usage_error("option --" + std::string(row.long_name) + " needs a name" +
                         see_help(command_));
    *text = value;
    if (row.id == OptionId::model) arguments_.models.push_back(value);
    return {};
  }
  if (const Number number = number_of(row.id); number.member != nullptr) {
    CZIP_TRY_ASSIGN(const auto parsed,
                    parse_number(value, number.limit, number.name, number.least));
    *number.member = parsed;
    return {};
  }
  return apply_parsed(row, value);
}

// Stores an option whose value has a syntax of its own, or may be given several times.
Status OptionParser::apply_parsed(const OptionRow& row, const std::string& value) {
  switch (row.id) {
    case OptionId::block_size: {
      CZIP_TRY_ASSIGN(const auto bytes, parse_block_size(value));
      arguments_.block_bytes = bytes;
      return {};
    }
    case OptionId::candidates: {
      CZIP_TRY_ASSIGN(arguments_.candidates,
                      parse_number(value, kMaxCandidates, "number of candidates"));
      return {};
    }
    case OptionId::detail: {
      CZIP_TRY_ASSIGN(arguments_.detail, parse_bytes(value));
      return {};
    }
    case OptionId::exclude:
      arguments_.names.exclude.push_back(value);
      return {};
    case OptionId::include:
      arguments_.names.include.push_back(value);
      return {};
    case OptionId::input:
      arguments_.files.push_back(value);
      return {};
    case OptionId::level:
      return set_level(value);
    case OptionId::memory: {
      CZIP_TRY_ASSIGN(arguments_.memory_limit, parse_bytes(value));
      if (arguments_.memory_limit == 0) return usage_error("-M 0 allows nothing; leave it out");
      return {};
    }
    case OptionId::max_output: {
      CZIP_TRY_ASSIGN(arguments_.max_output, parse_bytes(value));
      return {};
    }
    case OptionId::expect_hash:
      arguments_.expected_hash = parse_hash(value);
      if (arguments_.expected_hash) return {};
      return usage_error("hash '" + value + "' must be 32 hexadecimal digits");
    case OptionId::range: {
      CZIP_TRY_ASSIGN(const auto range, parse_range(value));
      arguments_.range = range;
      return {};
    }
    case OptionId::record: {
      CZIP_TRY_ASSIGN(const auto range, parse_record_range(value));
      arguments_.record = range;
      return {};
    }
    default:
      return apply_choice(row, value);
  }
}

}  // namespace czip::tool

#include "cli/arguments.hpp"

#include <getopt.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/options.hpp"
#include "czip/codec/v1/codec.hpp"

namespace czip::tool {
namespace {

constexpr unsigned kMaxThreads = 1024;
constexpr int kFirstRow = 1000;  // getopt's value of the first row of the option table

struct CommandName {
  std::string_view name;
  Command command;
};
constexpr std::array kCommands{
    CommandName{"compress", Command::compress}, CommandName{"decompress", Command::decompress},
    CommandName{"test", Command::test},         CommandName{"list", Command::list},
    CommandName{"verify", Command::verify},     CommandName{"selftest", Command::selftest},
    CommandName{"bench", Command::bench},       CommandName{"train", Command::train},
};

std::string_view command_name(Command command) {
  for (const CommandName& row : kCommands)
    if (row.command == command) return row.name;
  return "";
}

tl::unexpected<Error> usage_error(std::string message) {
  return fail(ErrorCode::invalid_argument, std::move(message));
}

Result<Command> find_command(std::string_view word) {
  for (const CommandName& row : kCommands)
    if (row.name == word) return row.command;
  if (word == "inspect")
    return usage_error("'inspect' is not in this version; a file of that name: ./inspect");
  return Command::files;
}

// compress.zip's spelling is the one with -i.
bool has_input_option(const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    if (word == "--") return false;
    if (word.starts_with("-i") || word == "--input" || word.starts_with("--input=")) return true;
  }
  return false;
}

Result<unsigned> parse_number(std::string_view text, unsigned limit, const char* what) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number > limit)
    return usage_error(std::string(what) + " '" + std::string(text) +
                       "' must be a number from 0 to " + std::to_string(limit));
  return number;
}

// START:LENGTH in bytes; everything from START on where LENGTH is left out.
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
  return usage_error("range '" + std::string(text) + "' must be START:LENGTH, both in bytes");
}

class Parser {
 public:
  Parser(Command command, Arguments& arguments) : command_(command), arguments_(arguments) {}

  Status parse(std::vector<std::string>& words);
  [[nodiscard]] std::optional<Command> mode() const { return mode_; }

 private:
  Status apply_switch(const OptionRow& row);
  Status set_flag(OptionId id);
  Status apply_value(const OptionRow& row, const std::string& value);
  Status apply_choice(const OptionRow& row, const std::string& value);
  Status set_level(const std::string& value);
  std::string* text_of(OptionId id);
  struct Number {
    std::uint32_t* member = nullptr;
    std::uint32_t most = 0;
    const char* name = nullptr;
  };
  Number number_of(OptionId id);
  const OptionRow* find_row(int code) const;
  tl::unexpected<Error> complain(bool missing, const std::vector<char*>& words) const;
  [[nodiscard]] std::string see_help() const;

  Command command_;
  Arguments& arguments_;
  std::optional<Command> mode_;  // -d, -t, -l
};

std::string Parser::see_help() const {
  switch (command_) {
    case Command::files:
      return "; see czip --help";
    case Command::zip_compress:
      return "; see czip compress --help";
    case Command::zip_decompress:
      return "; see czip decompress --help";
    default:
      return "; see czip " + std::string(command_name(command_)) + " --help";
  }
}

const OptionRow* Parser::find_row(int code) const {
  const auto rows = option_table();
  if (code >= kFirstRow) return &rows[static_cast<std::size_t>(code - kFirstRow)];
  for (const OptionRow& row : rows)
    if (row.short_name == code && (row.commands & bit(command_)) != 0) return &row;
  return nullptr;
}

Status Parser::parse(std::vector<std::string>& words) {
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
    if (found == '?' || found == ':') return complain(found == ':', pointers);
    const OptionRow& row = *find_row(found);
    CZIP_TRY(row.argument != nullptr ? apply_value(row, optarg) : apply_switch(row));
  }
  for (int i = optind; i < count; ++i)
    arguments_.files.emplace_back(pointers[static_cast<std::size_t>(i)]);
  return {};
}

tl::unexpected<Error> Parser::complain(bool missing, const std::vector<char*>& words) const {
  const OptionRow* const row = optopt != 0 ? find_row(optopt) : nullptr;
  const std::string word = words[static_cast<std::size_t>(optind - 1)];
  const std::string name =
      row == nullptr || optopt < kFirstRow
          ? (optopt != 0 ? "-" + std::string(1, static_cast<char>(optopt)) : word)
          : "--" + std::string(row->long_name);
  if (missing) return usage_error("option " + name + " needs a value" + see_help());
  if (row != nullptr) return usage_error("option " + name + " takes no value" + see_help());
  return usage_error("unknown option " + name + see_help());
}

Status Parser::set_level(const std::string& value) {
  const unsigned highest = arguments_.zip_spelling ? v1::kMaxLevel : v2::kMaxLevel;
  const auto level = parse_number(value, highest, "level");
  if (!level || *level < v2::kMinLevel)
    return usage_error("level " + value + " does not exist; use 1 to " + std::to_string(highest));
  arguments_.level = static_cast<int>(*level);
  return {};
}

// Options whose value is one of several words.
Status Parser::apply_choice(const OptionRow& row, const std::string& value) {
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

// Options without a value.
Status Parser::apply_switch(const OptionRow& row) {
  switch (row.id) {
    case OptionId::decompress:
      mode_ = mode_ == Command::test ? mode_ : Command::decompress;
      return {};
    case OptionId::test:
      mode_ = Command::test;
      return {};
    case OptionId::list:
      mode_ = Command::list;
      return {};
    case OptionId::help:
      arguments_.answer = help_text(command_);
      return {};
    case OptionId::version:
      arguments_.answer = version_text();
      return {};
    case OptionId::level_digit:
      return set_level(std::string(1, row.short_name));
    case OptionId::resume:
      arguments_.network_training.resume = true;
      return {};
    case OptionId::stdout_:
      arguments_.output = "-";
      return {};
    default:
      return set_flag(row.id);
  }
}

Status Parser::set_flag(OptionId id) {
  struct Flag {
    OptionId id;
    bool Arguments::*member;
    bool value;
  };
  constexpr std::array kFlags{
      Flag{OptionId::force, &Arguments::force, true},
      Flag{OptionId::json, &Arguments::json, true},
      Flag{OptionId::keep, &Arguments::remove_input, false},
      Flag{OptionId::no_progress, &Arguments::progress, false},
      Flag{OptionId::no_verify, &Arguments::verify, false},
      Flag{OptionId::quiet, &Arguments::quiet, true},
      Flag{OptionId::recursive, &Arguments::recursive, true},
      Flag{OptionId::remove, &Arguments::remove_input, true},
      Flag{OptionId::verbose, &Arguments::verbose, true},
  };
  for (const Flag& flag : kFlags)
    if (flag.id == id) arguments_.*flag.member = flag.value;
  return {};
}

// The options whose value is kept as it is.
std::string* Parser::text_of(OptionId id) {
  switch (id) {
    case OptionId::against:
      return &arguments_.against;
    case OptionId::checkpoint:
      return &arguments_.network_training.checkpoint;
    case OptionId::description:
      return &arguments_.description.description;
    case OptionId::from:
      return &arguments_.from;
    case OptionId::license:
      return &arguments_.description.license;
    case OptionId::model:
      return &arguments_.model;
    case OptionId::name:
      return &arguments_.description.name;
    case OptionId::network:
      return &arguments_.network;
    case OptionId::output:
      return &arguments_.output;
    case OptionId::save_network:
      return &arguments_.network_training.save;
    case OptionId::text:
      return &arguments_.text;
    case OptionId::tokenizer:
      return &arguments_.tokenizer;
    case OptionId::training_data:
      return &arguments_.description.training_data;
    default:
      return nullptr;
  }
}

// The options whose value is a number with a limit.
Parser::Number Parser::number_of(OptionId id) {
  switch (id) {
    case OptionId::minutes:
      return {&arguments_.network_training.minutes, 1U << 20U, "number of minutes"};
    case OptionId::prior_size:
      return {&arguments_.prior_bytes, 1U << 30U, "prior's size"};
    case OptionId::seed:
      return {&arguments_.network_training.seed, ~0U, "seed"};
    case OptionId::threads:
      return {&arguments_.threads, kMaxThreads, "number of threads"};
    case OptionId::tokens:
      return {&arguments_.network_training.tokens, ~0U, "number of tokens"};
    case OptionId::vocabulary:
      return {&arguments_.vocabulary, 65536, "vocabulary"};
    default:
      return {};
  }
}

Status Parser::apply_value(const OptionRow& row, const std::string& value) {
  if (std::string* text = text_of(row.id)) {
    *text = value;
    return {};
  }
  if (const Number number = number_of(row.id); number.member != nullptr) {
    CZIP_TRY_ASSIGN(const auto parsed, parse_number(value, number.most, number.name));
    *number.member = parsed;
    return {};
  }
  switch (row.id) {
    case OptionId::input:
      arguments_.files.push_back(value);
      return {};
    case OptionId::level:
      return set_level(value);
    case OptionId::range: {
      CZIP_TRY_ASSIGN(const auto range, parse_range(value));
      arguments_.range = range;
      return {};
    }
    default:
      return apply_choice(row, value);
  }
}

// A czip-model-v1 is a network alone, of one shape.
Status check_training_v1(const Arguments& arguments) {
  const NetworkArguments& network = arguments.network_training;
  struct Given {
    const char* option;
    bool is_given;
  };
  const std::array of_format_2{Given{"--from", !arguments.from.empty()},
                               Given{"--network", !arguments.network.empty()},
                               Given{"--save-network", !network.save.empty()},
                               Given{"--network-size", !network.size.empty()},
                               Given{"--vocabulary", arguments.vocabulary != 0},
                               Given{"--prior-size", arguments.prior_bytes != 0}};
  for (const Given& given : of_format_2)
    if (given.is_given)
      return usage_error(std::string(given.option) +
                         " belongs to format 2, and means nothing with --format 1; leave it out");
  if (!network.wanted())
    return usage_error("--format 1 trains a network, and needs --minutes or --tokens");
  return {};
}

Status check_training(const Arguments& arguments) {
  if (arguments.files.empty() || arguments.output.empty() || arguments.output == "-")
    return usage_error("train needs texts and -o MODEL; see czip train --help");
  const NetworkArguments& network = arguments.network_training;
  if (arguments.format == 1) {
    CZIP_TRY(check_training_v1(arguments));
  }
  if (!arguments.network.empty() && arguments.from.empty())
    return usage_error("--network FILE goes with --from MODEL");
  if (!arguments.network.empty() && !network.size.empty())
    return usage_error("a network of --network has its own size; leave out --network-size");
  if (!arguments.from.empty() && arguments.network.empty() && !network.wanted())
    return usage_error("--from MODEL needs a network: --network FILE, --minutes or --tokens");
  if (!network.wanted() &&
      (network.seed != 1 || !(network.size + network.checkpoint + network.save).empty()))
    return usage_error("what is said of a network's training needs --minutes or --tokens");
  if (network.resume && network.checkpoint.empty())
    return usage_error("--resume needs --checkpoint FILE");
  if (!arguments.from.empty() && (arguments.vocabulary != 0 || arguments.prior_bytes != 0))
    return usage_error("the tokens and the prior are those of --from; leave out their sizes");
  return {};
}

// Combinations that cannot mean anything, or would lose data.
Status check(const Arguments& arguments) {
  const bool writes =
      arguments.command == Command::compress || arguments.command == Command::decompress;
  if (arguments.zip_spelling && arguments.files.size() != 1)
    return usage_error("with -i IN, no other file can be named; see czip compress --help");
  if (arguments.zip_spelling && arguments.output.empty()) return usage_error("-i IN needs -o OUT");
  if (arguments.remove_input && !writes)
    return usage_error("--rm removes nothing without writing; leave it out");
  if (arguments.remove_input && !arguments.verify)
    return usage_error("--rm needs the verification; leave out --no-verify");
  if (arguments.command == Command::verify && arguments.files.size() != 1)
    return usage_error("verify needs one model; see czip verify --help");
  if (arguments.against.empty() != arguments.text.empty())
    return usage_error("--against FILE and --text TEXT go together");
  if (arguments.command == Command::selftest && !arguments.files.empty())
    return usage_error("selftest takes no files");
  if (arguments.command == Command::train) {
    CZIP_TRY(check_training(arguments));
  }
  if (arguments.command == Command::bench && arguments.files.empty())
    return usage_error("bench needs a file; see czip bench --help");
  const bool decompresses = arguments.command == Command::decompress;
  if (arguments.range && (!decompresses || arguments.files.size() > 1 || arguments.remove_input))
    return usage_error("--range goes with the decompression of one file, which stays");
  if (arguments.range && !arguments.files.empty() && arguments.output.empty())
    return usage_error("--range needs -c or -o FILE");
  if (arguments.json && writes)
    return usage_error("--json goes with list, verify, selftest, bench");
  return {};
}

Command own_spelling(Command command) {
  if (command == Command::zip_compress || command == Command::files) return Command::compress;
  return command == Command::zip_decompress ? Command::decompress : command;
}

}  // namespace

Result<Arguments> parse_arguments(int argc, const char* const* argv) {
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  Arguments arguments;
  Command command = Command::files;
  if (!words.empty()) {
    const bool help = words[0] == "help";  // `czip help list` is `czip list --help`
    if (help) words.erase(words.begin());
    CZIP_TRY_ASSIGN(const auto found, words.empty() ? Command::files : find_command(words[0]));
    command = found;
    if (command != Command::files) words.erase(words.begin());
    if (help) words.assign(1, "--help");
  }
  arguments.zip_spelling =
      (command == Command::compress || command == Command::decompress) && has_input_option(words);
  if (arguments.zip_spelling)
    command = command == Command::compress ? Command::zip_compress : Command::zip_decompress;

  Parser parser(command, arguments);
  CZIP_TRY(parser.parse(words));
  arguments.command = parser.mode().value_or(own_spelling(command));
  if (!arguments.answer.empty()) return arguments;
  CZIP_TRY(check(arguments));
  if (arguments.files.empty()) arguments.files.emplace_back("-");
  return arguments;
}

}  // namespace czip::tool

// The command line: any words, one a line, the first of which is the command.
#include <getopt.h>

#include <string>
#include <vector>

#include "cli/arguments.hpp"
#include "fuzz/fuzz.hpp"

namespace {

using namespace czip;
using namespace czip::test;

Result<tool::Arguments> parsed(const std::vector<std::string>& words) {
  std::vector<const char*> argv{"czip"};
  for (const std::string& word : words) argv.push_back(word.c_str());
  optind = 0;  // getopt begins anew
  return tool::parse_arguments(static_cast<int>(argv.size()), argv.data());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::string> words(1);
  for (const std::uint8_t byte : std::span(data, size)) {
    if (byte == '\n')
      words.emplace_back();
    else if (byte != 0)
      words.back() += static_cast<char>(byte);
  }
  const MemoryBound bound((std::size_t{1} << 20) + 64 * size);
  const auto first = parsed(words);
  const auto second = parsed(words);
  insist(first.has_value() == second.has_value(), "the same words mean the same");
  if (!first) {
    insist(first.error().code == ErrorCode::invalid_argument, "an error about usage");
    insist(!first.error().message.empty(), "an error has a message");
    insist(first.error().message == second.error().message, "the same words fail alike");
    return 0;
  }
  const tool::Arguments& arguments = *first;
  insist(arguments.command == second->command && arguments.files == second->files,
         "the same words mean the same");
  if (!arguments.answer.empty()) return 0;
  insist(arguments.command != tool::Command::files &&
             arguments.command != tool::Command::compat_compress &&
             arguments.command != tool::Command::compat_decompress,
         "a command is found");
  insist(!arguments.files.empty() || arguments.command == tool::Command::model,
         "there is an input");
  return 0;
}

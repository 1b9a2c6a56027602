// Parses options and stores their values in Arguments.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/errors.hpp"
#include "cli/arguments.hpp"
#include "cli/command.hpp"
#include "cli/option_table.hpp"
#include "czip/base/error.hpp"

namespace czip::tool {

class OptionParser {
 public:
  OptionParser(Command command, Arguments& arguments) : command_(command), arguments_(arguments) {}

  // Stores the options of `command` and the remaining words as files.
  Status parse(std::vector<std::string>& words);
  // The command that -d, -t or -l asks for.
  [[nodiscard]] std::optional<Command> mode() const { return mode_; }

 private:
  struct Number {
    std::uint32_t* member = nullptr;
    std::uint32_t limit = 0;
    const char* name = nullptr;
    std::uint32_t least = 0;
  };

  Status apply_switch(const OptionRow& row);
  Status set_flag(OptionId id);
  Status apply_value(const OptionRow& row, const std::string& value);
  Status apply_parsed(const OptionRow& row, const std::string& value);
  Status apply_choice(const OptionRow& row, const std::string& value);
  Status set_level(const std::string& value);
  std::string* text_of(OptionId id);
  Number number_of(OptionId id);
  [[nodiscard]] const OptionRow* find_row(int code) const;
  [[nodiscard]] Failure explain_failure(bool value_missing, const std::vector<char*>& words) const;

  Command command_;
  Arguments& arguments_;
  std::optional<Command> mode_;
};

}  // namespace czip::tool

#include "cli/inputs.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/errors.hpp"
#include "cli/arguments.hpp"
#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/session.hpp"
#include "io/input.hpp"
#include "io/input_registry.hpp"

namespace czip::tool {
namespace {

namespace fs = std::filesystem;

// Compressing skips files named *.czip, and decompressing all others.
bool applies(Command command, const std::string& name) {
  if (command == Command::inspect || command == Command::score || command == Command::classify)
    return true;
  return command == Command::train || has_suffix(name) != (command == Command::compress);
}

void add_directory(const std::string& name, Command command, const Console& console,
                   std::vector<std::string>& files, ExitStatus& status) {
  std::error_code error;
  std::vector<std::string> found;
  fs::recursive_directory_iterator entry(name, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const bool regular = entry->symlink_status(error).type() == fs::file_type::regular;
    if (error) break;
    if (regular && applies(command, entry->path())) found.push_back(entry->path());
  }
  if (error)
    status = more_severe(status,
                         console.error(name, system_error("cannot read all of it", error.value())));
  std::sort(found.begin(), found.end());
  files.insert(files.end(), found.begin(), found.end());
}

}  // namespace

bool has_suffix(const std::string& name) {
  // A file called ".czip" would have no name without the suffix.
  return name.ends_with(kSuffix) && name.size() > kSuffix.size() &&
         name[name.size() - kSuffix.size() - 1] != '/';
}

std::vector<std::string> expand_directories(const Arguments& arguments, const Console& console,
                                            ExitStatus& status) {
  if (!arguments.recursive) return arguments.files;
  std::vector<std::string> files;
  for (const std::string& name : arguments.files) {
    struct stat found {};
    if (name != "-" && stat(name.c_str(), &found) == 0 && S_ISDIR(found.st_mode))
      add_directory(name, arguments.command, console, files, status);
    else
      files.push_back(name);
  }
  return files;
}

InputRules input_rules(const Arguments& arguments) {
  const bool writes_beside =
      (arguments.command == Command::compress || arguments.command == Command::decompress ||
       arguments.command == Command::repair) &&
      arguments.output.empty();
  const bool follow = arguments.force || !writes_beside;
  return {.follow_links = follow, .allow_special = follow};
}

void warn_of_change(const Console& console, const Input& input, std::uint64_t taken) {
  const std::string change = describe_change(input, taken);
  if (!change.empty()) console.warning(input.label(), change);
}

ExitStatus for_each_input(Session& session, const std::vector<std::string>& names,
                          const std::function<Status(Input&)>& handle) {
  ExitStatus status = ExitStatus::ok;
  for (const std::string& name : names) register_input(name, InputRole::text);
  for (const std::string& name : names) {
    auto input = open_input(name, input_rules(session.arguments));
    const std::string_view label = name == "-" ? "standard input" : std::string_view(name);
    if (!input) {
      status = more_severe(status, session.console.error(label, input.error()));
    } else if (const auto handled = handle(*input); !handled) {
      status = more_severe(status, session.console.error(label, handled.error()));
    }
  }
  return status;
}

}  // namespace czip::tool

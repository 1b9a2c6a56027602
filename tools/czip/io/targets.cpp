#include "io/targets.hpp"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "cli/text.hpp"
#include "czip/base/error.hpp"

namespace czip::tool {
namespace {

namespace fs = std::filesystem;

bool same_file(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// What czip wrote is not compressed again, and nothing else is decompressed.
bool applies(Command command, const std::string& name) {
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
    status =
        worst(status, console.error(name, system_error("cannot read all of it", error.value())));
  std::sort(found.begin(), found.end());
  files.insert(files.end(), found.begin(), found.end());
}

// The output's name when -o does not give it.
Result<std::string> derived_name(const Arguments& arguments, const std::string& name) {
  if (arguments.command == Command::compress) {
    if (has_suffix(name) && !arguments.force)
      return fail(ErrorCode::invalid_argument,
                  "ends in .czip already, skipped; use -f to compress it again");
    return name + std::string(kSuffix);
  }
  if (!has_suffix(name))
    return fail(ErrorCode::invalid_argument,
                "does not end in .czip, skipped; name the output with -o, or use -c");
  return name.substr(0, name.size() - kSuffix.size());
}

bool confirmed(const std::string& path) {
  std::fputs(("czip: " + printable(path) + ": exists; overwrite it (y/N)? ").c_str(), stderr);
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

// A symbolic link that the user named as output stays, and the file it means is written.
std::string without_links(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(realpath(path.c_str(), nullptr),
                                                         &std::free);
  return real != nullptr ? real.get() : path;
}

Status check_stream(const Arguments& arguments, const Input& input) {
  if (arguments.command == Command::compress && isatty(STDOUT_FILENO) != 0)
    return fail(
        ErrorCode::invalid_argument,
        "compressed data is not written to a terminal; redirect it, name a file with -o, or "
        "see czip --help");
  struct stat output {};
  if (fstat(STDOUT_FILENO, &output) == 0 && S_ISREG(output.st_mode) &&
      same_file(output, input.status))
    return fail(ErrorCode::invalid_argument, "is both input and output; redirect to another file");
  return {};
}

// The target exists: may it be written, and how?
Status plan_existing(const Arguments& arguments, const Input& input, const struct stat& existing,
                     OutputPlan& plan) {
  if (S_ISDIR(existing.st_mode))
    return fail(ErrorCode::io, "cannot write " + printable(plan.path) +
                                   ": it is a directory; name another file with -o");
  if (S_ISREG(existing.st_mode) && same_file(existing, input.status))
    return fail(ErrorCode::invalid_argument, "is both input and output; name another file with -o");
  const bool named = !arguments.output.empty();
  if (named && !S_ISREG(existing.st_mode) && !S_ISLNK(existing.st_mode)) {
    plan.is_stream = true;  // a device or pipe, to be written and not replaced
    return {};
  }
  plan.replace = arguments.force || arguments.zip_spelling;
  if (!plan.replace && !input.is_stdin() && isatty(STDIN_FILENO) != 0 && Console::interactive())
    plan.replace = confirmed(plan.path);
  if (!plan.replace) return left_alone(plan.path);
  if (named) plan.path = without_links(plan.path);
  return {};
}

}  // namespace

tl::unexpected<Error> left_alone(const std::string& path) {
  return fail(ErrorCode::io,
              printable(path) + " exists and was left alone; use -f to overwrite it");
}

bool has_suffix(const std::string& name) {
  // A file called just ".czip" has no name left without it.
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
      (arguments.command == Command::compress || arguments.command == Command::decompress) &&
      arguments.output.empty();
  const bool follow = arguments.force || !writes_beside;
  return {.follow_links = follow, .allow_special = follow};
}

Result<OutputPlan> plan_output(const Arguments& arguments, const Input& input) {
  OutputPlan plan;
  if (arguments.output == "-" || (arguments.output.empty() && input.is_stdin())) {
    plan.is_stream = true;
    CZIP_TRY(check_stream(arguments, input));
    return plan;
  }
  plan.path = arguments.output;
  if (plan.path.empty()) {
    CZIP_TRY_ASSIGN(auto name, derived_name(arguments, input.name));
    plan.path = std::move(name);
  }
  struct stat existing {};
  // What a link means counts; a link to nothing counts as itself.
  const bool exists =
      stat(plan.path.c_str(), &existing) == 0 || lstat(plan.path.c_str(), &existing) == 0;
  if (!exists) return plan;
  CZIP_TRY(plan_existing(arguments, input, existing, plan));
  return plan;
}

Status remove_if_asked(const Arguments& arguments, const Console& console, const Input& input,
                       const OutputPlan& plan) {
  if (!arguments.remove_input || input.is_stdin()) return {};
  if (plan.is_stream) {
    console.warning(input.label(), "kept: --rm does nothing when the output is no file");
    return {};
  }
  struct stat by_name {};
  if (lstat(input.name.c_str(), &by_name) != 0)
    return tl::unexpected(system_error("cannot remove", errno));
  const struct stat& opened = input.status;
  if (!same_file(by_name, opened) || by_name.st_size != opened.st_size ||
      by_name.st_mtim.tv_sec != opened.st_mtim.tv_sec ||
      by_name.st_mtim.tv_nsec != opened.st_mtim.tv_nsec)
    return fail(ErrorCode::io,
                "was kept: it is a link, or has changed meanwhile; compare and remove "
                "it yourself");
  if (unlink(input.name.c_str()) == 0) return {};
  return tl::unexpected(system_error("cannot remove", errno));
}

}  // namespace czip::tool

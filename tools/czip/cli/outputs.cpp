#include "cli/outputs.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>
#include <string_view>

#include "armour/armour.hpp"
#include "base/errors.hpp"
#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/inputs.hpp"
#include "io/formats.hpp"
#include "io/input.hpp"
#include "io/input_registry.hpp"
#include "io/staged_output.hpp"
#include "io/standard_streams.hpp"

namespace czip::tool {
namespace {

bool same_file(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

bool same_time(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

// The output's name when -o does not give one.
Result<std::string> derived_name(const Arguments& arguments, const std::string& name) {
  if (arguments.command == Command::compress) {
    if (has_suffix(name) && !arguments.force)
      return usage_error("ends in .czip already, skipped; use -f to compress it again");
    return name + std::string(kSuffix);
  }
  if (arguments.command == Command::repair) {
    const std::string stem = has_suffix(name) ? name.substr(0, name.size() - kSuffix.size()) : name;
    return stem + ".repaired" + std::string(kSuffix);
  }
  if (!has_suffix(name))
    return usage_error("does not end in .czip, skipped; name the output with -o, or use -c");
  return name.substr(0, name.size() - kSuffix.size());
}

Status check_stream(const Arguments& arguments) {
  if (arguments.command != Command::decompress && !arguments.base64 && isatty(STDOUT_FILENO) != 0)
    return fail(
        ErrorCode::invalid_argument,
        "compressed data is not written to a terminal; redirect it, name a file with -o, or "
        "use --base64");
  CZIP_TRY_ASSIGN(const auto stream, standard_output());
  struct stat output {};
  if (fstat(stream.get(), &output) != 0) return system_failure("cannot write", errno);
  return check_is_no_input(output, "standard output");
}

// -u replaces what czip wrote before, and nothing else.
Status check_is_of_czip(const std::string& path) {
  auto existing = open_input(path, {.follow_links = true, .role = std::nullopt});
  CZIP_TRY(existing);
  CZIP_TRY_ASSIGN(const auto start, peek(*existing, kArmourPeek));
  const std::string_view text(reinterpret_cast<const char*>(start.data()), start.size());
  if (begins_compressed_file(start) || leading_armour_kind(text) != ArmourKind::none) return {};
  return fail(ErrorCode::io, printable(path) +
                                 " is no file of czip and was not overwritten; use -f to overwrite "
                                 "it");
}

// Decides whether and how an existing target may be written.
Status plan_existing(const Arguments& arguments, const Input& input, const struct stat& existing,
                     OutputPlan& plan) {
  if (S_ISDIR(existing.st_mode))
    return fail(ErrorCode::io, "cannot write " + printable(plan.path) +
                                   ": it is a directory; name another file with -o");
  CZIP_TRY(check_is_no_input(existing, plan.path));
  const bool named = !arguments.output.empty();
  if (named && !S_ISREG(existing.st_mode) && !S_ISLNK(existing.st_mode)) {
    plan.is_stream = true;  // a device or pipe, to be written and not replaced
    return {};
  }
  if (!plan.replace && !input.is_stdin() && isatty(STDIN_FILENO) != 0 && Console::interactive())
    plan.replace = Console::confirm(plan.path + ": exists; overwrite it");
  if (!plan.replace) return already_exists(plan.path);
  if (arguments.update && !arguments.force) return check_is_of_czip(plan.path);
  return {};
}

}  // namespace

Failure already_exists(const std::string& path) {
  return fail(ErrorCode::io,
              printable(path) + " exists and was not overwritten; use -f to overwrite it");
}

Status check_output_file(const std::string& path, bool replace) {
  struct stat existing {};
  if (stat(path.c_str(), &existing) != 0) return {};
  CZIP_TRY(check_is_no_input(existing, path));
  if (S_ISDIR(existing.st_mode))
    return fail(ErrorCode::io, printable(path) + " is a directory; name a file");
  return replace || !S_ISREG(existing.st_mode) ? Status{} : already_exists(path);
}

Result<OutputPlan> plan_output(const Arguments& arguments, const Input& input) {
  OutputPlan plan;
  plan.armoured = arguments.base64 && arguments.command == Command::compress;
  plan.most_text = arguments.max_output;
  if (arguments.output == "-" || (arguments.output.empty() && input.is_stdin())) {
    plan.is_stream = true;
    CZIP_TRY(check_stream(arguments));
    return plan;
  }
  plan.path = arguments.output;
  if (plan.path.empty()) {
    CZIP_TRY_ASSIGN(auto name, derived_name(arguments, input.name));
    plan.path = std::move(name);
  }
  // Also what appears in the meantime.
  plan.replace = arguments.force || arguments.compat || arguments.update;
  // An output that is named is written where links lead; one beside its input replaces them.
  if (!arguments.output.empty()) plan.path = without_links(plan.path);
  struct stat existing {};
  const bool exists =
      stat(plan.path.c_str(), &existing) == 0 || lstat(plan.path.c_str(), &existing) == 0;
  if (!exists && errno == ENAMETOOLONG) return system_failure("cannot write " + plan.path, errno);
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
  if (lstat(input.name.c_str(), &by_name) != 0) return system_failure("cannot remove", errno);
  if (is_helper(by_name))
    return fail(ErrorCode::io, "was kept: this command needs it, and decompressing may, too");
  const struct stat& opened = input.status;
  if (!same_file(by_name, opened) || by_name.st_size != opened.st_size ||
      !same_time(by_name.st_mtim, opened.st_mtim) || !same_time(by_name.st_ctim, opened.st_ctim))
    return fail(ErrorCode::io,
                "was kept: it is a link, or has changed meanwhile; compare and remove "
                "it yourself");
  if (unlink(input.name.c_str()) == 0) return {};
  return system_failure("cannot remove", errno);
}

}  // namespace czip::tool

// czip verify: runs the checks and prints them.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "armour/armour.hpp"
#include "armour/armour_source.hpp"
#include "base/errors.hpp"
#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/json_report.hpp"
#include "cli/session.hpp"
#include "commands/commands.hpp"
#include "io/formats.hpp"
#include "io/input.hpp"
#include "models/model_file.hpp"
#include "models/model_store.hpp"
#include "v1/options.hpp"
#include "verify/checks.hpp"

namespace czip::tool {
namespace {

using Json = nlohmann::ordered_json;

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::ok:
      return "ok";
    case Verdict::warning:
      return "warning";
    case Verdict::failure:
      return "FAILED";
  }
  return "?";
}

Colour colour_of(Verdict verdict) {
  if (verdict == Verdict::ok) return Colour::green;
  return verdict == Verdict::warning ? Colour::yellow : Colour::red;
}

void append(Checks& all, Checks more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

struct Report {
  std::string model;
  std::uint64_t model_bytes = 0;
  Checks checks;
};

bool holds(const Checks& checks) {
  for (const Check& check : checks)
    if (check.verdict == Verdict::failure) return false;
  return true;
}

void print_text(Session& session, const Report& report) {
  session.console.print("czip " CZIP_VERSION ", " + printable(report.model) + ": " +
                        grouped(report.model_bytes) + " bytes\n");
  for (const Check& check : report.checks) {
    session.console.print(colour_of(check.verdict),
                          format("%-7s", std::string(verdict_name(check.verdict)).c_str()));
    session.console.print("  " + check.name + ": " + printable(check.text) + "\n");
  }
  session.console.print(holds(report.checks) ? "Everything holds.\n" : "NOT everything holds.\n");
}

// With -q, what fails are errors like any other.
void print_failures(Session& session, const Report& report) {
  for (const Check& check : report.checks)
    if (check.verdict == Verdict::failure)
      session.console.error(report.model,
                            {ErrorCode::corrupt, check.name + ": " + printable(check.text)});
}

Json json_of(const Report& report) {
  Json json = Json::object();
  json["czip"] = CZIP_VERSION;
  json["model"] = report.model;
  json["model_bytes"] = report.model_bytes;
  json["holds"] = holds(report.checks);
  json["checks"] = Json::array();
  for (const Check& check : report.checks) {
    Json row = Json::object();
    row["name"] = check.name;
    row["verdict"] = check.verdict == Verdict::failure ? "failure" : verdict_name(check.verdict);
    row["text"] = check.text;
    row.update(check.values);
    json["checks"].push_back(std::move(row));
  }
  return json;
}

// The file and the text of --against.
struct Compression {
  std::vector<std::uint8_t> file;
  std::vector<std::uint8_t> text;
};

Result<Compression> read_compression(const Session& session) {
  const Arguments& arguments = session.arguments;
  Compression made;
  std::uint64_t left = session.memory_limit();
  const auto read = [&left](const std::string& name, std::vector<std::uint8_t>& bytes) -> Status {
    auto content = read_file(name, left,
                             "is too large: both files together are held in memory, "
                             "and -M LIMIT allows more");
    if (!content) return failure_in(name, content.error());
    left -= content->size();
    bytes = std::move(*content);
    return {};
  };
  CZIP_TRY(read(arguments.against, made.file));
  const std::string beginning(
      made.file.begin(),
      made.file.begin() + static_cast<std::ptrdiff_t>(std::min(made.file.size(), kArmourPeek)));
  if (const ArmourKind kind = armour_kind(beginning);
      kind != ArmourKind::none && !is_compressed(made.file)) {
    auto data = without_armour(made.file, kind);
    if (!data) return failure_in(arguments.against, data.error());
    made.file = std::move(*data);
  }
  CZIP_TRY(read(arguments.text, made.text));
  return made;
}

VerifyCoding coding_of(const Session& session) {
  return {.threads = session.arguments.threads,
          .simd = session.simd(),
          .memory_limit = session.memory_limit(),
          .max_output = session.arguments.max_output,
          .progress = session.wants_progress()};
}

Result<Checks> verify_v1(const Session& session, const std::string& path,
                         std::span<const std::uint8_t> file) {
  const Arguments& arguments = session.arguments;
  CZIP_TRY_ASSIGN(const auto model, load_v1_model(path, file, arguments.tokenizer));
  const auto expected = check_expected_hash(arguments.expected_hash, model.hash);
  if (!expected) return failure_in(path, expected.error());
  Checks checks = check_configuration(model);
  append(checks, check_tables(model.network));
  append(checks, check_arithmetic(model.network));
  append(checks, check_tokenizer(model));
  CZIP_TRY_ASSIGN(auto sample, check_coding(model, coding_of(session)));
  checks.push_back(std::move(sample));
  if (arguments.against.empty()) return checks;
  CZIP_TRY_ASSIGN(const auto made, read_compression(session));
  CZIP_TRY_ASSIGN(auto against, check_against(model, made.file, made.text, arguments.dialect,
                                              encode_options_v1(session), coding_of(session)));
  append(checks, std::move(against));
  return checks;
}

Result<Checks> verify_v2(const Session& session, const std::string& path,
                         std::span<const std::uint8_t> file) {
  const Arguments& arguments = session.arguments;
  if (!arguments.tokenizer.empty() || arguments.dialect)
    return usage_error(printable(path) +
                       " is a czip-model-v2, which has no dialects and its own tokenizer; leave "
                       "out --dialect and --tokenizer");
  const auto model = v2::Model::parse(file);
  if (!model) return failure_in(path, model.error());
  const auto expected = check_expected_hash(arguments.expected_hash, model->hash());
  if (!expected) return failure_in(path, expected.error());
  CZIP_TRY_ASSIGN(auto checks, check_model_v2(*model, coding_of(session)));
  if (arguments.against.empty()) return checks;
  CZIP_TRY_ASSIGN(const auto made, read_compression(session));
  CZIP_TRY_ASSIGN(auto against, check_against(*model, made.file, made.text, coding_of(session)));
  append(checks, std::move(against));
  return checks;
}

Result<Report> verify(const Session& session) {
  const std::string& name = session.arguments.files.front();
  CZIP_TRY_ASSIGN(const auto file, read_named_model(name));
  auto checks = is_v2_model(file.bytes) ? verify_v2(session, file.path, file.bytes)
                                        : verify_v1(session, file.path, file.bytes);
  CZIP_TRY(checks);
  return Report{name, file.bytes.size(), std::move(*checks)};
}

}  // namespace

ExitStatus run_verify(Session& session) {
  const Arguments& arguments = session.arguments;
  const auto report = verify(session);
  if (!report) {
    if (arguments.json)
      print_json(session.console, {{"czip", CZIP_VERSION},
                                   {"model", arguments.files.front()},
                                   {"holds", false},
                                   {"error", report.error().message}});
    return session.console.error("", report.error());
  }
  if (arguments.json)
    print_json(session.console, json_of(*report));
  else if (arguments.quiet)
    print_failures(session, *report);
  else
    print_text(session, *report);
  return holds(report->checks) ? ExitStatus::ok : ExitStatus::data;
}

}  // namespace czip::tool

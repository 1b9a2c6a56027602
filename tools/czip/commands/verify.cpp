// czip verify: runs the checks and prints them.
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/json_report.hpp"
#include "cli/session.hpp"
#include "commands/commands.hpp"
#include "czip/engine/safetensors/content_hash.hpp"
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

bool holds(const Checks& checks) {
  for (const Check& check : checks)
    if (check.verdict == Verdict::failure) return false;
  return true;
}

void print_text(Session& session, const Checks& checks) {
  for (const Check& check : checks) {
    session.console.print(colour_of(check.verdict),
                          format("%-7s", std::string(verdict_name(check.verdict)).c_str()));
    session.console.print("  " + check.name + ": " + printable(check.text) + "\n");
  }
  session.console.print(holds(checks) ? "Everything holds.\n" : "NOT everything holds.\n");
}

void print_checks_json(Session& session, const Checks& checks) {
  Json report;
  report["model"] = session.arguments.files.front();
  report["holds"] = holds(checks);
  report["checks"] = Json::array();
  for (const Check& check : checks) {
    Json row;
    row["name"] = check.name;
    row["verdict"] = check.verdict == Verdict::failure ? "failure" : verdict_name(check.verdict);
    row["text"] = check.text;
    row.update(check.values);
    report["checks"].push_back(std::move(row));
  }
  print_json(session.console, report);
}

Result<Checks> check_files(const Session& session, const v1::Model& model) {
  const Arguments& arguments = session.arguments;
  const auto file = read_file(arguments.against);
  if (!file)
    return fail(file.error().code, printable(arguments.against) + ": " + file.error().message);
  const auto text = read_file(arguments.text);
  if (!text)
    return fail(text.error().code, printable(arguments.text) + ": " + text.error().message);
  return check_against(model, *file, *text, arguments.dialect, encode_options_v1(session));
}

ExitStatus report(Session& session, const Checks& checks) {
  if (session.arguments.json)
    print_checks_json(session, checks);
  else if (!session.arguments.quiet || !holds(checks))
    print_text(session, checks);
  return holds(checks) ? ExitStatus::ok : ExitStatus::data;
}

// nullopt: the file is not a czip-model-v2.
std::optional<ExitStatus> verify_v2(Session& session) {
  const std::string& name = session.arguments.files.front();
  const auto file = read_model_file(name, InputRole::helper);
  if (!file || !is_v2_model(*file)) return std::nullopt;
  const auto refuse = [&](const Error& error) {
    return session.console.error("", {error.code, printable(name) + ": " + error.message});
  };
  if (!session.arguments.against.empty())
    return refuse({ErrorCode::invalid_argument,
                   "--against is for compress.zip's models; czip -t checks a file of czip's own"});
  const auto model = v2::Model::parse(*file);
  if (!model) return refuse(model.error());
  const auto expected = check_expected_hash(session.arguments.expected_hash, model->hash());
  if (!expected) return refuse(expected.error());
  return report(session, check_model_v2(*model, *file, session.arguments.threads));
}

}  // namespace

ExitStatus run_verify(Session& session) {
  if (const auto verified = verify_v2(session)) return *verified;
  const Arguments& arguments = session.arguments;
  const auto model = load_model(arguments.files.front(), arguments.tokenizer);
  if (!model) return session.console.error("", model.error());
  const auto expected = check_expected_hash(arguments.expected_hash, model->hash);
  if (!expected)
    return session.console.error("", failure_in(arguments.files.front(), expected.error()).value());
  Checks checks = check_configuration(*model);
  append(checks, check_tables(model->network));
  append(checks, check_arithmetic(model->network));
  append(checks, check_tokenizer(*model));
  checks.push_back(check_coding(*model, arguments.threads));
  if (!arguments.against.empty()) {
    auto more = check_files(session, *model);
    if (!more) return session.console.error("", more.error());
    append(checks, std::move(*more));
  }
  return report(session, checks);
}

}  // namespace czip::tool

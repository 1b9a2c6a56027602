// czip model: describes models, lists those at hand, and says which one a compressed file needs.
#include <sys/stat.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "cli/exit_status.hpp"
#include "cli/inputs.hpp"
#include "cli/json_report.hpp"
#include "cli/session.hpp"
#include "commands/commands.hpp"
#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v2/codec.hpp"
#include "io/armoured_input.hpp"
#include "io/formats.hpp"
#include "io/input.hpp"
#include "io/streams.hpp"
#include "models/model_card.hpp"
#include "models/model_catalog.hpp"
#include "models/model_file.hpp"

namespace czip::tool {
namespace {

using Json = nlohmann::ordered_json;

// A file of more models than this lists only the first.
constexpr std::size_t kMaxNeeded = 100;

Json json_of(const KnownModel& model) {
  return {{"model", place_of(model)},
          {"format", model.format},
          {"name", model.name.empty() ? Json() : Json(model.name)},
          {"hash", model.hash.empty() ? Json() : Json(model.hash)},
          {"network", model.has_network},
          {"file_bytes", model.file_bytes}};
}

std::string table_of(const std::vector<KnownModel>& models) {
  if (models.empty())
    return "No models: none is built in, and the folders of CZIP_MODEL_PATH have none.\n";
  std::string text = format("%-13s  %-7s  %13s  %-32s  %-10s  %s\n", "Format", "Network", "Bytes",
                            "Hash", "Name", "Where");
  for (const KnownModel& model : models)
    text += format("%-13s  %-7s  %13s  %-32s  %-10s  %s\n", model.format.c_str(),
                   model.has_network ? "yes" : "no", grouped(model.file_bytes).c_str(),
                   model.hash.empty() ? "(not stated)" : printable(model.hash).c_str(),
                   model.name.empty() ? "(none)" : printable(model.name).c_str(),
                   printable(place_of(model)).c_str());
  return text;
}

bool exists(const std::string& name) {
  struct stat status {};
  return name == "-" || stat(name.c_str(), &status) == 0;
}

class Describer {
 public:
  explicit Describer(Session& session) : session_(&session), known_(known_models()) {}

  void list() {
    for (const KnownModel& model : known_) reports_.push_back(json_of(model));
    if (!session_->arguments.json) session_->console.print(table_of(known_));
  }

  Status describe_built_in() {
    CZIP_TRY_ASSIGN(const auto model, read_named_model(std::string(kBuiltInName)));
    CZIP_TRY_ASSIGN(auto card, model_card(model.path, model.bytes));
    add_card(std::move(card));
    return {};
  }

  // A model, or a compressed file.
  Status describe(Input& input) {
    CZIP_TRY(remove_armour(input));
    CZIP_TRY_ASSIGN(const auto start, peek(input, v2::kMaxStartBytes));
    if (is_compressed(start)) return describe_needs(input);
    if (input.is_stdin())
      return fail(ErrorCode::corrupt, "is not a file that czip wrote; name the file of a model");
    CZIP_TRY_ASSIGN(const auto file, read_model_file(input.name, InputRole::helper));
    CZIP_TRY_ASSIGN(auto card, model_card(input.name, file.bytes()));
    add_card(std::move(card));
    return {};
  }

  void finish() {
    if (session_->arguments.json) print_json(session_->console, Json(reports_));
  }

 private:
  void add_card(Json card) {
    if (!session_->arguments.json) {
      if (!reports_.empty()) session_->console.print("\n");
      session_->console.print(card_text(card));
    }
    reports_.push_back(std::move(card));
  }

  Status describe_needs(Input& input) {
    CZIP_TRY_ASSIGN(const auto file_format, detect_format(input));
    CZIP_TRY(make_seekable(input));
    Json report = Json::object();
    report["file"] = input.is_stdin() ? "(standard input)" : input.name;
    if (file_format == FileFormat::czip_v1) return describe_v1(input, std::move(report));
    return describe_v2(input, std::move(report));
  }

  // CZIPv1 stores nothing by which a model could be found.
  Status describe_v1(const Input& input, Json report) {
    FileSource source(input.file.get());
    CZIP_TRY_ASSIGN(const auto info, v1::inspect(source));
    report["format"] = v1::kMagic;
    report["path_hash"] = format("%08x", info.model_path_hash);
    report["needs"] = Json();
    say(report,
        "CZIPv1 does not say which model it was made with; it is a czip-model-v1, whose path then "
        "had the hash " +
            report["path_hash"].get<std::string>());
    reports_.push_back(std::move(report));
    return {};
  }

  Status describe_v2(const Input& input, Json report) {
    FileRandomAccess source(input.file.get());
    std::vector<v2::ModelReference> needed;
    CZIP_TRY(v2::inspect(source, [&](const v2::FrameInfo& frame) -> Status {
      if (!frame.model || frame.stored_blocks == frame.blocks) return {};
      for (const v2::ModelReference& known : needed)
        if (known.hash == frame.model->hash && known.known == frame.model->known) return {};
      if (needed.size() < kMaxNeeded) needed.push_back(*frame.model);
      return {};
    }));
    report["format"] = "CZIPv2";
    report["needs"] = Json::array();
    if (needed.empty()) say(report, "needs no model: nothing in it is coded");
    std::string missing;
    for (const v2::ModelReference& reference : needed) {
      const KnownModel* const model = find_known(known_, reference);
      const std::string name = model == nullptr || model->name.empty() ? "" : model->name + ", ";
      say(report, "needs the model " + reference.hex() + ": " +
                      (model == nullptr ? "not here" : name + place_of(*model)));
      report["needs"].push_back({{"hash", reference.hex()},
                                 {"found", model != nullptr},
                                 {"model", model == nullptr ? Json() : json_of(*model)}});
      if (model == nullptr && missing.empty()) missing = reference.hex();
    }
    reports_.push_back(std::move(report));
    if (missing.empty()) return {};
    return fail(ErrorCode::io, "needs the model of hash " + missing +
                                   ", which is not here; have it in a folder of CZIP_MODEL_PATH");
  }

  void say(const Json& report, const std::string& what) {
    if (session_->arguments.json) return;
    session_->console.print(printable(report["file"].get<std::string>() + ": " + what) + "\n");
  }

  Session* session_;
  std::vector<KnownModel> known_;
  std::vector<Json> reports_;
};

}  // namespace

ExitStatus run_model(Session& session) {
  Describer describer(session);
  ExitStatus status = ExitStatus::ok;
  if (session.arguments.files.empty()) describer.list();
  for (const std::string& name : session.arguments.files) {
    const auto path = exists(name) ? Result<std::string>(name) : find_model_file(name);
    if (names_built_in(name)) {
      const Status described = describer.describe_built_in();
      if (!described) status = more_severe(status, session.console.error(name, described.error()));
    } else if (!path) {
      status = more_severe(status, session.console.error("", path.error()));
    } else {
      status = more_severe(status, for_each_input(session, {*path}, [&](Input& input) {
                             return describer.describe(input);
                           }));
    }
  }
  describer.finish();
  return status;
}

}  // namespace czip::tool

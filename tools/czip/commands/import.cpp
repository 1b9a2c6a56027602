// czip import: makes a model of czip of a public language model.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/outputs.hpp"
#include "cli/progress.hpp"
#include "cli/session.hpp"
#include "commands/commands.hpp"
#include "czip/base/error.hpp"
#include "czip/base/hash128.hpp"
#include "czip/base/utf8.hpp"
#include "czip/codec/v2/model.hpp"
#include "czip/codec/v2/model/format.hpp"
#include "czip/codec/v2/model/parts.hpp"
#include "czip/engine/llm/weights.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/safetensors/writer.hpp"
#include "czip/import/model/public_model.hpp"
#include "importing/companion.hpp"
#include "importing/model_file_sink.hpp"
#include "importing/public_source.hpp"
#include "io/staged_output.hpp"
#include "models/model_card.hpp"
#include "models/model_file.hpp"

namespace czip::tool {
namespace {

using Clock = std::chrono::steady_clock;
using Tensors = std::vector<safetensors::TensorContent>;

// A text of the source for the model's card.
std::string card_text_of(const std::string& given, std::string_view stated) {
  constexpr std::size_t kLongest = 1000;
  if (!given.empty()) return given;
  return std::string(stated.substr(0, valid_utf8_prefix(stated.substr(0, kLongest))));
}

safetensors::Metadata metadata_of(const Arguments& arguments, const PublicSource& source,
                                  const std::string& hash) {
  safetensors::Metadata metadata{{std::string(v2::kFormatKey), std::string(v2::kModelFormat)}};
  const auto add = [&](std::string_view key, const std::string& value) {
    if (!value.empty()) metadata.emplace_back(key, value);
  };
  const ModelDescription& about = arguments.description;
  const importer::PublicModel& model = source.model;
  add(v2::kNameKey, card_text_of(about.name, model.name));
  add(v2::kDescriptionKey, card_text_of(about.description, model.description));
  add(v2::kLicenseKey, card_text_of(about.license, model.license));
  add(v2::kTrainingDataKey, about.training_data);
  add(kKindKey, model.is_chat ? "chat" : "base");
  add(kSourceFileKey, source.files.names());
  add(kSourceHashKey, hash);
  return metadata;
}

std::string shape_of(const importer::PublicModel& model) {
  const llm::Config& c = model.architecture.config;
  return grouped(c.layers) + " layers of width " + grouped(c.width) + ", " + grouped(c.vocabulary) +
         " tokens, a context of " + grouped(c.context);
}

std::string hash_of_source(const Session& session, const PublicSource& source) {
  ProgressBar bar("hashing " + source.files.names(), source.files.bytes(),
                  session.wants_progress());
  return source.files.hash([&bar](std::uint64_t done) { bar.update(done); });
}

Failure invalid_result(const Error& error) {
  return fail(ErrorCode::internal,
              "the imported model is not valid: " + error.message + "; please report it");
}

// The engine must take what was written.
Status check_written(ModelFileSink& sink) {
  CZIP_TRY_ASSIGN(const auto bytes, sink.written());
  const auto file = safetensors::File::parse(bytes);
  if (!file) return invalid_result(file.error());
  const auto weights = llm::Weights::parse(*file);
  return weights ? Status{} : invalid_result(weights.error());
}

class Import {
 public:
  explicit Import(Session& session)
      : session_(session),
        arguments_(session.arguments),
        path_(arguments_.files.front()),
        target_(arguments_.output.empty() ? default_model_path(path_) : arguments_.output) {}

  Status run() {
    const Clock::time_point start = Clock::now();
    CZIP_TRY(check_output_file(target_, arguments_.force));
    CZIP_TRY_ASSIGN(const auto source, open_public_source(path_, arguments_.tokenizer));
    CZIP_TRY_ASSIGN(Tensors companion, read_companion());
    // Now all inputs are known.
    CZIP_TRY(check_output_file(target_, arguments_.force));
    auto output = StagedOutput::create(file_plan(target_, arguments_.force));
    if (!output) return failure_in(target_, output.error());
    session_.console.note(printable(source.model.name) + ": " + shape_of(source.model));
    return write(source, std::move(companion), *output, start);
  }

 private:
  Result<Tensors> read_companion() const;
  Status write(const PublicSource& source, Tensors companion, StagedOutput& output,
               Clock::time_point start);

  Session& session_;
  const Arguments& arguments_;
  std::string path_;
  std::string target_;
};

Result<Tensors> Import::read_companion() const {
  const std::string& name = arguments_.model;
  CZIP_TRY_ASSIGN(const auto file,
                  read_named_model(name.empty() ? std::string(kBuiltInName) : name));
  CZIP_TRY_ASSIGN(const auto model, parse_v2_model(file));
  return companion_tensors(model.parts().file);
}

Status Import::write(const PublicSource& source, Tensors companion, StagedOutput& output,
                     Clock::time_point start) {
  const std::string source_hash = hash_of_source(session_, source);
  ModelFileSink sink(output, "importing " + source.model.name, session_.wants_progress());
  const auto hash = importer::import_model(
      source.model, metadata_of(arguments_, source, source_hash), std::move(companion), sink);
  // Errors of the output name it.
  if (!hash && hash.error().code == ErrorCode::io) return Failure(hash.error());
  if (!hash) return failure_in(path_, hash.error());
  CZIP_TRY(check_written(sink));
  CZIP_TRY(source.files.check_unchanged());
  const std::uint64_t bytes = sink.bytes();
  if (const auto published = output.publish(Input{}); !published)
    return failure_in(target_, published.error());
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  session_.console.note(format("%s: %s bytes, hash %s", printable(target_).c_str(),
                               grouped(bytes).c_str(), to_hex(*hash).c_str()));
  session_.console.note(
      format("  of %s, %s; %.1f s", source.files.names().c_str(), source_hash.c_str(), seconds));
  return {};
}

}  // namespace

ExitStatus run_import(Session& session) {
  const auto imported = Import(session).run();
  if (imported) return ExitStatus::ok;
  const bool is_cut = imported.error().code == ErrorCode::truncated;
  return session.console.error("", is_cut ? advise(imported.error()) : imported.error());
}

}  // namespace czip::tool

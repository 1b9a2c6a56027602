#include "training/prior.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/session.hpp"
#include "czip/base/error.hpp"
#include "czip/base/hash128.hpp"
#include "czip/codec/v2/model.hpp"
#include "czip/codec/v2/model/format.hpp"
#include "czip/codec/v2/model/language_model.hpp"
#include "czip/codec/v2/model/parts.hpp"
#include "czip/engine/safetensors/content_hash.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/safetensors/writer.hpp"
#include "czip/import/model/model_copy.hpp"
#include "czip/tokenizer/llm/tokenizer.hpp"
#include "czip/tokenizer/token_id.hpp"
#include "czip/training/corpus.hpp"
#include "czip/training/v2/language_model_prior.hpp"
#include "importing/model_file_sink.hpp"
#include "io/file_content.hpp"
#include "io/input.hpp"
#include "io/staged_output.hpp"

namespace czip::tool {
namespace {

safetensors::Metadata metadata_of(const safetensors::File& model, const ModelDescription& about) {
  auto pairs = model.metadata();
  pairs.erase(std::string(safetensors::kContentHashKey));
  for (const auto& [key, value] :
       {std::pair{v2::kNameKey, &about.name}, std::pair{v2::kDescriptionKey, &about.description},
        std::pair{v2::kLicenseKey, &about.license},
        std::pair{v2::kTrainingDataKey, &about.training_data}})
    if (!value->empty()) pairs[std::string(key)] = *value;
  return {pairs.begin(), pairs.end()};
}

std::uint64_t bytes_of(std::span<const TokenId> tokens, const llm::Tokenizer& tokenizer) {
  std::uint64_t bytes = 0;
  for (const TokenId id : tokens) bytes += tokenizer.token(id).size();
  return bytes;
}

// What was made of a model that has changed meanwhile is nobody's.
Status publish(StagedOutput& output) {
  CZIP_TRY(check_mapped_unchanged());
  return output.publish(Input{});
}

}  // namespace

Status check_prior_arguments(const Arguments& arguments, const std::string& name) {
  if (arguments.network.empty() && !arguments.network_training.wanted()) return {};
  return usage_error(printable(name) +
                     " has a language model, which gets a prior of the texts and no network; leave "
                     "out --network, --minutes and --tokens");
}

Result<WrittenPrior> write_with_prior(const Session& session, const v2::Model& model,
                                      const std::string& name, const Corpus& corpus) {
  const auto language_model = v2::language_model_of(model.parts(), session.simd());
  if (!language_model) return failure_in(name, language_model.error());
  const llm::Tokenizer& tokenizer = (*language_model)->tokenizer;
  session.console.note("training: prior");
  CZIP_TRY_ASSIGN(const auto tokens, v2::language_model_prior(corpus, tokenizer));
  const auto prior =
      safetensors::make_tensor<TokenId>(std::string(v2::kLlmPriorTensor), {tokens.size()}, tokens);
  const std::string& path = session.arguments.output;
  auto output = StagedOutput::create(file_plan(path, session.arguments.force));
  if (!output) return failure_in(path, output.error());
  ModelFileSink sink(*output, "writing " + path, session.wants_progress());
  const safetensors::File& file = model.parts().file;
  // Its errors name the output.
  CZIP_TRY_ASSIGN(const Hash128 hash,
                  importer::copy_with_tensor(file, metadata_of(file, session.arguments.description),
                                             prior, sink));
  if (const auto published = publish(*output); !published)
    return failure_in(path, published.error());
  return WrittenPrior{.model_bytes = sink.bytes(),
                      .model_hash = hash,
                      .tokens = tokens.size(),
                      .text_bytes = bytes_of(tokens, tokenizer)};
}

}  // namespace czip::tool

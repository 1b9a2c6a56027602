#include "czip/import/model/public_model.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/hash128.hpp"
#include "czip/engine/safetensors/writer.hpp"
#include "czip/import/network/model_sink.hpp"
#include "czip/import/network/model_writer.hpp"
#include "czip/import/tokenizer/tensors.hpp"
#include "czip/tokenizer/llm/tokenizer.hpp"
#include "model/checked_model.hpp"
#include "network/source_tensors.hpp"

namespace czip::importer {

Result<PublicModel> checked(PublicModel model) {
  CZIP_TRY(check_tensors(model.architecture, model.tensors));
  const std::size_t tokens = model.tokenizer.lengths.size();
  if (tokens != model.architecture.config.vocabulary)
    return fail(ErrorCode::corrupt, "the tokenizer has " + std::to_string(tokens) +
                                        " tokens, the embedding " +
                                        std::to_string(model.architecture.config.vocabulary));
  if (const auto usable = llm::Tokenizer::create(model.tokenizer); !usable)
    return fail(usable.error().code, "tokenizer: " + usable.error().message);
  return model;
}

Result<Hash128> import_model(const PublicModel& model, const safetensors::Metadata& metadata,
                             std::vector<safetensors::TensorContent> more, ModelSink& sink) {
  std::vector<safetensors::TensorContent> tensors = tokenizer_tensors(model.tokenizer);
  for (safetensors::TensorContent& tensor : more) tensors.push_back(std::move(tensor));
  return write_model(model.architecture, model.tensors, metadata, std::move(tensors), sink);
}

}  // namespace czip::importer

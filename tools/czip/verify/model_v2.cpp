// Checks a czip-model-v2, whose structure and shapes the loader has checked.
#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "czip/base/little_endian.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/model/format.hpp"
#include "czip/codec/v2/model/language_model.hpp"
#include "czip/codec/v2/model/parts.hpp"
#include "czip/engine/llm/constants.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "verify/checks.hpp"

namespace czip::tool {
namespace {

Check check_description(const v2::Model& model) {
  const ModelDescription& about = model.description();
  Check check{.name = "model"};
  check.text = about.name + ", " + grouped(model.vocabulary_size()) + " tokens, " +
               (model.has_network() ? "with" : "without") + " a network, " +
               (model.has_language_model() ? "with a language model, " : "") + "hash " +
               to_hex(model.hash()) + ", as the model states";
  check.values = {{"model_name", about.name},       {"description", about.description},
                  {"license", about.license},       {"training_data", about.training_data},
                  {"hash", to_hex(model.hash())},   {"vocabulary", model.vocabulary_size()},
                  {"network", model.has_network()}, {"language_model", model.has_language_model()}};
  return check;
}

// The bytes of the tensors whose names begin so.
std::uint64_t bytes_of(const safetensors::File& file, std::string_view prefix) {
  std::uint64_t bytes = 0;
  for (const auto& [name, tensor] : file.tensors())
    if (name.starts_with(prefix)) bytes += tensor.bytes.size();
  return bytes;
}

Check check_sizes(const safetensors::File& file) {
  const std::uint64_t all = bytes_of(file, "");
  const std::uint64_t tokenizer = bytes_of(file, "tokenizer.") + bytes_of(file, "code.");
  const std::uint64_t prior = bytes_of(file, v2::kPriorPrefix);
  const std::uint64_t network = bytes_of(file, v2::kTensorPrefix);
  const std::uint64_t recurrent = bytes_of(file, v2::kRecurrentPrefix);
  const std::uint64_t states = bytes_of(file, v2::kStatePrefix);
  const std::uint64_t language_model = bytes_of(file, llm::kTensorPrefix) +
                                       bytes_of(file, v2::kLlmTokenizerPrefix) +
                                       bytes_of(file, v2::kLlmPriorTensor);
  return {"sizes",
          Verdict::ok,
          format("%s bytes of tensors: tokenizer and code %s, prior %s, states %s, "
                 "recurrent network %s, network %s, language model %s",
                 grouped(all).c_str(), grouped(tokenizer).c_str(), grouped(prior).c_str(),
                 grouped(states).c_str(), grouped(recurrent).c_str(), grouped(network).c_str(),
                 grouped(language_model).c_str()),
          {{"tensors", all},
           {"tokenizer", tokenizer},
           {"prior", prior},
           {"states", states},
           {"recurrent_network", recurrent},
           {"network", network},
           {"language_model", language_model}}};
}

}  // namespace

Result<Checks> check_model_v2(const v2::Model& model, const VerifyCoding& coding) {
  const safetensors::File& file = model.parts().file;
  Checks checks{check_description(model), check_sizes(file)};
  const auto add = [&checks](Checks more) {
    checks.insert(checks.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
  };
  add(check_predictor_tables(model));
  if (model.has_network()) add(check_arithmetic(file));
  CZIP_TRY_ASSIGN(auto sample, check_coding(model, coding));
  checks.push_back(std::move(sample));
  if (!model.has_language_model()) return checks;
  CZIP_TRY_ASSIGN(auto language_model, check_language_model(model, coding));
  add(std::move(language_model));
  return checks;
}

}  // namespace czip::tool

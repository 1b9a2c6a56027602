#include "llm_stages.hpp"

#include <map>
#include <nlohmann/json.hpp>

#include "llm_network.hpp"
#include "llm_tokenizer.hpp"
#include "model.hpp"
#include "safetensors.hpp"
#include "stage_hashes.hpp"

namespace reference::llm {
namespace {

using Json = nlohmann::ordered_json;

// The file must outlive what is read of it.
Safetensors parse_checked(const Bytes& model) {
  Safetensors file = parse_safetensors(model);
  require(file.metadata.count("format") == 1 && file.metadata.at("format") == kModelFormat,
          std::string("the model is not of the format ") + kModelFormat);
  require(file.metadata.count("content_hash") == 1 &&
              file.metadata.at("content_hash") == hexadecimal(content_hash(file)),
          "the model states no hash of its content, or another");
  return file;
}

}  // namespace

std::string stages(const Bytes& model, std::size_t window, const std::vector<Row>& rows) {
  const Safetensors file = parse_checked(model);
  Tensors tensors(file);
  const LanguageNetwork network(tensors);
  std::map<std::size_t, LanguageStream> streams;
  Json all = Json::array();
  for (const Row& row : rows) {
    const auto output = network.step(streams[row.stream], window, row.token);
    Json residuals = Json::array();
    for (const Numbers& residual : output.residuals) residuals.push_back(hash_of(residual));
    const auto cumulative = network.cumulative_frequencies(output.logits);
    all.push_back({{"stream", row.stream},
                   {"token", row.token},
                   {"position", output.position},
                   {"residuals", residuals},
                   {"logits", hash_of(output.logits)},
                   {"cumulative", hash_of_cumulative(cumulative, 8)}});
  }
  return all.dump() + "\n";
}

std::string text_of(const Bytes& model, const std::vector<std::uint32_t>& ids) {
  const Safetensors file = parse_checked(model);
  Tensors tensors(file);
  return LanguageTokenizer(tensors).text(ids);
}

}  // namespace reference::llm

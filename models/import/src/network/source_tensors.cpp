#include "network/source_tensors.hpp"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/in_quotes.hpp"
#include "czip/engine/llm/config.hpp"
#include "czip/import/network/architecture.hpp"
#include "czip/import/tensors.hpp"

namespace czip::importer {

std::string layer_tensor(std::uint32_t layer, std::string_view name) {
  return "blk." + std::to_string(layer) + "." + std::string(name);
}

namespace {

// Checks tensors of a model one by one, and knows their names. The first error stays.
class TensorChecker {
 public:
  TensorChecker(const Architecture& architecture, const TensorSet& tensors)
      : a_(architecture), c_(architecture.config), tensors_(tensors) {}

  Status check() {
    check_whole();
    for (std::uint32_t i = 0; i < c_.layers; ++i) {
      check_attention(i);
      check_feed_forward(i);
    }
    CZIP_TRY(status_);
    for (const auto& [name, tensor] : tensors_.all())
      if (!known_.contains(name))
        return fail(ErrorCode::unsupported,
                    "the model has a tensor " + in_quotes(name) + ", which czip does not know");
    return {};
  }

 private:
  [[nodiscard]] bool is_gpt2() const { return a_.family == Family::gpt2; }

  void require(const std::string& name, std::initializer_list<std::uint64_t> shape) {
    known_.insert(name);
    const std::vector<std::uint64_t> expected(shape);
    if (!status_) return;
    if (const auto found = tensors_.require(name, expected); !found) status_ = error_of(found);
  }
  // A matrix, with its bias if the format's matrix has one.
  void matrix(const std::string& name, std::uint64_t outputs, std::uint64_t inputs,
              std::uint32_t bias) {
    require(name + ".weight", {outputs, inputs});
    if ((c_.biases & bias) != 0) require(name + ".bias", {outputs});
  }
  void norm(const std::string& name) {
    require(name + ".weight", {c_.width});
    if (is_gpt2()) require(name + ".bias", {c_.width});
  }

  void check_whole() {
    require("token_embd.weight", {c_.vocabulary, c_.width});
    if (is_gpt2()) require("position_embd.weight", {c_.context, c_.width});
    norm("output_norm");
    if (!a_.tied) require("output.weight", {c_.vocabulary, c_.width});
  }
  void check_attention(std::uint32_t layer) {
    norm(layer_tensor(layer, "attn_norm"));
    matrix(layer_tensor(layer, "attn_q"), c_.query_width(), c_.width, llm::kQkvBias);
    matrix(layer_tensor(layer, "attn_k"), c_.key_width(), c_.width, llm::kQkvBias);
    matrix(layer_tensor(layer, "attn_v"), c_.key_width(), c_.width, llm::kQkvBias);
    matrix(layer_tensor(layer, "attn_output"), c_.width, c_.query_width(), llm::kOutputBias);
  }
  void check_feed_forward(std::uint32_t layer) {
    norm(layer_tensor(layer, "ffn_norm"));
    if (!is_gpt2()) require(layer_tensor(layer, "ffn_gate.weight"), {a_.feed_forward, c_.width});
    matrix(layer_tensor(layer, "ffn_up"), a_.feed_forward, c_.width, llm::kUpBias);
    matrix(layer_tensor(layer, "ffn_down"), c_.width, a_.feed_forward, llm::kDownBias);
  }

  const Architecture& a_;
  const llm::Config& c_;
  const TensorSet& tensors_;
  std::set<std::string, std::less<>> known_{"rope_freqs.weight"};
  Status status_;
};

}  // namespace

Result<TensorSet> with_parts_of_attention(const llm::Config& config, const TensorSet& tensors) {
  TensorSet result;
  std::set<std::string, std::less<>> divided;
  for (std::uint32_t i = 0; i < config.layers; ++i) {
    const std::string joined = layer_tensor(i, "attn_qkv.");
    for (const std::string kind : {"weight", "bias"}) {
      std::vector<std::uint64_t> shape{config.qkv_width()};
      if (kind == "weight") shape.push_back(config.width);
      CZIP_TRY_ASSIGN(const Tensor* const whole, tensors.require(joined + kind, shape));
      divided.insert(whole->name);
      std::uint64_t first = 0;
      for (const auto& [name, count] :
           {std::pair("attn_q.", config.query_width()), std::pair("attn_k.", config.key_width()),
            std::pair("attn_v.", config.key_width())}) {
        CZIP_TRY_ASSIGN(Tensor part, part_of(*whole, first, count));
        part.name = layer_tensor(i, name + kind);
        CZIP_TRY(result.add(std::move(part)));
        first += count;
      }
    }
  }
  for (const auto& [name, tensor] : tensors.all())
    if (!divided.contains(name)) CZIP_TRY(result.add(tensor));
  return result;
}

Status check_tensors(const Architecture& architecture, const TensorSet& tensors) {
  return TensorChecker(architecture, tensors).check();
}

}  // namespace czip::importer

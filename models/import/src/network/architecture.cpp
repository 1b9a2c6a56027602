#include "czip/import/network/architecture.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "czip/base/error.hpp"
#include "czip/base/in_quotes.hpp"
#include "czip/engine/integer_math.hpp"
#include "czip/engine/llm/config.hpp"
#include "czip/engine/llm/constants.hpp"
#include "czip/import/dequantize.hpp"
#include "czip/import/dyadic.hpp"
#include "czip/import/gguf/metadata.hpp"
#include "czip/import/network/rotation.hpp"
#include "czip/import/tensors.hpp"

namespace czip::importer {
namespace {

constexpr std::uint32_t kKept = 4;  // first tokens (StreamingLLM: Xiao et al., 2023)
constexpr std::string_view kRotaryDivisors = "rope_freqs.weight";

using Limits = llm::Limits;

class Reader {
 public:
  Reader(const gguf::Metadata& metadata, const TensorSet& tensors)
      : metadata_(metadata), tensors_(tensors) {}

  Result<Architecture> read();

 private:
  [[nodiscard]] std::string key(std::string_view rest) const {
    return name_ + "." + std::string(rest);
  }
  Result<std::uint32_t> number(std::string_view rest, std::uint32_t most) const;
  Result<std::uint32_t> number_or(std::string_view rest, std::uint32_t most,
                                  std::uint32_t absent) const;
  Status read_kind();
  Status read_sizes();
  Status read_heads();
  Status read_vocabulary();
  Status read_epsilon();
  Status read_rotary();
  Status read_scaling();
  Status read_divisors();

  const gguf::Metadata& metadata_;
  const TensorSet& tensors_;
  std::string name_;
  Architecture result_;
};

Result<std::uint32_t> Reader::number(std::string_view rest, std::uint32_t most) const {
  CZIP_TRY_ASSIGN(const std::uint64_t value, metadata_.count(key(rest), most));
  return static_cast<std::uint32_t>(value);
}

Result<std::uint32_t> Reader::number_or(std::string_view rest, std::uint32_t most,
                                        std::uint32_t absent) const {
  CZIP_TRY_ASSIGN(const std::uint64_t value, metadata_.count_or(key(rest), most, absent));
  return static_cast<std::uint32_t>(value);
}

Status Reader::read_kind() {
  CZIP_TRY_ASSIGN(const std::string_view name, metadata_.string("general.architecture"));
  name_ = name;
  if (name != "llama" && name != "qwen2" && name != "gpt2")
    return fail(ErrorCode::unsupported, "the architecture " + in_quotes(name) +
                                            " is none that czip imports (llama, qwen2, gpt2)");
  CZIP_TRY_ASSIGN(const std::uint64_t experts,
                  metadata_.count_or(key("expert_count"), UINT32_MAX, 0));
  if (experts != 0)
    return fail(ErrorCode::unsupported, "the model is a mixture of " + std::to_string(experts) +
                                            " experts, which czip does not import");
  result_.interleaved_pairs = name == "llama";
  if (name == "gpt2") set_gpt2(result_);
  return {};
}

Status Reader::read_sizes() {
  llm::Config& c = result_.config;
  CZIP_TRY_ASSIGN(c.width, number("embedding_length", Limits::kWidth));
  CZIP_TRY_ASSIGN(c.layers, number("block_count", Limits::kLayers));
  CZIP_TRY_ASSIGN(result_.feed_forward, number("feed_forward_length", Limits::kFeedForward));
  // Learned positions are a tensor of as many rows; rotary ones have no end.
  const std::uint32_t most = result_.family == Family::gpt2 ? Limits::kContext : UINT32_MAX;
  CZIP_TRY_ASSIGN(const std::uint32_t context, number("context_length", most));
  c.context = std::min(context, Limits::kContext);
  derive_sizes(result_);
  return {};
}

Status Reader::read_heads() {
  llm::Config& c = result_.config;
  CZIP_TRY_ASSIGN(c.heads, number("attention.head_count", Limits::kHeads));
  CZIP_TRY_ASSIGN(c.kv_heads, number_or("attention.head_count_kv", Limits::kHeads, c.heads));
  if (c.heads == 0 || c.kv_heads == 0) return fail(ErrorCode::corrupt, "the model has no heads");
  CZIP_TRY_ASSIGN(c.head_size,
                  number_or("attention.key_length", Limits::kHeadSize, c.width / c.heads));
  CZIP_TRY_ASSIGN(const std::uint32_t values,
                  number_or("attention.value_length", Limits::kHeadSize, c.head_size));
  if (values != c.head_size)
    return fail(ErrorCode::unsupported, "the model's values have heads of " +
                                            std::to_string(values) + " elements, its keys of " +
                                            std::to_string(c.head_size));
  if (result_.family == Family::gpt2) return {};
  CZIP_TRY_ASSIGN(c.rotary, number_or("rope.dimension_count", Limits::kHeadSize, c.head_size));
  if (tensors_.find("blk.0.attn_q.bias") != nullptr) c.biases = llm::kQkvBias;
  return {};
}

Status Reader::read_vocabulary() {
  const Tensor* const embedding = tensors_.find("token_embd.weight");
  if (embedding == nullptr)
    return fail(ErrorCode::corrupt, "tensor 'token_embd.weight' is missing");
  if (embedding->rows() > Limits::kVocabulary)
    return fail(ErrorCode::unsupported, "the model has " + std::to_string(embedding->rows()) +
                                            " tokens, more than " +
                                            std::to_string(Limits::kVocabulary));
  result_.config.vocabulary = static_cast<std::uint32_t>(embedding->rows());
  result_.tied = tensors_.find("output.weight") == nullptr;
  return {};
}

Status Reader::read_epsilon() {
  const std::string_view name = result_.family == Family::gpt2 ? "attention.layer_norm_epsilon"
                                                               : "attention.layer_norm_rms_epsilon";
  CZIP_TRY_ASSIGN(const Dyadic real, metadata_.real(key(name)));
  CZIP_TRY_ASSIGN(result_.config.epsilon, fixed_epsilon(real, result_.config.width));
  return {};
}

Status Reader::read_rotary() {
  CZIP_TRY(check_rotary(result_.config));
  result_.rotary.base = {10000, 0};
  result_.rotary.elements = result_.config.rotary;
  if (metadata_.has(key("rope.freq_base"))) {
    CZIP_TRY_ASSIGN(result_.rotary.base, metadata_.real(key("rope.freq_base")));
  }
  CZIP_TRY(read_scaling());
  return read_divisors();
}

// Linear scaling divides all frequencies by one number.
Status Reader::read_scaling() {
  CZIP_TRY_ASSIGN(const std::string_view kind,
                  metadata_.string_or(key("rope.scaling.type"), "none"));
  const bool has_factor = metadata_.has(key("rope.scaling.factor"));
  const std::string factor_key = key(has_factor ? "rope.scaling.factor" : "rope.scale_linear");
  if (kind == "none" && has_factor) return {};
  if (kind != "none" && kind != "linear")
    return fail(ErrorCode::unsupported, "the model scales its rotary positions by " +
                                            in_quotes(kind) + ", which czip does not import");
  if (!metadata_.has(factor_key)) return {};
  CZIP_TRY_ASSIGN(const Dyadic factor, metadata_.real(factor_key));
  if (factor.mantissa != 0) result_.rotary.divisors.assign(result_.config.rotary / 2, factor);
  return {};
}

// Those of Llama 3: a number for each pair.
Status Reader::read_divisors() {
  if (tensors_.find(kRotaryDivisors) == nullptr) return {};
  const std::array<std::uint64_t, 1> shape{result_.config.rotary / 2};
  CZIP_TRY_ASSIGN(const Tensor* const tensor, tensors_.require(kRotaryDivisors, shape));
  if (!result_.rotary.divisors.empty())
    return fail(ErrorCode::unsupported, "the model scales its rotary positions twice");
  DyadicRow row;
  CZIP_TRY(read_row(*tensor, 0, row));
  for (const std::int64_t mantissa : row.mantissas)
    result_.rotary.divisors.push_back({mantissa, row.exponent});
  return {};
}

Result<Architecture> Reader::read() {
  CZIP_TRY(read_kind());
  CZIP_TRY(read_sizes());
  CZIP_TRY(read_heads());
  CZIP_TRY(read_vocabulary());
  CZIP_TRY(check_shape(result_.config));
  CZIP_TRY(read_epsilon());
  if (result_.family == Family::llama) CZIP_TRY(read_rotary());
  return std::move(result_);
}

}  // namespace

void set_gpt2(Architecture& architecture) {
  architecture.family = Family::gpt2;
  architecture.activation = Activation::gelu_tanh;
  architecture.config.biases = llm::kAllBiases;
  architecture.config.rotary = 0;
}

void derive_sizes(Architecture& architecture) {
  constexpr std::uint32_t kMultiple = Limits::kFeedForwardMultiple;
  llm::Config& c = architecture.config;
  c.feed_forward = (architecture.feed_forward + kMultiple - 1) / kMultiple * kMultiple;
  const bool is_llama = architecture.family == Family::llama;
  c.kept = is_llama ? std::min(kKept, c.context / llm::kKeptDivisor) : 0;
  c.gated = is_llama ? 1 : 0;
  c.block = block_of(std::max(c.feed_forward, 1U), Limits::kBlock);
}

Result<std::uint64_t> fixed_epsilon(const Dyadic& real, std::uint32_t width) {
  constexpr int kSquaredUnitBits = 32;  // a residual's unit is 2^-16
  constexpr int kBits = 40;
  constexpr int kLongest = 62;
  DyadicRow row{{real.mantissa}, real.exponent};
  limit_mantissas(row, kBits);
  const std::int64_t product = row.mantissas[0] * std::int64_t{width};
  const int shift = row.exponent + kSquaredUnitBits;
  if (product < 0 || shift > 0)
    return fail(ErrorCode::unsupported, "epsilon of the norms is negative or large");
  return static_cast<std::uint64_t>(shift_right_rne(product, std::min(-shift, kLongest)));
}

Status check_shape(const llm::Config& c) {
  const auto refuse = [](const std::string& what) {
    return fail(ErrorCode::unsupported, "the model has " + what);
  };
  if (c.vocabulary < 2) return refuse("fewer than 2 tokens");
  if (c.width == 0 || c.width % Limits::kMultiple != 0)
    return refuse(std::to_string(c.width) + " elements, no multiple of 16");
  if (c.layers == 0) return refuse("no layers");
  if (c.feed_forward == 0) return refuse("no feed-forward");
  if (c.heads % c.kv_heads != 0) return refuse("heads that do not share keys evenly");
  if (c.head_size == 0 || c.head_size % Limits::kMultiple != 0)
    return refuse("heads of " + std::to_string(c.head_size) + " elements, no multiple of 16");
  if (c.head_size > Limits::kHeadSize)  // where it is not stated, but follows from the width
    return refuse("heads of " + std::to_string(c.head_size) + " elements, more than 256");
  if (c.context < Limits::kLeastWindow) return refuse("fewer than 16 positions");
  return {};
}

Status check_rotary(const llm::Config& c) {
  if (c.rotary != 0 && c.rotary % 2 == 0 && c.rotary <= c.head_size) return {};
  return fail(ErrorCode::unsupported, "the model has " + std::to_string(c.rotary) +
                                          " rotated elements in a head of " +
                                          std::to_string(c.head_size));
}

Result<Architecture> read_architecture(const gguf::Metadata& metadata, const TensorSet& tensors) {
  return Reader(metadata, tensors).read();
}

}  // namespace czip::importer

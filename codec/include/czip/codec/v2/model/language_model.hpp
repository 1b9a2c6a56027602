// The public language model that a model file may have beside its own predictor's parts: network
// and tokenizer (conformance/czip-network-llm.md, conformance/czip-tokenizer-llm.md).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/v2/coding/code_tree.hpp"
#include "czip/codec/v2/model/network.hpp"
#include "czip/engine/llm/network.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/simd.hpp"
#include "czip/tokenizer/llm/tokenizer.hpp"

namespace czip::v2 {

inline constexpr std::string_view kLlmTokenizerPrefix = "llm_tokenizer.";
// The prior: tokens of a text that every block is coded after, as if it had had them itself.
inline constexpr std::string_view kLlmPriorTensor = "llm_prior.tokens";
inline constexpr std::size_t kMaxLlmPriorTokens = std::size_t{1} << 20;

[[nodiscard]] bool is_language_model_tensor(std::string_view name);

struct LanguageModel {
  llm::Tokenizer tokenizer;
  llm::Network network;
  std::vector<TokenId> silent;  // ids without bytes, ascending: they never come from text
  TokenId first_token = 0;      // what the network reads before a stream's first token
  std::vector<TokenId> prior;   // at most kMaxLlmPriorTokens, none of them silent; empty: none
};

// The language model in the file's tensors, whose weights are used where they are: `file`'s buffer
// must outlive it. `tree` plays no part. Errors: corrupt, unsupported, out_of_memory, and those of
// Network::create.
Result<LanguageModel> load_language_model(const safetensors::File& file, const CodeTree& tree,
                                          SimdLevel simd);

using LanguageModelCache = PartCache<LanguageModel>;

}  // namespace czip::v2

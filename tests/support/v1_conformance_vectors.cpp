#include "support/v1_conformance_vectors.hpp"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <stdexcept>
#include <string_view>

#include "czip/base/little_endian.hpp"
#include "czip/codec/v1/codec.hpp"
#include "czip/engine/v1/network.hpp"
#include "czip/engine/v1/output_distribution.hpp"

namespace czip::test {
namespace {

template <class T>
T value_or_throw(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

class Hash {
 public:
  Hash() : state_(XXH3_createState()) { XXH3_64bits_reset(state_.get()); }
  template <class T>
  void add(T value) {
    std::array<std::uint8_t, sizeof(T)> bytes{};
    store_le(bytes.data(), value);
    add_bytes(bytes);
  }
  void add_bytes(std::span<const std::uint8_t> bytes) {
    XXH3_64bits_update(state_.get(), bytes.data(), bytes.size());
  }
  [[nodiscard]] std::string hex() const {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::uint64_t value = XXH3_64bits_digest(state_.get());
    std::string text(16, '0');
    for (auto digit = text.rbegin(); digit != text.rend(); ++digit, value >>= 4)
      *digit = kDigits[value & 15];
    return text;
  }

 private:
  struct Free {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };
  std::unique_ptr<XXH3_state_t, Free> state_;
};

struct ChunkHashes {
  Hash logits;
  Hash frequencies;
};

void hash_chunk(const v1::Model& model, const v1::Network& transformer,
                std::span<const TokenId> tokens, std::uint32_t context, ChunkHashes& hashes) {
  auto state = value_or_throw(v1::InferenceState::create(transformer, {1, context, context}));
  auto distribution = value_or_throw(v1::OutputDistribution::create(transformer));
  std::vector<v1::InputRow> rows;
  TokenId previous = model.first_token;
  for (const TokenId token : tokens) {
    rows.push_back({0, previous});
    previous = token;
  }
  state.reset(0);
  state.forward(rows);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (const std::int32_t logit : state.logits(r)) hashes.logits.add(logit);
    if (r % 16 != 0) continue;
    distribution.assign(state.logits(r));
    for (std::uint32_t symbol = 0; symbol < model.network.vocabulary; ++symbol)
      hashes.frequencies.add(distribution.range(symbol).high);
  }
}

}  // namespace

nlohmann::json compute_vector(const v1::Model& model, const std::string& input,
                              const std::vector<std::uint8_t>& text, int level, v1::Dialect dialect,
                              SimdLevel simd) {
  const auto transformer = value_or_throw(v1::Network::create(model.network, simd, dialect));
  const auto tokens = value_or_throw(
      model.tokenizer.encode({reinterpret_cast<const char*>(text.data()), text.size()}));
  const std::uint32_t context = std::uint32_t{1} << v1::level_context_log2(level);

  Hash token_hash;
  for (const TokenId token : tokens) token_hash.add(token);
  ChunkHashes hashes;
  for (std::size_t begin = 0; begin < tokens.size(); begin += context)
    hash_chunk(
        model, transformer,
        std::span(tokens).subspan(begin, std::min<std::size_t>(context, tokens.size() - begin)),
        context, hashes);
  v1::EncodeOptions options;
  options.level = level;
  options.dialect = dialect;
  options.simd = simd;
  Hash payload_hash;
  payload_hash.add_bytes(value_or_throw(v1::encode_payload(model, text, options)));

  return {{"input", input},
          {"level", level},
          {"dialect", v1::dialect_name(dialect)},
          {"tokens", tokens.size()},
          {"tokens_xxh3", token_hash.hex()},
          {"logits_xxh3", hashes.logits.hex()},
          {"frequencies_xxh3", hashes.frequencies.hex()},
          {"payload_xxh3", payload_hash.hex()}};
}

}  // namespace czip::test

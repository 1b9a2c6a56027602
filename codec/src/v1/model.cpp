#include "czip/codec/v1/model.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v1/codec.hpp"
#include "czip/engine/safetensors/content_hash.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "v1/outer_codec.hpp"

namespace czip::v1 {
namespace {

tl::unexpected<Error> tokenizer_error(const Error& error) {
  return fail(error.code, "tokenizer.data: " + error.message);
}

Result<TokenId> choose_first_token(const Tokenizer& tokenizer) {
  if (Result<TokenId> id = tokenizer.special_token(kFirstTokenName)) return id;
  if (kReferenceFirstToken < tokenizer.vocabulary_size()) return kReferenceFirstToken;
  return fail(ErrorCode::unsupported, "the tokenizer has no " + std::string(kFirstTokenName) +
                                          " and fewer than " +
                                          std::to_string(kReferenceFirstToken + 1) + " ids");
}

Result<Model> assemble(Weights network, Hash128 hash, bool states_hash,
                       std::string_view tokenizer_json) {
  Result<Tokenizer> tokenizer = Tokenizer::from_json(tokenizer_json);
  CZIP_TRY(tokenizer);
  if (tokenizer->vocabulary_size() != network.vocabulary)
    return fail(ErrorCode::model_mismatch,
                "the tokenizer has " + std::to_string(tokenizer->vocabulary_size()) +
                    " ids, but the network " + std::to_string(network.vocabulary));
  CZIP_TRY_ASSIGN(const auto first_token, choose_first_token(*tokenizer));
  return Model{.network = std::move(network),
               .tokenizer = std::move(*tokenizer),
               .hash = hash,
               .states_hash = states_hash,
               .first_token = first_token};
}

}  // namespace

Result<std::string> embedded_tokenizer_json(const Weights& network) {
  const std::optional<OuterCodec> codec = parse_outer_codec(network.tokenizer_codec);
  if (!codec)
    return fail(ErrorCode::unsupported,
                "tokenizer_codec '" + network.tokenizer_codec + "' is neither zstd nor brotli");
  MemorySource source(network.tokenizer_data);
  const Result<std::unique_ptr<OuterDecoder>> decoder = create_outer_decoder(*codec, source);
  if (!decoder) return tokenizer_error(decoder.error());
  std::string json;
  std::array<std::uint8_t, std::size_t{64} << 10> buffer{};
  for (;;) {
    const Result<std::size_t> count = (*decoder)->read(buffer);
    if (!count) return tokenizer_error(count.error());
    if (*count > Tokenizer::kMaxJsonBytes - json.size())
      return fail(ErrorCode::unsupported, "tokenizer.data: more than " +
                                              std::to_string(Tokenizer::kMaxJsonBytes) +
                                              " bytes of JSON");
    std::transform(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*count),
                   std::back_inserter(json),
                   [](std::uint8_t byte) { return static_cast<char>(byte); });
    if (*count < buffer.size()) return json;
  }
}

Result<Model> load_model(std::span<const std::uint8_t> model_file,
                         std::optional<std::string_view> tokenizer_json) try {
  CZIP_TRY_ASSIGN(const auto file, safetensors::File::parse(model_file));
  const Hash128 hash = safetensors::content_hash(file);
  const bool states_hash = safetensors::stated_hash(file).has_value();
  if (states_hash) CZIP_TRY(safetensors::check_stated_hash(file, hash));
  CZIP_TRY_ASSIGN(auto network, load_weights(model_file));
  if (tokenizer_json) return assemble(std::move(network), hash, states_hash, *tokenizer_json);
  if (network.tokenizer_data.empty())
    return fail(ErrorCode::invalid_argument,
                "the model holds no tokenizer.data, and no tokenizer was given");
  CZIP_TRY_ASSIGN(const auto json, embedded_tokenizer_json(network));
  return assemble(std::move(network), hash, states_hash, json);
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory for the model");
}

}  // namespace czip::v1

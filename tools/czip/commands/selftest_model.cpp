#include "commands/selftest_model.hpp"

#include <string>
#include <utility>

#include "base/text.hpp"
#include "czip/codec/signature.hpp"
#include "czip/tokenizer/v1/tokenizer.hpp"

namespace czip::tool {
namespace {

// Tokens: each byte, a few longer ones, and the special ones.
std::string make_tokenizer_json() {
  std::string ranks;
  for (unsigned byte = 0; byte < 256; ++byte) ranks += format("\"\\u%04x\":%u,", byte, byte);
  ranks += R"("th":256,"he":257,"the":258," t":259)";
  return R"({"pat_str":"\\s?\\w+|\\s|[^\\s\\w]+","mergeable_ranks":{)" + ranks +
         R"(},"special_tokens":{"<|bos|>":298,"<|eos|>":299},"explicit_n_vocab":300})";
}

}  // namespace

Result<v1::Model> make_selftest_model() {
  CZIP_TRY_ASSIGN(auto tokenizer, v1::Tokenizer::from_json(make_tokenizer_json()));
  CZIP_TRY_ASSIGN(const auto bos, tokenizer.special_token("<|bos|>"));
  return v1::Model{
      .network = signature_network_v1(), .tokenizer = std::move(tokenizer), .first_token = bos};
}

}  // namespace czip::tool

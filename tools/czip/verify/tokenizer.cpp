#include "czip/tokenizer/v1/tokenizer.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "verify/checks.hpp"

namespace czip::tool {
namespace {

Check failure(std::string name, std::string text) {
  return {std::move(name), Verdict::failure, std::move(text)};
}

// What is wrong with text -> tokens -> text; empty: nothing is.
std::string round_trip_fault(const v1::Tokenizer& tokenizer, std::string_view text) {
  const auto tokens = tokenizer.encode(text);
  if (!tokens) return tokens.error().message;
  std::string back;
  if (const auto decoded = tokenizer.decode(*tokens, back); !decoded)
    return decoded.error().message;
  return back == text ? "" : "the text comes back changed";
}

Check check_vocabulary(const v1::Model& model) {
  const std::size_t size = model.tokenizer.vocabulary_size();
  if (size != model.network.vocabulary)
    return failure("tokenizer vocabulary",
                   format("%zu ids, but the network has %u", size, model.network.vocabulary));
  return {"tokenizer vocabulary", Verdict::ok, format("%zu ids, as many as the network has", size)};
}

Check check_first_token(const v1::Model& model) {
  Check check{.name = "first token"};
  const auto bos = model.tokenizer.special_token("<|bos|>");
  check.values["id"] = model.first_token;
  check.text = format("<|bos|> is id %u, as compress.zip assumes", model.first_token);
  if (!bos) {
    check.verdict = Verdict::warning;
    check.text = format("there is no <|bos|>; chunks begin with id %u", model.first_token);
  } else if (*bos != v1::kReferenceFirstToken) {
    check.verdict = Verdict::warning;
    check.text = format("<|bos|> is id %u; compress.zip assumes %u and would give other files",
                        *bos, v1::kReferenceFirstToken);
  }
  return check;
}

Check check_bytes(const v1::Tokenizer& tokenizer) {
  for (unsigned value = 0; value < 256; ++value) {
    const std::string byte(1, static_cast<char>(value));
    if (const std::string fault = round_trip_fault(tokenizer, byte); !fault.empty())
      return failure("tokenizer bytes", format("byte 0x%02x: ", value) + fault);
  }
  return {"tokenizer bytes", Verdict::ok, "all 256 byte values have tokens and come back"};
}

Check check_tokens(const v1::Tokenizer& tokenizer) {
  std::uint64_t without_bytes = 0;
  std::uint64_t themselves = 0;
  for (TokenId id = 0; id < tokenizer.vocabulary_size(); ++id) {
    const std::string_view bytes = tokenizer.token_bytes(id);
    if (bytes.empty()) {
      ++without_bytes;
      continue;
    }
    if (const std::string fault = round_trip_fault(tokenizer, bytes); !fault.empty())
      return failure("tokenizer tokens", format("token %u: ", id) + fault);
    const auto tokens = tokenizer.encode(bytes);
    if (tokens && *tokens == std::vector<TokenId>{id}) ++themselves;
  }
  return {"tokenizer tokens",
          Verdict::ok,
          format("the bytes of every token come back; %s of %s are coded as that one token",
                 grouped(themselves).c_str(), grouped(tokenizer.vocabulary_size()).c_str()),
          {{"coded_as_themselves", themselves}, {"without_bytes", without_bytes}}};
}

Check check_sample(const v1::Tokenizer& tokenizer) {
  const std::string sample = sample_text();
  if (const std::string fault = round_trip_fault(tokenizer, sample); !fault.empty())
    return failure("tokenizer round trip", fault);
  return {"tokenizer round trip", Verdict::ok,
          format("%zu bytes in many scripts, and not UTF-8, come back", sample.size())};
}

}  // namespace

Checks check_tokenizer(const v1::Model& model) {
  return {check_vocabulary(model), check_first_token(model), check_bytes(model.tokenizer),
          check_tokens(model.tokenizer), check_sample(model.tokenizer)};
}

}  // namespace czip::tool

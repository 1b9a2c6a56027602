#include "czip/tokenizer/v1/tokenizer.hpp"

#include <new>
#include <utility>

#include "v1/tables.hpp"
#include "v1/tokenizer_json.hpp"

namespace czip::v1 {

Tokenizer::Tokenizer(std::unique_ptr<const Tables> tables) : tables_(std::move(tables)) {}
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

// Messages about memory are short enough to need none.
Result<Tokenizer> Tokenizer::from_json(std::string_view json) try {
  CZIP_TRY_ASSIGN(auto description, parse_tokenizer_json(json));
  CZIP_TRY_ASSIGN(auto pattern, Pattern::compile(description.pattern));
  auto vocabulary =
      bpe::Vocabulary::build(description.mergeable, description.special, description.id_count);
  if (!vocabulary)
    return fail(vocabulary.error().code, "tokenizer JSON: " + vocabulary.error().message);
  return Tokenizer(std::make_unique<const Tables>(Tables{
      std::move(*vocabulary), SpecialTokens(std::move(description.special)), std::move(pattern)}));
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "out of memory");
}

std::size_t Tokenizer::vocabulary_size() const { return tables_->vocabulary.id_count(); }

Result<TokenId> Tokenizer::special_token(std::string_view name) const {
  const TokenId id = tables_->special.id_of(name);
  if (id == bpe::kNoTokenId) {
    return fail(ErrorCode::invalid_argument,
                "the tokenizer has no special token " + std::string(name));
  }
  return id;
}

std::string_view Tokenizer::token_bytes(TokenId id) const { return tables_->vocabulary.bytes(id); }

Result<std::vector<TokenId>> Tokenizer::encode(std::string_view text) const try {
  constexpr std::size_t kStep = std::size_t{1} << 16;
  TokenStream stream(*this, text);
  std::vector<TokenId> tokens;
  for (;;) {
    CZIP_TRY_ASSIGN(const auto count, stream.next(kStep, tokens));
    if (count == 0) return tokens;
  }
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "out of memory");
}

Status Tokenizer::decode(std::span<const TokenId> tokens, std::string& out) const try {
  for (const TokenId id : tokens) {
    const std::string_view bytes = token_bytes(id);
    if (bytes.empty()) {
      return fail(ErrorCode::corrupt, "token " + std::to_string(id) + " has no bytes");
    }
    out.append(bytes);
  }
  return {};
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "out of memory");
}

}  // namespace czip::v1

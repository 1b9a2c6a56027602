#include "czip/tokenizer/v2/tokenizer.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <new>
#include <utility>

#include "bpe/merger.hpp"
#include "bpe/vocabulary.hpp"
#include "v2/byte_splitter.hpp"

namespace czip::v2 {

struct Tokenizer::Tables {
  bpe::Vocabulary vocabulary;
};

namespace {

constexpr std::size_t kSingleBytes = Tokenizer::kSingleBytes;

std::string_view as_chars(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string named(std::size_t id) { return "the tokenizer's token " + std::to_string(id); }

// Checks what each token shows by itself.
Status check_sizes(const std::vector<std::string>& tokens) {
  if (tokens.size() < kSingleBytes || tokens.size() > Tokenizer::kMaxTokens) {
    return fail(ErrorCode::corrupt, "the tokenizer has " + std::to_string(tokens.size()) +
                                        " tokens; 256 to 65536 are possible");
  }
  for (std::size_t id = 0; id < kSingleBytes; ++id) {
    if (tokens[id] != std::string(1, static_cast<char>(id))) {
      return fail(ErrorCode::corrupt, named(id) + " is not that single byte");
    }
  }
  for (std::size_t id = kSingleBytes; id < tokens.size(); ++id) {
    const std::size_t size = tokens[id].size();
    if (size < 2 || size > Tokenizer::kMaxTokenBytes) {
      return fail(ErrorCode::corrupt,
                  named(id) + " has " + std::to_string(size) + " bytes; 2 to 64 are possible");
    }
  }
  return {};
}

Status check_distinct(const std::vector<std::string>& tokens) {
  std::vector<std::string_view> sorted(tokens.begin(), tokens.end());
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
    return fail(ErrorCode::corrupt, "two of the tokenizer's tokens have the same bytes");
  }
  return {};
}

bool splits_into_earlier(const bpe::Vocabulary& vocabulary, TokenId id) {
  const std::string_view bytes = vocabulary.bytes(id);
  for (std::size_t left = 1; left < bytes.size(); ++left) {
    if (vocabulary.find(bytes.substr(0, left)) < id && vocabulary.find(bytes.substr(left)) < id) {
      return true;
    }
  }
  return false;
}

Status check_splits(const bpe::Vocabulary& vocabulary) {
  for (std::size_t id = kSingleBytes; id < vocabulary.id_count(); ++id) {
    if (!splits_into_earlier(vocabulary, static_cast<TokenId>(id))) {
      return fail(ErrorCode::corrupt, named(id) + " is not made of two tokens before it");
    }
  }
  return {};
}

// Encodes one text. Most pieces of a text have come before in it, so the tokens of a piece are
// looked for where they came last.
class TextEncoder {
 public:
  TextEncoder(const bpe::Vocabulary& vocabulary, std::string_view text, std::vector<TokenId>& out)
      : text_(text),
        out_(&out),
        merger_(vocabulary),
        mask_(slots_for(text.size()) - 1),
        slots_(mask_ + 1) {}

  void encode() {
    for (std::size_t begin = 0; begin < text_.size();) {
      const std::size_t end = piece_end(text_, begin);
      encode_piece(text_.substr(begin, end - begin));
      begin = end;
    }
  }

 private:
  static constexpr std::size_t kMaxSlots = std::size_t{1} << 15;

  // A piece that came before and where its tokens are.
  struct Known {
    std::string_view piece;
    std::size_t first_token = 0;
    std::size_t token_count = 0;
  };

  static std::size_t slots_for(std::size_t text_size) {
    return std::bit_ceil(std::clamp<std::size_t>(text_size / 8, 1, kMaxSlots));
  }

  void encode_piece(std::string_view piece) {
    Known& known = slots_[std::hash<std::string_view>{}(piece)&mask_];
    const std::size_t first_token = out_->size();
    if (known.piece == piece) {
      for (std::size_t i = 0; i < known.token_count; ++i) {
        out_->push_back((*out_)[known.first_token + i]);
      }
    } else {
      merger_.merge(piece, *out_);
    }
    known = {piece, first_token, out_->size() - first_token};
  }

  std::string_view text_;
  std::vector<TokenId>* out_;
  bpe::Merger merger_;
  std::size_t mask_;
  std::vector<Known> slots_;
};

}  // namespace

Tokenizer::Tokenizer(std::unique_ptr<const Tables> tables) : tables_(std::move(tables)) {}
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

Result<Tokenizer> Tokenizer::create(const std::vector<std::string>& tokens) try {
  Status status = check_sizes(tokens);
  if (status) status = check_distinct(tokens);
  CZIP_TRY(status);

  std::vector<bpe::TokenDefinition> definitions;
  definitions.reserve(tokens.size());
  for (const std::string& token : tokens) {
    definitions.push_back({token, static_cast<TokenId>(definitions.size())});
  }
  Result<bpe::Vocabulary> vocabulary = bpe::Vocabulary::build(definitions, {}, 0);
  if (!vocabulary) {
    return fail(vocabulary.error().code, "the tokenizer's tokens collide in a hash table");
  }
  status = check_splits(*vocabulary);
  CZIP_TRY(status);
  return Tokenizer(std::make_unique<const Tables>(Tables{std::move(*vocabulary)}));
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "out of memory");
}

Result<Tokenizer> Tokenizer::parse(std::span<const std::uint8_t> lengths,
                                   std::span<const std::uint8_t> bytes) try {
  if (lengths.size() > kMaxTokens - kSingleBytes) {
    return fail(ErrorCode::corrupt, "the tokenizer has more than 65536 tokens");
  }
  std::vector<std::string> tokens;
  tokens.reserve(kSingleBytes + lengths.size());
  for (std::size_t byte = 0; byte < kSingleBytes; ++byte) {
    tokens.emplace_back(1, static_cast<char>(byte));
  }
  std::string_view rest = as_chars(bytes);
  for (const std::size_t length : lengths) {
    if (length > rest.size()) {
      return fail(ErrorCode::truncated, named(tokens.size()) + " goes beyond the tokens' bytes");
    }
    tokens.emplace_back(rest.substr(0, length));
    rest.remove_prefix(length);
  }
  if (!rest.empty()) {
    return fail(ErrorCode::corrupt,
                std::to_string(rest.size()) + " bytes are left over behind the tokenizer's tokens");
  }
  return create(tokens);
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "out of memory");
}

std::size_t Tokenizer::vocabulary_size() const { return tables_->vocabulary.id_count(); }

std::string_view Tokenizer::token(TokenId id) const { return tables_->vocabulary.bytes(id); }

std::vector<std::uint8_t> Tokenizer::lengths() const {
  std::vector<std::uint8_t> lengths;
  for (std::size_t id = kSingleBytes; id < vocabulary_size(); ++id) {
    lengths.push_back(static_cast<std::uint8_t>(token(static_cast<TokenId>(id)).size()));
  }
  return lengths;
}

std::vector<std::uint8_t> Tokenizer::bytes() const {
  std::vector<std::uint8_t> bytes;
  for (std::size_t id = kSingleBytes; id < vocabulary_size(); ++id) {
    const std::string_view token_bytes = token(static_cast<TokenId>(id));
    bytes.insert(bytes.end(), token_bytes.begin(), token_bytes.end());
  }
  return bytes;
}

Status Tokenizer::encode(std::span<const std::uint8_t> text, std::vector<TokenId>& out) const {
  const std::size_t before = out.size();
  try {
    TextEncoder(tables_->vocabulary, as_chars(text), out).encode();
  } catch (const std::bad_alloc&) {
    out.resize(before);
    return fail(ErrorCode::out_of_memory, "out of memory");
  }
  return {};
}

}  // namespace czip::v2

#include "tokenizer/source_vocabulary.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>

#include "czip/base/in_quotes.hpp"
#include "czip/base/utf8.hpp"
#include "czip/import/ieee754.hpp"
#include "czip/tokenizer/llm/tokenizer.hpp"

namespace czip::importer {
namespace {

// Those that stand for the byte of their own number.
constexpr bool is_own_byte(unsigned code_point) {
  return (code_point >= 0x21 && code_point <= 0x7e) || (code_point >= 0xa1 && code_point <= 0xac) ||
         (code_point >= 0xae && code_point <= 0xff);
}

// The others in ascending order: the byte that U+0100 stands for, that of U+0101, ...
constexpr std::array<unsigned char, 68> kOtherBytes = [] {
  std::array<unsigned char, 68> bytes{};
  std::size_t count = 0;
  for (unsigned byte = 0; byte < 256; ++byte)
    if (!is_own_byte(byte)) bytes[count++] = static_cast<unsigned char>(byte);
  return bytes;
}();

std::optional<std::string> with_spaces(std::string_view text) {
  if (text.find(' ') != text.npos) return std::nullopt;
  std::string bytes;
  while (!text.empty()) {
    const std::size_t block = text.find(kLowerBlock);
    bytes += text.substr(0, block);
    if (block == text.npos) break;
    bytes += ' ';
    text.remove_prefix(block + kLowerBlock.size());
  }
  return bytes;
}

std::optional<unsigned> hexadecimal_digit(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return std::nullopt;
}

std::optional<std::string> written_bytes(std::string_view text, TokenKind kind, Writing writing) {
  if (kind == TokenKind::byte) return named_byte(text);
  if (writing == Writing::byte_characters) return bytes_of_characters(text);
  if (writing == Writing::lower_block) return with_spaces(text);
  return std::string(text);
}

bool is_one_character(std::string_view bytes) {
  return bytes.size() == utf8_form(static_cast<std::uint8_t>(bytes.front())).length;
}

std::uint64_t pair_key(TokenId left, TokenId right) { return std::uint64_t{left} << 32 | right; }

}  // namespace

std::optional<std::string> named_byte(std::string_view text) {
  if (text.size() != 6 || !text.starts_with("<0x") || text.back() != '>') return std::nullopt;
  const auto high = hexadecimal_digit(text[3]);
  const auto low = hexadecimal_digit(text[4]);
  if (!high || !low) return std::nullopt;
  return std::string(1, static_cast<char>(*high * 16 + *low));
}

std::string byte_name(std::uint32_t byte) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  return {'<', '0', 'x', kDigits[byte >> 4 & 15], kDigits[byte & 15], '>'};
}

std::optional<std::string> bytes_of_characters(std::string_view utf8) {
  if (valid_utf8_prefix(utf8) != utf8.size()) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<std::uint8_t>(utf8[i]);
    unsigned code_point = lead;
    if (lead >= 0xe0) return std::nullopt;
    if (lead >= 0x80)
      code_point = (lead & 0x1fU) << 6 | (static_cast<std::uint8_t>(utf8[i + 1]) & 0x3fU);
    i += lead < 0x80 ? 1 : 2;
    if (is_own_byte(code_point))
      bytes += static_cast<char>(code_point);
    else if (code_point >= 0x100 && code_point - 0x100 < kOtherBytes.size())
      bytes += static_cast<char>(kOtherBytes[code_point - 0x100]);
    else
      return std::nullopt;
  }
  return bytes;
}

Status SourceVocabulary::add(TokenId id, std::string_view text, TokenKind kind) {
  if (text.empty()) return {};
  Token& token = tokens_[id];
  const auto [place, is_new] = ids_.emplace(text, id);
  if (!is_new)
    return fail(ErrorCode::corrupt, "the tokens " + std::to_string(place->second) + " and " +
                                        std::to_string(id) + " are both " + in_quotes(text));
  if (!token.text.empty())
    return fail(ErrorCode::corrupt, "token " + std::to_string(id) + " is " + in_quotes(token.text) +
                                        " and " + in_quotes(text));
  token.text = text;
  if (kind == TokenKind::special) return {};
  auto bytes = written_bytes(text, kind, writing_);
  if (!bytes) return {};
  if (bytes->size() > llm::Tokenizer::kMaxTokenBytes)
    return fail(ErrorCode::unsupported, "token " + std::to_string(id) + " has " +
                                            std::to_string(bytes->size()) +
                                            " bytes; at most 1024 are possible");
  token.kind = kind;
  token.bytes = *std::move(bytes);
  return {};
}

Status SourceVocabulary::add_merge(std::string_view left, std::string_view right) {
  const std::string both = std::string(left).append(right);
  std::array<TokenId, 3> ids{};
  std::size_t count = 0;
  for (const std::string_view text : {left, right, std::string_view(both)}) {
    const auto place = ids_.find(text);
    if (place == ids_.end() || tokens_[place->second].bytes.empty())
      return fail(ErrorCode::corrupt, "there is a merge of " + in_quotes(left) + " and " +
                                          in_quotes(right) + ", but no token " + in_quotes(text));
    ids[count++] = place->second;
  }
  if (merged_.emplace(pair_key(ids[0], ids[1]), ids[2]).second) {
    merges_.push_back(ids[0]);
    merges_.push_back(ids[1]);
  }
  return {};
}

void SourceVocabulary::drop_second_tokens() {
  std::set<std::string_view> known;
  for (const TokenKind kind : {TokenKind::text, TokenKind::byte})
    for (Token& token : tokens_)
      if (token.kind == kind && !known.insert(token.bytes).second) token = {};
}

void SourceVocabulary::give_missing_bytes(std::optional<TokenId> first_token) {
  std::array<bool, kByteValues> has_token{};
  std::vector<TokenId> free;
  for (TokenId id = 0; id < tokens_.size(); ++id) {
    const std::string& bytes = tokens_[id].bytes;
    if (bytes.size() == 1) has_token[static_cast<std::uint8_t>(bytes.front())] = true;
    if (bytes.empty() && id != first_token) free.push_back(id);
  }
  if (static_cast<std::size_t>(std::ranges::count(has_token, false)) > free.size()) return;
  for (std::size_t byte = 0; byte < has_token.size(); ++byte) {
    if (has_token[byte]) continue;
    tokens_[free.back()].bytes.assign(1, static_cast<char>(byte));
    free.pop_back();
  }
}

void SourceVocabulary::drop_unreachable() {
  std::vector<bool> reachable(tokens_.size());
  for (std::size_t i = 0; i < merges_.size(); i += 2) {
    for (const TokenId id : {merges_[i], merges_[i + 1]}) reachable[id] = true;
    reachable[merged_.at(pair_key(merges_[i], merges_[i + 1]))] = true;
  }
  for (std::size_t id = 0; id < tokens_.size(); ++id) {
    Token& token = tokens_[id];
    if (token.kind == TokenKind::text && !reachable[id] && token.bytes.size() > 1 &&
        (writing_ == Writing::byte_characters || !is_one_character(token.bytes)))
      token = {};
  }
}

llm::Description SourceVocabulary::with_merges(llm::Settings settings) {
  settings.merging = llm::Merging::pairs;
  if (!settings.whole_pieces) drop_unreachable();
  llm::Description description = describe(settings);
  description.merges = merges_;
  return description;
}

llm::Description SourceVocabulary::with_scores(llm::Settings settings,
                                               std::span<const std::uint32_t> scores) {
  settings.merging = llm::Merging::tokens;
  llm::Description description = describe(settings);
  // Places from the best score on; equal scores have the same.
  std::vector<std::int32_t> sorted;
  for (const std::uint32_t bits : scores) sorted.push_back(-f32_order(bits));
  std::ranges::sort(sorted);
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  for (const std::uint32_t bits : scores)
    description.order.push_back(static_cast<std::uint32_t>(
        std::ranges::lower_bound(sorted, -f32_order(bits)) - sorted.begin()));
  return description;
}

llm::Description SourceVocabulary::describe(llm::Settings settings) {
  drop_second_tokens();
  give_missing_bytes(settings.first_token);
  llm::Description description;
  settings.vocabulary_size = static_cast<std::uint32_t>(tokens_.size());
  description.config = settings.words();
  for (const Token& token : tokens_) {
    description.lengths.push_back(static_cast<std::uint16_t>(token.bytes.size()));
    description.bytes.insert(description.bytes.end(), token.bytes.begin(), token.bytes.end());
  }
  return description;
}

}  // namespace czip::importer

#include <algorithm>
#include <new>
#include <optional>
#include <utility>

#include "bpe/piece_encoder.hpp"
#include "czip/base/utf8.hpp"
#include "v1/tables.hpp"

namespace czip::v1 {

// The text is cut in four steps, each only as far as the next token needs: at special tokens, into
// runs of UTF-8 and single other bytes, into the pieces of the pattern, and long pieces into
// stretches. All positions are of the whole text.
struct TokenStream::State {
  State(const Tokenizer::Tables& tables_in, std::string_view text_in)
      : tables(tables_in),
        text(text_in),
        encoder(tables_in.vocabulary, bpe::WindowLimits::for_vocabulary(tables_in.vocabulary)) {}

  Status prepare();
  Status fill(std::size_t size, std::vector<TokenId>& out);
  Status advance(std::vector<TokenId>& out);
  void start_run(std::vector<TokenId>& out);
  Status start_piece(std::vector<TokenId>& out);
  Status encode_stretch(std::vector<TokenId>& out);
  void set_aside(std::size_t size, std::vector<TokenId>& out);
  void take_pending(std::size_t max_tokens, std::vector<TokenId>& out);

  const Tokenizer::Tables& tables;
  std::string_view text;
  std::optional<PatternMatcher> matcher;
  bpe::PieceEncoder encoder;

  std::size_t position = 0;             // the tokens of all bytes before it are made
  SpecialTokens::Occurrence special{};  // the next one at or after `position`
  std::size_t run_begin = 0;            // UTF-8 text, what the pattern sees at once
  std::size_t run_end = 0;
  PatternMatcher::Match match{0, 0};  // the next one of the run
  std::size_t piece_end = 0;          // beyond `position` inside a long piece

  // Tokens that were made but are too many for the caller, from `pending_begin` on.
  std::vector<TokenId> pending;
  std::size_t pending_begin = 0;
  std::size_t pending_bytes = 0;

  Status status;  // an error stays: tokens made before it may be lost
};

Status TokenStream::State::prepare() {
  if (matcher) return {};
  CZIP_TRY_ASSIGN(auto created, PatternMatcher::create(tables.pattern, text.size()));
  matcher.emplace(std::move(created));
  special = tables.special.find(text, 0);
  return {};
}

Status TokenStream::State::fill(std::size_t size, std::vector<TokenId>& out) try {
  CZIP_TRY(prepare());
  take_pending(size - out.size(), out);
  while (out.size() < size && position < text.size()) CZIP_TRY(advance(out));
  if (out.size() > size) set_aside(size, out);
  return {};
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "out of memory");  // short enough to need none
}

Status TokenStream::State::advance(std::vector<TokenId>& out) {
  if (position < piece_end) return encode_stretch(out);
  if (position < run_end) return start_piece(out);
  if (position < special.begin) {
    start_run(out);
    return {};
  }
  out.push_back(special.id);
  position += special.size;
  special = tables.special.find(text, position);
  return {};
}

void TokenStream::State::start_run(std::vector<TokenId>& out) {
  const std::size_t size = valid_utf8_prefix(text.substr(position, special.begin - position));
  if (size == 0) {
    out.push_back(tables.vocabulary.byte_token(text[position]));
    ++position;
    return;
  }
  run_begin = position;
  run_end = position + size;
  match = {position, position};
}

Status TokenStream::State::start_piece(std::vector<TokenId>& out) {
  if (position == match.end) {
    CZIP_TRY_ASSIGN(const auto found, matcher->find(text.substr(run_begin, run_end - run_begin),
                                                    position - run_begin));
    match = {run_begin + found.begin, run_begin + found.end};
  }
  // Text that the pattern skips is a piece, too.
  const std::size_t end = position < match.begin ? match.begin : match.end;
  const TokenId whole = tables.vocabulary.find(text.substr(position, end - position));
  if (whole != bpe::kNoTokenId) {
    out.push_back(whole);
    position = end;
    return {};
  }
  piece_end = end;
  return encode_stretch(out);
}

Status TokenStream::State::encode_stretch(std::vector<TokenId>& out) {
  CZIP_TRY_ASSIGN(const auto covered,
                  encoder.encode_front(text.substr(position, piece_end - position), out));
  position += covered;
  return {};
}

void TokenStream::State::set_aside(std::size_t size, std::vector<TokenId>& out) {
  const auto excess = out.begin() + static_cast<std::ptrdiff_t>(size);
  pending.assign(excess, out.end());
  pending_begin = 0;
  pending_bytes = 0;
  for (const TokenId id : pending) pending_bytes += tables.vocabulary.bytes(id).size();
  out.erase(excess, out.end());
}

void TokenStream::State::take_pending(std::size_t max_tokens, std::vector<TokenId>& out) {
  const std::size_t count = std::min(max_tokens, pending.size() - pending_begin);
  const auto begin = pending.begin() + static_cast<std::ptrdiff_t>(pending_begin);
  const auto end = begin + static_cast<std::ptrdiff_t>(count);
  out.insert(out.end(), begin, end);
  for (auto id = begin; id != end; ++id) pending_bytes -= tables.vocabulary.bytes(*id).size();
  pending_begin += count;
}

TokenStream::TokenStream(const Tokenizer& tokenizer, std::string_view text)
    : state_(new (std::nothrow) State(*tokenizer.tables_, text)) {}
TokenStream::TokenStream(TokenStream&&) noexcept = default;
TokenStream& TokenStream::operator=(TokenStream&&) noexcept = default;
TokenStream::~TokenStream() = default;

Result<std::size_t> TokenStream::next(std::size_t max_tokens, std::vector<TokenId>& out) {
  if (!state_) return fail(ErrorCode::out_of_memory, "out of memory");
  const std::size_t before = out.size();
  // No more tokens than bytes can be left, which also keeps the sum below from overflowing.
  const std::size_t wanted = std::min(max_tokens, state_->text.size());
  if (state_->status) state_->status = state_->fill(before + wanted, out);
  if (state_->status) return out.size() - before;
  out.resize(before);
  return error_of(state_->status);
}

std::size_t TokenStream::bytes_consumed() const {
  return state_ ? state_->position - state_->pending_bytes : 0;
}

}  // namespace czip::v1

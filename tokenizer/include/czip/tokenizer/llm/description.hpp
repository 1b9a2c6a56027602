// A tokenizer of a public language model as a model file holds it: numbers and bytes, not trusted.
// conformance/czip-tokenizer-llm.md specifies them as tensors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/tokenizer/token_id.hpp"

namespace czip::llm {

// What merging starts from. The values of all enumerations are the file's.
enum class Start : std::uint8_t {
  bytes = 0,       // the token of each byte
  characters = 1,  // the token of each character, or, where there is none, those of its bytes
};

// Which two neighbours merge, and which first.
enum class Merging : std::uint8_t {
  pairs = 0,   // those listed, in the order of the list
  tokens = 1,  // any that together are a token, in the order of the tokens
};

// How text is cut into pieces that no token crosses; named after the models that began with it.
// In the notation of regular expressions (\p{L} letters, \p{N} numbers, \p{P} punctuation, \s white
// space), of which the first that applies gives the next piece:
enum class Splitting : std::uint8_t {
  none = 0,  // not at all
  // 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
  gpt2 = 1,
  // (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|
  // \s*[\r\n]+|\s+(?!\S)|\s+
  llama3 = 2,
  qwen2 = 3,   // llama3's with \p{N} in place of \p{N}{1,3}
  smollm = 4,  // each \p{N} is a piece; what lies between is cut by gpt2's
  // First [\p{P}$+<=>^~|]+ and what lies between; each cut by gpt2's; of these, \p{N}+ and what
  // lies between; of these, [0-9][0-9][0-9] and what lies between. What llama.cpp does by default.
  llama_cpp = 5,
  lines = 6,  // \n+|[^\n]+
};
inline constexpr std::uint8_t kSplittings = 7;

// The tensor `llm_tokenizer.config`.
struct Settings {
  static constexpr std::size_t kWords = 8;

  std::uint32_t vocabulary_size = 0;  // ids, those without bytes too
  Start start = Start::bytes;
  Merging merging = Merging::pairs;
  Splitting splitting = Splitting::none;
  bool whole_pieces = false;           // a piece that is a token is not merged
  std::optional<TokenId> first_token;  // what the model reads before a text

  [[nodiscard]] std::vector<std::uint32_t> words() const;

  // Errors: unsupported for another version, corrupt for a number of words or a value that is not
  // possible.
  static Result<Settings> parse(const std::vector<std::uint32_t>& words);

  friend bool operator==(const Settings&, const Settings&) = default;
};

struct Description {
  std::vector<std::uint32_t> config;   // Settings
  std::vector<std::uint16_t> lengths;  // of each id's bytes; 0: it never comes from text
  std::vector<std::uint8_t> bytes;     // of all ids, one after another
  std::vector<std::uint32_t> merges;   // left id, right id, left id, ...; for Merging::pairs only
  std::vector<std::uint32_t> order;    // of each id, the least first; for Merging::tokens only

  friend bool operator==(const Description&, const Description&) = default;
};

}  // namespace czip::llm

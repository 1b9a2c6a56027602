#include "support/v1_seeded_tokenizer.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace czip::test {
namespace {

// Written for this purpose.
constexpr std::string_view kSample = R"(
The harbour wakes before the town does. While the streets are still dark the first boats come in, and the
people who wait for them stand close together under the one lamp that works. They talk about the weather,
about prices, about the children, and about who will be on the water tomorrow. When the boats are near enough
they stop talking and begin to pull the ropes, because there is always more work than there are hands.

My grandmother sold fish from that harbour for forty years. She could tell with one look how long a fish had
been out of the water, and she would not sell what she would not eat. The other women thought that she was
too strict with herself, but the cooks of the better houses came to her first. She wrote every sale in a small
book, with a pencil that she kept behind her ear, and in the evening she added the numbers twice. If the two
sums were not the same she added them again until they were. Nothing should be lost, she said, not even a
penny, because what you lose without noticing you will lose again.

I have her books now. There are thirty of them, and they are all written in the same short hand: one letter for
the kind of fish, a number for the weight, another for the price, and sometimes a mark that means the buyer
has not paid yet. It took me a whole winter to learn to read them. At first I saw only letters and numbers. Then
I began to expect what would come next. On Fridays there was more of everything. Before a storm there was
nothing at all, and after it the prices were high for three days. When you know what to expect, the page has
little left to tell you, and that little is the part which is worth writing down.

This is the whole idea of making a text small. A reader who can guess the next word needs only a hint when the
guess is wrong. The better the reader knows the language, the fewer the hints; and two readers who make the
same guesses, in the same order and with the same confidence, can share the hints and nothing else. They have
to agree exactly. If one of them is a little more certain than the other, even once, they will understand the
following hints in different ways, and from there on one of them reads nonsense.

So the two must do the same arithmetic, step by step, with the same rounding. My grandmother would have liked
that. She did not trust a sum that came out differently when another person did it, and she would have asked
why anybody should want a machine that does. The numbers in her books are whole numbers. She sold by the piece
and by the pound, never by the half of a penny, and every sum can still be checked today.
)";

constexpr std::string_view kPattern =
    R"('(?i:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++|\s+(?!\S)|\s+)";

constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// A word of the sample as its current tokens, and how often it occurs.
struct Word {
  std::vector<std::string> tokens;
  std::size_t count;
};

// Runs of letters, each with a space before it: the only pieces that are worth merging.
std::vector<Word> words_of(std::string_view text) {
  std::map<std::string, std::size_t> counts;
  std::string word;
  for (const char c : text) {
    if (is_letter(c)) {
      word += c;
    } else {
      if (!word.empty()) ++counts[" " + word];
      word.clear();
    }
  }
  std::vector<Word> words;
  for (const auto& [spelling, count] : counts) {
    words.push_back({{}, count});
    for (const char c : spelling) words.back().tokens.emplace_back(1, c);
  }
  return words;
}

// The most frequent new concatenation of two neighbours; of equals, the first in byte order.
std::string best_merge(const std::vector<Word>& words,
                       const std::map<std::string, std::uint32_t>& ranks) {
  std::map<std::string, std::size_t> counts;
  for (const Word& word : words)
    for (std::size_t i = 0; i + 1 < word.tokens.size(); ++i)
      counts[word.tokens[i] + word.tokens[i + 1]] += word.count;
  std::string best;
  std::size_t best_count = 0;
  for (const auto& [merged, count] : counts) {
    if (count > best_count && !ranks.contains(merged)) {
      best = merged;
      best_count = count;
    }
  }
  if (best.empty()) throw std::invalid_argument("the sample text has no more pairs to merge");
  return best;
}

void apply_merge(const std::string& merged, std::vector<Word>& words) {
  for (Word& word : words) {
    std::vector<std::string> tokens;
    for (const std::string& token : word.tokens) {
      if (!tokens.empty() && tokens.back() + token == merged)
        tokens.back() = merged;
      else
        tokens.push_back(token);
    }
    word.tokens = tokens;
  }
}

// The JSON spells each byte as the code point of the same number.
std::string as_code_points(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text += c;
    } else {
      text += static_cast<char>(0xc0 | (byte >> 6));
      text += static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  return text;
}

}  // namespace

std::string make_seeded_tokenizer(std::uint32_t merges) {
  std::map<std::string, std::uint32_t> ranks;
  for (std::uint32_t byte = 0; byte < 256; ++byte)
    ranks.emplace(std::string(1, static_cast<char>(byte)), byte);
  std::vector<Word> words = words_of(kSample);
  for (std::uint32_t i = 0; i < merges; ++i) {
    const std::string merged = best_merge(words, ranks);
    ranks.emplace(merged, 256 + i);
    apply_merge(merged, words);
  }

  nlohmann::json json;
  json["name"] = "czip-seeded";
  json["pat_str"] = kPattern;
  for (const auto& [bytes, rank] : ranks) json["mergeable_ranks"][as_code_points(bytes)] = rank;
  json["special_tokens"] = {{"<|bos|>", 256 + merges}, {"<|eos|>", 257 + merges}};
  json["explicit_n_vocab"] = 258 + merges;
  return json.dump();
}

std::vector<std::uint8_t> wrap_in_zstd_frame(const std::string& text) {
  // RFC 8878: magic number; descriptor "single segment, content size in 4 bytes"; one raw last
  // block.
  constexpr std::size_t kMaxBlock = std::size_t{128} * 1024;
  if (text.size() > kMaxBlock) throw std::invalid_argument("text longer than one zstd block");
  const auto size = static_cast<std::uint32_t>(text.size());
  std::vector<std::uint8_t> frame{0x28, 0xb5, 0x2f, 0xfd, 0xa0};
  for (int shift = 0; shift < 32; shift += 8) frame.push_back((size >> shift) & 0xff);
  const std::uint32_t block_header = (size << 3) | 1;
  for (int shift = 0; shift < 24; shift += 8) frame.push_back((block_header >> shift) & 0xff);
  frame.insert(frame.end(), text.begin(), text.end());
  return frame;
}

}  // namespace czip::test

#include "v1/payload.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "czip/base/error.hpp"
#include "czip/base/little_endian.hpp"

namespace czip::tool {
namespace {

constexpr std::size_t kInnerHeader = 12;  // before the chunks' lengths

// A payload taken apart; nothing where its lengths disagree.
struct Chunks {
  std::uint32_t last_tokens = 0;
  std::uint8_t tokenizer = 0;
  std::uint32_t context_log2 = 0;
  std::vector<std::span<const std::uint8_t>> streams;
};

std::optional<Chunks> take_apart(std::span<const std::uint8_t> payload) {
  if (payload.size() < kInnerHeader) return std::nullopt;
  const std::uint64_t count = load_le<std::uint32_t>(payload.data() + 4);
  std::size_t position = kInnerHeader + 2 * count;
  if (payload.size() < position) return std::nullopt;
  Chunks chunks;
  chunks.last_tokens = load_le<std::uint16_t>(payload.data() + 8);
  chunks.tokenizer = payload[10];
  chunks.context_log2 = payload[11] == 0 ? 6 : payload[11];
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t length = load_le<std::uint16_t>(payload.data() + kInnerHeader + 2 * i);
    if (payload.size() - position < length) return std::nullopt;
    chunks.streams.push_back(payload.subspan(position, length));
    position += length;
  }
  if (position != payload.size()) return std::nullopt;
  return chunks;
}

std::optional<std::string> compare_headers(const Chunks& expected, const Chunks& found) {
  const auto differ = [](const char* what, std::uint64_t a, std::uint64_t b) {
    return std::string(what) + ": " + grouped(b) + " instead of " + grouped(a);
  };
  if (expected.context_log2 != found.context_log2)
    return differ("context (log2)", expected.context_log2, found.context_log2);
  if (expected.tokenizer != found.tokenizer)
    return differ("tokenizer id", expected.tokenizer, found.tokenizer);
  if (expected.streams.size() != found.streams.size())
    return differ("chunks", expected.streams.size(), found.streams.size());
  if (expected.last_tokens != found.last_tokens)
    return differ("tokens in the last chunk", expected.last_tokens, found.last_tokens);
  return std::nullopt;
}

}  // namespace

std::optional<PayloadDifference> compare_payloads(std::span<const std::uint8_t> expected,
                                                  std::span<const std::uint8_t> found) {
  const auto ours = take_apart(expected);
  const auto theirs = take_apart(found);
  if (!ours || !theirs) return PayloadDifference{"its lengths contradict each other", 0};
  const std::size_t common = std::min(ours->streams.size(), theirs->streams.size());
  for (std::size_t i = 0; i < common; ++i) {
    const auto a = ours->streams[i];
    const auto b = theirs->streams[i];
    if (std::ranges::equal(a, b)) continue;
    const auto where = static_cast<std::uint64_t>(std::ranges::mismatch(a, b).in1 - a.begin());
    return PayloadDifference{"chunk " + grouped(i + 1) + " of " + grouped(theirs->streams.size()) +
                                 ", from byte " + grouped(where + 1) + " of its " +
                                 grouped(b.size()) + " on",
                             i};
  }
  if (auto difference = compare_headers(*ours, *theirs))
    return PayloadDifference{std::move(*difference), common};
  return std::nullopt;
}

Result<std::optional<int>> level_of(const v1::FileInfo& info, std::uint32_t model_context_log2) {
  for (int level = v1::kMinLevel; level <= v1::kMaxLevel; ++level)
    if (v1::level_context_log2(level) == info.context_log2) return std::optional<int>(level);
  if (info.context_log2 == model_context_log2) return std::optional<int>();
  return fail(ErrorCode::unsupported,
              "its context of 2^" + std::to_string(info.context_log2) +
                  " tokens is neither a level's nor the model's; name another model with -m");
}

}  // namespace czip::tool

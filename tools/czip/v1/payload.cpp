#include "v1/payload.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/text.hpp"
#include "czip/base/error.hpp"
#include "czip/codec/v1/payload.hpp"

namespace czip::tool {
namespace {

std::optional<std::string> compare_headers(const v1::PayloadHeader& expected,
                                           const v1::PayloadHeader& found) {
  const auto differ = [](const char* what, std::uint64_t a, std::uint64_t b) {
    return std::string(what) + ": " + grouped(b) + " instead of " + grouped(a);
  };
  if (expected.context_log2 != found.context_log2)
    return differ("context (log2)", expected.context_log2, found.context_log2);
  if (expected.chunks != found.chunks) return differ("chunks", expected.chunks, found.chunks);
  if (expected.last_chunk_tokens != found.last_chunk_tokens)
    return differ("tokens in the last chunk", expected.last_chunk_tokens, found.last_chunk_tokens);
  return std::nullopt;
}

}  // namespace

std::optional<PayloadDifference> compare_payloads(std::span<const std::uint8_t> expected,
                                                  std::span<const std::uint8_t> found) {
  const auto ours = v1::parse_payload(expected);
  const auto theirs = v1::parse_payload(found);
  for (const auto* parsed : {&ours, &theirs})
    if (!*parsed) return PayloadDifference{parsed->error().message, 0};
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
  if (auto difference = compare_headers(ours->header, theirs->header))
    return PayloadDifference{std::move(*difference), common};
  return std::nullopt;
}

std::optional<int> level_of(const v1::FileInfo& info) {
  for (int level = v1::kMinLevel; level <= v1::kMaxLevel; ++level)
    if (v1::level_context_log2(level) == info.context_log2) return level;
  return std::nullopt;
}

Result<std::optional<int>> level_of(const v1::FileInfo& info, std::uint32_t model_context_log2) {
  if (const auto level = level_of(info)) return level;
  if (info.context_log2 == model_context_log2) return std::optional<int>();
  return fail(ErrorCode::unsupported,
              "its context of 2^" + std::to_string(info.context_log2) +
                  " tokens is neither a level's nor the model's; name another model with -m");
}

}  // namespace czip::tool

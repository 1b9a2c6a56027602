// The tokenizer of the seeded test models: byte pairs learned from a few hundred words in the
// source.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace czip::test {

// Tokenizer JSON: 256 byte tokens, `merges` pairs, <|bos|> and <|eos|>, with ids in this order.
// Throws std::invalid_argument if the sample has fewer pairs to merge.
[[nodiscard]] std::string make_seeded_tokenizer(std::uint32_t merges);

// `text` as a zstd frame of uncompressed blocks, hence the same with every version of zstd.
[[nodiscard]] std::vector<std::uint8_t> wrap_in_zstd_frame(const std::string& text);

}  // namespace czip::test

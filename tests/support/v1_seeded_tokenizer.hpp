// The tokenizer of the seeded test models: byte pairs learned from a few hundred words in the
// source.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace czip::test {

// Tokenizer JSON of 256 byte tokens, `merges` pairs (fewer words than that in the sample: an
// exception),
// <|bos|> and <|eos|>, with the ids in this order.
[[nodiscard]] std::string make_seeded_tokenizer(std::uint32_t merges);

// `text` as a zstd frame of uncompressed blocks, hence the same with every version of zstd.
[[nodiscard]] std::vector<std::uint8_t> wrap_in_zstd_frame(const std::string& text);

}  // namespace czip::test

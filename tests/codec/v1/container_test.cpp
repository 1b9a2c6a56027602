// The headers and the payload of CZIPv1, byte by byte, as czip-v1.md has them.
#include "v1/container.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "czip/codec/v1/payload.hpp"

namespace czip::v1 {
namespace {

using Bytes = std::vector<std::uint8_t>;

// Two chunks, of 64 and 5 tokens, in 3 bytes and 1 byte.
const Bytes kPayload{0xef, 0xbe, 0xad, 0xde,  // hash of the model's path
                     2,    0,    0,    0,     // chunks
                     5,    0,                 // tokens of the last one
                     0,                       // tokenizer
                     6,                       // context, log2
                     3,    0,    1,    0,     // the chunks' lengths
                     10,   11,   12,   20};   // the chunks

Bytes with(Bytes bytes, std::size_t at, std::uint8_t value) {
  bytes.at(at) = value;
  return bytes;
}

std::string refusal(const Bytes& payload, ErrorCode code) {
  const auto parsed = parse_payload(payload);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == code);
  return parsed.error().message;
}

TEST_CASE("the file's header has sixteen bytes") {
  const FileHeader header{
      .outer = OuterCodec::brotli, .text_bytes = 0x01020304, .payload_table_end = 16};
  const Bytes expected{'C', 'Z', 'I', 'P', 'v', '1', 0, 1, 4, 3, 2, 1, 16, 0, 0, 0};
  const auto bytes = serialize(header);
  CHECK(std::equal(bytes.begin(), bytes.end(), expected.begin(), expected.end()));
  const auto parsed = parse_file_header(expected);
  REQUIRE(parsed);
  CHECK(parsed->outer == OuterCodec::brotli);
  CHECK(parsed->text_bytes == 0x01020304);
  CHECK(parsed->payload_table_end == 16);
}

TEST_CASE("the payload's header has twelve bytes, and a stored context of 0 means 64") {
  const PayloadHeader header{
      .model_path_hash = 0xdeadbeef, .chunks = 2, .last_chunk_tokens = 5, .context_log2 = 6};
  const auto bytes = serialize(header);
  CHECK(std::equal(bytes.begin(), bytes.end(), kPayload.begin()));
  CHECK(header.context() == 64);
  CHECK(header.tokens() == 69);
  CHECK(header.table_end() == 16);
  CHECK(header.chunk_tokens(0) == 64);
  CHECK(header.chunk_tokens(1) == 5);
  const auto parsed = parse_payload_header(with(kPayload, 11, 0));
  REQUIRE(parsed);
  CHECK(parsed->context_log2 == 6);
}

TEST_CASE("a payload is parsed into its chunks") {
  const auto payload = parse_payload(kPayload);
  REQUIRE(payload);
  CHECK(payload->header.model_path_hash == 0xdeadbeef);
  REQUIRE(payload->streams.size() == 2);
  CHECK(std::ranges::equal(payload->streams[0], Bytes{10, 11, 12}));
  CHECK(std::ranges::equal(payload->streams[1], Bytes{20}));
}

TEST_CASE("a payload that contradicts itself or ends early is refused") {
  for (std::size_t size = 0; size < kPayload.size(); ++size)
    refusal({kPayload.begin(), kPayload.begin() + static_cast<std::ptrdiff_t>(size)},
            ErrorCode::truncated);
  Bytes longer = kPayload;
  longer.push_back(0);
  CHECK(refusal(longer, ErrorCode::corrupt).find("goes on") != std::string::npos);
  refusal(with(kPayload, 12, 0), ErrorCode::corrupt);       // an empty chunk
  refusal(with(kPayload, 8, 0), ErrorCode::corrupt);        // a last chunk without tokens
  refusal(with(kPayload, 8, 65), ErrorCode::corrupt);       // and one longer than the context
  refusal(with(kPayload, 10, 1), ErrorCode::unsupported);   // another tokenizer
  refusal(with(kPayload, 11, 16), ErrorCode::unsupported);  // a context of 2^16
  refusal(with(kPayload, 7, 0xff), ErrorCode::truncated);   // four billion chunks
}

}  // namespace
}  // namespace czip::v1

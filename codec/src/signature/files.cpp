// Whole blocks and files of both formats. What is written is read again.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "czip/base/little_endian.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/signature.hpp"
#include "czip/codec/v1/arithmetic_coder.hpp"
#include "czip/codec/v1/payload.hpp"
#include "czip/codec/v2/block/block_coder.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/coding/profile.hpp"
#include "czip/codec/v2/model.hpp"
#include "signature/models.hpp"
#include "signature/parts.hpp"
#include "signature/random.hpp"
#include "v1/chunk_encoder.hpp"
#include "v1/container.hpp"
#include "v2/container/repeats.hpp"

namespace czip::signature {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr v1::Dialect kDialect = v1::Dialect::rust;
constexpr std::uint32_t kContextLog2 = 6;
constexpr TokenId kFirstToken = 298;

Status changed(const std::string& what) {
  return fail(ErrorCode::internal, what + " does not decode to what was encoded");
}

void append(Bytes& out, std::span<const std::uint8_t> bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

// A CZIPv1 file without the outer codec. One token stands for one byte of text.
Result<Bytes> encode_v1(const v1::Network& network, std::span<const TokenId> tokens) {
  constexpr std::uint32_t kContext = std::uint32_t{1} << kContextLog2;
  CZIP_TRY_ASSIGN(auto encoder, v1::ChunkEncoder::create(network, kContext, kFirstToken));
  const std::size_t most = std::size_t{kContext} * v1::encoder_chunks(kContext);
  Bytes sizes;
  Bytes streams;
  v1::PayloadHeader header{.model_path_hash = 0x12345678, .context_log2 = kContextLog2};
  v1::EncodedChunks chunks;
  for (std::size_t begin = 0; begin < tokens.size(); begin += most) {
    encoder.encode(tokens.subspan(begin, std::min(most, tokens.size() - begin)), chunks);
    for (const std::uint32_t size : chunks.sizes) {
      sizes.resize(sizes.size() + sizeof(std::uint16_t));
      store_le(&sizes[sizes.size() - sizeof(std::uint16_t)], static_cast<std::uint16_t>(size));
      ++header.chunks;
    }
    append(streams, chunks.bytes);
  }
  header.last_chunk_tokens = static_cast<std::uint32_t>((tokens.size() - 1) % kContext) + 1;
  const v1::FileHeader file{.text_bytes = static_cast<std::uint32_t>(tokens.size()),
                            .payload_table_end = static_cast<std::uint32_t>(header.table_end())};
  Bytes bytes;
  append(bytes, v1::serialize(file));
  append(bytes, v1::serialize(header));
  append(bytes, sizes);
  append(bytes, streams);
  return bytes;
}

Status decode_v1(const v1::Network& network, std::span<const std::uint8_t> file,
                 std::span<const TokenId> tokens) {
  CZIP_TRY_ASSIGN(const auto header, v1::parse_file_header(file.first(v1::kFileHeaderBytes)));
  CZIP_TRY_ASSIGN(const auto payload, v1::parse_payload(file.subspan(v1::kFileHeaderBytes)));
  CZIP_TRY(v1::check_agreement(payload.header, header));
  CZIP_TRY_ASSIGN(auto state,
                  v1::InferenceState::create(network, {1, payload.header.context(), 1}));
  CZIP_TRY_ASSIGN(auto distribution, v1::OutputDistribution::create(network));
  std::size_t position = 0;
  for (std::uint32_t chunk = 0; chunk < payload.header.chunks; ++chunk) {
    state.reset(0);
    v1::ArithmeticDecoder decoder(payload.streams[chunk]);
    v1::InputRow row{0, kFirstToken};
    for (std::uint32_t i = 0; i < payload.header.chunk_tokens(chunk); ++i) {
      state.forward({&row, 1});
      distribution.assign(state.logits(0));
      const auto found = distribution.find(decoder.decode_target(distribution.total()));
      decoder.consume(found.range, distribution.total());
      if (found.symbol != tokens[position++]) return changed("a v1 chunk");
      row.token = found.symbol;
    }
    if (!decoder.at_exact_end()) return changed("the end of a v1 chunk");
  }
  return {};
}

struct ModelFile {
  Bytes bytes;  // which the model refers to
  v2::Model model;
};

Result<ModelFile> make_parsed_model(bool language_model = false) {
  CZIP_TRY_ASSIGN(auto bytes, make_model_v2(language_model));
  CZIP_TRY_ASSIGN(auto model, v2::Model::parse(bytes));
  return ModelFile{std::move(bytes), std::move(model)};
}

Status add_block(const v2::Model& model, const v2::BlockSettings& settings,
                 std::span<const std::uint8_t> text, v2::BlockCoder& coder, Hasher& hasher) {
  CZIP_TRY_ASSIGN(const auto block, coder.encode(model, settings, text));
  hasher.add_bytes(block.payload);
  hasher.add(block.final_range);
  Bytes back(text.size());
  CZIP_TRY(coder.decode(model, settings, block.payload, block.final_range, back));
  if (!std::ranges::equal(back, text)) return changed("a v2 block");
  return {};
}

Status add_file(const v2::Model& model, std::span<const std::uint8_t> text,
                v2::EncodeOptions options, Hasher& hasher) {
  options.threads = 1;
  MemorySink file;
  CZIP_TRY(v2::encode(model, text, file, options));
  hasher.add_bytes(file.bytes());
  v2::DecodeOptions decode;
  decode.threads = 1;
  decode.simd = options.simd;
  MemorySource source(file.bytes());
  MemorySink back;
  CZIP_TRY(v2::decode(model, source, back, decode));
  if (!std::ranges::equal(back.bytes(), text)) return changed("a v2 file");
  return {};
}

// With places in it that pass for calls.
Bytes make_code(std::size_t bytes) {
  constexpr std::size_t kCallEvery = 50;
  Bytes code = make_text(bytes);
  for (std::size_t at = 0; at + kCallEvery <= bytes; at += kCallEvery) {
    code[at] = 0xe8;
    code[at + 4] = at % 100 == 0 ? 0x00 : 0xff;
  }
  return code;
}

}  // namespace

Status add_files_v1(SimdLevel level, Hasher& hasher) {
  const v1::Weights weights = signature_network_v1();
  CZIP_TRY_ASSIGN(const auto network, v1::Network::create(weights, level, kDialect));
  Random random(9);
  for (const std::size_t size : {std::size_t{1}, std::size_t{64}, std::size_t{200}}) {
    const auto tokens = random.vector<TokenId>(size, 0, weights.vocabulary - 1);
    CZIP_TRY_ASSIGN(const auto file, encode_v1(network, tokens));
    hasher.add_bytes(file);
    CZIP_TRY(decode_v1(network, file, tokens));
  }
  return {};
}

Status add_blocks_v2(SimdLevel level, Hasher& hasher) {
  CZIP_TRY_ASSIGN(const auto file, make_parsed_model());
  const Bytes text = make_text(3000);
  v2::BlockCoder coder(level);
  for (std::uint8_t profile = 0; profile <= v2::kMaxProfile; ++profile)
    for (const std::uint8_t streams_log2 : {std::uint8_t{0}, std::uint8_t{2}})
      for (const bool network : {false, true}) {
        if (network && profile < v2::kFirstNetworkProfile) continue;
        CZIP_TRY(add_block(file.model, {profile, streams_log2, network}, text, coder, hasher));
      }
  return add_block(file.model, {.profile = 1, .x86 = true}, make_code(3000), coder, hasher);
}

// Words come again and are expected; bytes of any value are searched for.
Status add_blocks_llm(SimdLevel level, Hasher& hasher) {
  CZIP_TRY_ASSIGN(const auto file, make_parsed_model(true));
  const std::string sample = make_sample();
  v2::BlockCoder coder(level);
  for (const Bytes& text : {make_text(1500), Bytes(sample.begin(), sample.begin() + 700)})
    for (const std::uint8_t streams_log2 : {std::uint8_t{0}, std::uint8_t{2}}) {
      const v2::BlockSettings settings{.streams_log2 = streams_log2, .language_model = true};
      CZIP_TRY(add_block(file.model, settings, text, coder, hasher));
    }
  return {};
}

Status add_files_v2(SimdLevel level, Hasher& hasher) {
  CZIP_TRY_ASSIGN(const auto file, make_parsed_model());
  for (const int coding_level : {v2::kMinLevel, v2::kDefaultLevel, v2::kMaxLevel})
    CZIP_TRY(add_file(file.model, make_text(1000), {.level = coding_level, .simd = level}, hasher));
  CZIP_TRY(add_file(file.model, {}, {.simd = level}, hasher));
  Random random(10);
  const auto noise = random.vector<std::uint8_t>(1000, 0, 255);
  CZIP_TRY(add_file(file.model, noise, {.simd = level}, hasher));
  CZIP_TRY(add_file(file.model, make_code(20'000), {.simd = level}, hasher));
  CZIP_TRY(
      add_file(file.model, v2::repeat_pattern(make_text(600), 70'000), {.simd = level}, hasher));
  // Two blocks, with headers and a seek table.
  v2::EncodeOptions options{.level = v2::kMinLevel, .simd = level};
  options.block_bytes = v2::kMinBlockBytes;
  options.archive = true;
  return add_file(file.model, make_text(v2::kMinBlockBytes + 5000), options, hasher);
}

}  // namespace czip::signature

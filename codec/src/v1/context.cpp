#include "czip/codec/v1/context.hpp"

#include <new>
#include <utility>

#include "v1/context_state.hpp"
#include "v1/decode.hpp"
#include "v1/encode.hpp"

namespace czip::v1 {

Result<const Network*> ContextState::network(SimdLevel simd, Dialect dialect) {
  for (const PackedNetwork& packed : networks_)
    if (packed.simd == simd && packed.dialect == dialect) return packed.network.get();
  CZIP_TRY_ASSIGN(auto network, Network::create(model_->network, simd, dialect));
  networks_.push_back({simd, dialect, std::make_unique<const Network>(std::move(network))});
  return networks_.back().network.get();
}

std::vector<std::unique_ptr<ChunkEncoder>>& ContextState::encoders(const Network& network,
                                                                   std::uint32_t context,
                                                                   unsigned threads) {
  if (encoder_network_ != &network || encoder_context_ != context) {
    encoders_.clear();
    encoder_network_ = &network;
    encoder_context_ = context;
  }
  if (encoders_.size() < threads) encoders_.resize(threads);
  return encoders_;
}

std::vector<std::unique_ptr<ChunkDecoder>>& ContextState::decoders(const Network& network,
                                                                   std::uint32_t context,
                                                                   std::uint32_t group_chunks,
                                                                   unsigned threads) {
  if (decoder_network_ != &network || decoder_context_ < context || decoder_group_ < group_chunks) {
    decoders_.clear();
    decoder_network_ = &network;
    decoder_context_ = context;
    decoder_group_ = group_chunks;
  }
  if (decoders_.size() < threads) decoders_.resize(threads);
  return decoders_;
}

Context::Context(const Model& model) : state_(std::make_unique<ContextState>(model)) {}
Context::Context(Context&&) noexcept = default;
Context& Context::operator=(Context&&) noexcept = default;
Context::~Context() = default;

Result<CodingReport> Context::encode(std::span<const std::uint8_t> text, ByteSink& out,
                                     const EncodeOptions& options) try {
  return encode_with(*state_, text, out, options);
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory to encode");
}

Result<std::vector<std::uint8_t>> Context::encode_payload(std::span<const std::uint8_t> text,
                                                          const EncodeOptions& options,
                                                          CodingReport* report) try {
  return encode_payload_with(*state_, text, options, report);
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory to encode");
}

Result<CodingReport> Context::decode(RewindableSource& in, RewindableSink& out,
                                     const DecodeOptions& options) try {
  return decode_with(*state_, in, out, options);
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory to decode");
}

Result<CodingReport> encode(const Model& model, std::span<const std::uint8_t> text, ByteSink& out,
                            const EncodeOptions& options) try {
  return Context(model).encode(text, out, options);
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory to encode");
}

Result<std::vector<std::uint8_t>> encode_payload(const Model& model,
                                                 std::span<const std::uint8_t> text,
                                                 const EncodeOptions& options,
                                                 CodingReport* report) try {
  return Context(model).encode_payload(text, options, report);
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory to encode");
}

Result<CodingReport> decode(const Model& model, RewindableSource& in, RewindableSink& out,
                            const DecodeOptions& options) try {
  return Context(model).decode(in, out, options);
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory to decode");
}

}  // namespace czip::v1

#include "v1/outer_codec.hpp"

namespace czip::v1 {

std::string_view outer_codec_name(OuterCodec codec) {
  return codec == OuterCodec::zstd ? "zstd" : "brotli";
}

std::optional<OuterCodec> parse_outer_codec(std::string_view name) {
  if (name == "zstd") return OuterCodec::zstd;
  if (name == "brotli") return OuterCodec::brotli;
  return std::nullopt;
}

Result<std::unique_ptr<OuterEncoder>> create_outer_encoder(OuterCodec codec,
                                                           std::uint64_t payload_bytes,
                                                           ByteSink& out) {
  return codec == OuterCodec::zstd ? create_zstd_encoder(payload_bytes, out)
                                   : create_brotli_encoder(payload_bytes, out);
}

Result<std::unique_ptr<OuterDecoder>> create_outer_decoder(OuterCodec codec, ByteSource& in) {
  return codec == OuterCodec::zstd ? create_zstd_decoder(in) : create_brotli_decoder(in);
}

}  // namespace czip::v1

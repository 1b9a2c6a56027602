// What the stages of blocks with and without a language model have in common.
#pragma once

#include <array>
#include <cstdio>
#include <span>
#include <stdexcept>
#include <string>

#include "czip/base/little_endian.hpp"
#include "czip/codec/v2/block/block_coder.hpp"
#include "czip/codec/v2/coding/mixer.hpp"
#include "support/results.hpp"
#include "support/v2_stages.hpp"
#include "v2/block/payload.hpp"
#include "v2/coding/range_coder.hpp"
#include "v2/container/container.hpp"
#include "v2/container/hashing.hpp"

namespace czip::test {

inline std::string hex(std::uint64_t value, int digits) {
  std::array<char, 20> text{};
  std::snprintf(text.data(), text.size(), "%0*llx", digits, static_cast<unsigned long long>(value));
  return text.data();
}

// XXH3-64 of numbers as unsigned ones of this size, little-endian.
template <class Unsigned = std::uint32_t, class Numbers>
std::string hash_of(const Numbers& numbers) {
  Bytes bytes(sizeof(Unsigned) * numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i)
    store_le(&bytes[sizeof(Unsigned) * i], static_cast<Unsigned>(numbers[i]));
  return hex(v2::hash64(bytes), 16);
}

// What a mixer was given and gave.
inline void add_mixer(const v2::Mixer& mixer, std::size_t selectors, Json& decision) {
  const v2::Mixer::Trace trace = mixer.trace();
  decision["inputs"] = trace.inputs;
  decision["sets"] = std::span(trace.sets).first(selectors);
  decision["outputs"] = trace.outputs;
  decision["second_set"] = trace.final_set;
  decision["output"] = mixer.output();
}

// The decoder's side of the range coder, which czip's decoder must agree with.
class CoderState {
 public:
  explicit CoderState(std::span<const std::uint8_t> payload)
      : payload_(payload), decoder_(payload) {
    for (int i = 0; i < 4; ++i) take_byte();
  }
  void add_to(Json& decision) const {
    decision["range"] = hex(range_, 8);
    decision["code"] = hex(code_, 8);
  }
  void decode(bool bit, std::uint32_t p) {
    const std::uint32_t bound = v2::range_of_one(range_, p);
    if (bit != (code_ < bound) || bit != decoder_.decode(p))
      throw std::runtime_error("the payload has another bit");
    if (!bit) code_ -= bound;
    range_ = bit ? bound : range_ - bound;
    while (range_ < v2::kNormalizeBelow) {
      range_ <<= 8;
      take_byte();
    }
    if (range_ != decoder_.range()) throw std::runtime_error("the range is another one");
  }

 private:
  void take_byte() {
    code_ = code_ << 8 | (at_ < payload_.size() ? payload_[at_] : 0u);
    ++at_;
  }

  std::span<const std::uint8_t> payload_;
  v2::RangeDecoder decoder_;
  std::size_t at_ = 0;
  std::uint32_t range_ = v2::kInitialRange;
  std::uint32_t code_ = 0;
};

struct CodedFrame {
  v2::CompactHeader header;
  std::span<const std::uint8_t> payload;
};

inline CodedFrame coded_frame(std::span<const std::uint8_t> file) {
  Bytes read;
  CodedFrame frame;
  frame.header = value_of(v2::parse_compact_header(file, read));
  if (frame.header.stored) throw std::runtime_error("the frame is stored");
  frame.payload = file.subspan(read.size() + frame.header.check_bytes());
  return frame;
}

// Without the number of tokens.
inline std::span<const std::uint8_t> coder_bytes(const CodedFrame& frame) {
  return frame.payload.subspan(frame.header.settings.streams_log2 > 0 ? v2::kTokenCountBytes : 0);
}

inline Bytes text_of(const v2::Model& model, const CodedFrame& frame) {
  Bytes text(frame.header.text_bytes);
  insist(v2::decode_block(model, frame.header.settings, SimdLevel::scalar, frame.payload,
                          v2::kUnknownRange, text));
  return text;
}

// Of a frame that a language model codes.
[[nodiscard]] Json language_model_stages_v2(const v2::Model& model, const CodedFrame& frame,
                                            std::size_t decisions, SimdLevel simd);

}  // namespace czip::test

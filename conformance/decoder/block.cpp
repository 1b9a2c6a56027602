#include "block.hpp"

#include <algorithm>

namespace reference {
namespace {

class RangeDecoder {
 public:
  RangeDecoder(const std::uint8_t* begin, const std::uint8_t* end)
      : begin_(begin), next_(begin), end_(end) {
    for (int i = 0; i < 4; ++i) take_byte();
  }

  bool decode(std::uint32_t p) {
    const auto bound = static_cast<std::uint32_t>(std::uint64_t{range_} * p >> kProbabilityBits);
    const bool bit = code_ < bound;
    if (bit) {
      range_ = bound;
    } else {
      code_ -= bound;
      range_ -= bound;
    }
    while (range_ < 1u << 24) {
      range_ <<= 8;
      take_byte();
    }
    return bit;
  }

  [[nodiscard]] std::uint32_t range() const { return range_; }
  [[nodiscard]] std::uint32_t code() const { return code_; }
  // Whether an encoder that stops here writes exactly the bytes that were read.
  [[nodiscard]] bool ends_here() const {
    const std::uint64_t low = last_four_ - code_;  // modulo 2^32
    std::uint64_t last = low;
    for (int zeros = 32; zeros > 0; zeros -= 8) {
      last = ((low + (std::uint64_t{1} << zeros) - 1) >> zeros) << zeros;
      if (last < low + range_) break;
      last = low;
    }
    const bool shortest = past_end_ == 4 || (begin_ != end_ && end_[-1] != 0);
    return next_ == end_ && shortest && static_cast<std::uint32_t>(last) == last_four_;
  }

 private:
  void take_byte() {
    if (next_ == end_) require(++past_end_ <= 4, "a block's payload ends long before its text");
    const std::uint32_t byte = past_end_ > 0 ? 0u : *next_++;
    code_ = code_ << 8 | byte;
    last_four_ = last_four_ << 8 | byte;
  }

  const std::uint8_t* begin_;
  const std::uint8_t* next_;
  const std::uint8_t* end_;
  int past_end_ = 0;  // zeros read after the end
  std::uint32_t range_ = 0xffffffff;
  std::uint32_t code_ = 0;
  std::uint32_t last_four_ = 0;  // bytes read
};

class BlockDecoder {
 public:
  BlockDecoder(const Model& model, Predictor& predictor, RangeDecoder& coder, Observer* observer)
      : model_(&model), predictor_(&predictor), coder_(&coder), observer_(observer) {}

  // Decodes one token of a stream, `position` in the block.
  std::uint16_t decode_token(Stream& stream, std::size_t position) {
    predictor_->begin_token(stream);
    if (observer_ != nullptr) observer_->begin_token(position, stream, *predictor_);
    while (!predictor_->decided()) {
      const std::uint32_t p = predictor_->predict();
      if (observer_ != nullptr)
        observer_->predicted(*predictor_, p, coder_->range(), coder_->code());
      const bool bit = coder_->decode(p);
      if (observer_ != nullptr) observer_->decoded(bit);
      predictor_->learn_bit(bit);
    }
    const std::uint32_t rank = predictor_->rank();
    const std::uint16_t token = model_->order[rank];
    if (observer_ != nullptr) observer_->end_token(token, rank);
    predictor_->end_token(model_->tokens[token]);
    return token;
  }

 private:
  const Model* model_;
  Predictor* predictor_;
  RangeDecoder* coder_;
  Observer* observer_;
};

void append_token(Bytes& text, const std::string& token, std::size_t text_bytes) {
  require(token.size() <= text_bytes - text.size(),
          "a block's tokens make more bytes than its text has");
  text.insert(text.end(), token.begin(), token.end());
}

// Section 1, "x86 branches": from the first place on, the reverse of the writer's order.
void undo_x86_branches(Bytes& text) {
  for (std::size_t i = 0; i + 5 <= text.size(); ++i) {
    if ((text[i] & 0xfe) != 0xe8 || (text[i + 4] != 0x00 && text[i + 4] != 0xff)) continue;
    const std::uint64_t number = integer_at(&text[i + 1], 3) - i;  // modulo 2^24
    for (std::size_t k = 0; k < 3; ++k)
      text[i + 1 + k] = static_cast<std::uint8_t>(number >> 8 * k);
  }
}

}  // namespace

Bytes decode_block(const Model& model, const Settings& settings, const std::uint8_t* payload,
                   std::size_t payload_bytes, std::uint32_t final_range, std::size_t text_bytes,
                   Observer* observer) {
  require(!settings.network || model.network,
          "a block was coded with a network, and the model has none");
  require(!settings.network || kProfiles[settings.profile].network,
          "a block has a network in a profile that takes none");
  const std::uint8_t* begin = payload;
  std::size_t token_count = 0;
  if (settings.streams > 1) {
    require(payload_bytes >= 4, "a block's payload is cut");
    token_count = static_cast<std::size_t>(integer_at(payload, 4));
    require(token_count <= text_bytes, "a block has more tokens than bytes");
    begin += 4;
  }
  RangeDecoder coder(begin, payload + payload_bytes);
  Predictor predictor(model, settings.profile, settings.network, text_bytes);
  if (observer != nullptr) observer->begin_block(settings);
  BlockDecoder decoder(model, predictor, coder, observer);
  std::vector<Stream> streams(settings.streams);
  for (std::size_t s = 0; s < streams.size(); ++s) streams[s].number = s;

  Bytes text;
  if (streams.size() == 1) {
    for (std::size_t i = 0; text.size() < text_bytes; ++i)
      append_token(text, model.tokens[decoder.decode_token(streams[0], i)], text_bytes);
  } else {
    const std::size_t length = (token_count + streams.size() - 1) / streams.size();
    std::vector<std::uint16_t> tokens(token_count);
    for (std::size_t i = 0; i < length; ++i)
      for (std::size_t s = 0; s < streams.size(); ++s)
        if (s * length + i < token_count)
          tokens[s * length + i] = decoder.decode_token(streams[s], s * length + i);
    for (const std::uint16_t token : tokens) append_token(text, model.tokens[token], text_bytes);
  }
  require(text.size() == text_bytes, "a block's tokens make fewer bytes than its text has");
  require(coder.ends_here() && (final_range == kAnyRange || final_range == coder.range()),
          "a block's payload does not end where its text does");
  if (settings.x86_branches) undo_x86_branches(text);
  return text;
}

}  // namespace reference

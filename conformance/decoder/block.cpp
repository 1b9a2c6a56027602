#include "block.hpp"

#include <algorithm>

#include "range_decoder.hpp"

namespace reference {
namespace {

// Of one token that was begun. Both predictors are asked and taught in the same way.
template <class AnyPredictor>
void decode_decisions(AnyPredictor& predictor, RangeDecoder& coder, Observer* observer) {
  while (!predictor.decided()) {
    const std::uint32_t p = predictor.predict();
    if (observer != nullptr) observer->predicted(predictor, p, coder.range(), coder.code());
    const bool bit = coder.decode(p);
    if (observer != nullptr) observer->decoded(bit);
    predictor.learn_bit(bit);
  }
}

// Of a block that the model's own parts code.
class BlockDecoder {
 public:
  BlockDecoder(const Model& model, const Settings& settings, std::size_t text_bytes,
               Observer* observer)
      : model_(&model),
        predictor_(model, settings.profile, settings.network, text_bytes),
        observer_(observer),
        streams_(settings.streams) {
    for (std::size_t s = 0; s < streams_.size(); ++s) streams_[s].number = s;
    if (observer != nullptr) observer->begin_block(settings);
  }

  // Decodes one token of a stream, `position` in the block. Returns its bytes.
  const std::string& decode_token(std::size_t s, std::size_t position, RangeDecoder& coder) {
    Stream& stream = streams_[s];
    predictor_.begin_token(stream);
    if (observer_ != nullptr) observer_->begin_token(position, stream, predictor_);
    decode_decisions(predictor_, coder, observer_);
    const std::uint32_t rank = predictor_.rank();
    const std::uint16_t token = model_->order[rank];
    if (observer_ != nullptr) observer_->end_token(token, rank);
    predictor_.end_token(model_->tokens[token]);
    return model_->tokens[token];
  }

 private:
  const Model* model_;
  Predictor predictor_;
  Observer* observer_;
  std::vector<Stream> streams_;
};

// Of a block that a language model codes: czip-v2-llm-coding.md.
class LanguageBlockDecoder {
 public:
  LanguageBlockDecoder(const llm::LanguageModel& model, const Settings& settings,
                       std::size_t text_bytes, Observer* observer)
      : model_(&model),
        predictor_(model, text_bytes),
        observer_(observer),
        streams_(settings.streams) {
    if (observer != nullptr) observer->begin_block(settings);
  }

  const std::string& decode_token(std::size_t s, std::size_t position, RangeDecoder& coder) {
    llm::TextStream& stream = streams_[s];
    // The prior has the positions before those of the block's own tokens.
    if (stream.tokens == 0) stream.first = model_->prior.size() + position;
    predictor_.begin_token(stream);
    if (observer_ != nullptr) observer_->begin_token(position, s, predictor_);
    decode_decisions(predictor_, coder, observer_);
    if (observer_ != nullptr) observer_->end_token(predictor_.token());
    const std::string& bytes = model_->tokenizer.token(predictor_.token());
    require(!bytes.empty(), "a token without bytes stands for text");
    predictor_.end_token();
    return bytes;
  }

 private:
  const llm::LanguageModel* model_;
  llm::LanguagePredictor predictor_;
  Observer* observer_;
  std::vector<llm::TextStream> streams_;
};

void append_token(Bytes& text, const std::string& token, std::size_t text_bytes) {
  require(token.size() <= text_bytes - text.size(),
          "a block's tokens make more bytes than its text has");
  text.insert(text.end(), token.begin(), token.end());
}

// Section 1: the streams in lockstep. The tokens' bytes live as long as the model.
template <class Decoder>
Bytes decode_tokens(Decoder& decoder, std::size_t streams, std::size_t token_count,
                    std::size_t text_bytes, RangeDecoder& coder) {
  Bytes text;
  if (streams == 1) {
    for (std::size_t i = 0; text.size() < text_bytes; ++i)
      append_token(text, decoder.decode_token(0, i, coder), text_bytes);
    return text;
  }
  const std::size_t length = (token_count + streams - 1) / streams;
  std::vector<const std::string*> tokens(token_count);
  for (std::size_t i = 0; i < length; ++i)
    for (std::size_t s = 0; s < streams; ++s)
      if (s * length + i < token_count)
        tokens[s * length + i] = &decoder.decode_token(s, s * length + i, coder);
  for (const std::string* const token : tokens) append_token(text, *token, text_bytes);
  return text;
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
  require(!settings.language_model || model.language,
          "a block was coded with a language model, and the model has none");
  const std::uint8_t* begin = payload;
  std::size_t token_count = 0;
  if (settings.streams > 1) {
    require(payload_bytes >= 4, "a block's payload is cut");
    token_count = static_cast<std::size_t>(integer_at(payload, 4));
    require(token_count <= text_bytes, "a block has more tokens than bytes");
    begin += 4;
  }
  RangeDecoder coder(begin, payload + payload_bytes);
  Bytes text;
  if (settings.language_model) {
    LanguageBlockDecoder decoder(*model.language, settings, text_bytes, observer);
    text = decode_tokens(decoder, settings.streams, token_count, text_bytes, coder);
  } else {
    BlockDecoder decoder(model, settings, text_bytes, observer);
    text = decode_tokens(decoder, settings.streams, token_count, text_bytes, coder);
  }
  require(text.size() == text_bytes, "a block's tokens make fewer bytes than its text has");
  require(coder.ends_here() && (final_range == kAnyRange || final_range == coder.range()),
          "a block's payload does not end where its text does");
  if (settings.x86_branches) undo_x86_branches(text);
  return text;
}

}  // namespace reference

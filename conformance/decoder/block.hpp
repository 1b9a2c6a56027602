// czip-v2-coding.md, sections 1 and 4: a coded block.
#pragma once

#include "bytes.hpp"
#include "model.hpp"
#include "predictor.hpp"

namespace reference {

struct Settings {
  bool language_model = false;  // codes the block; then there is no profile
  std::size_t profile = 0;
  bool network = false;
  std::size_t streams = 1;
  bool x86_branches = false;  // the tokens make the text as the writer changed it
};

constexpr std::uint32_t kAnyRange = 0;

// Looks on while blocks are decoded. It does nothing to what it is shown.
class Observer {
 public:
  Observer() = default;
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;
  virtual ~Observer() = default;

  virtual void begin_block(const Settings& settings) = 0;
  // Token `position` of the block, before its first decision.
  virtual void begin_token(std::size_t position, const Stream& stream,
                           const Predictor& predictor) = 0;
  // Before the bit is decoded, of which p is the probability, and when it is known.
  virtual void predicted(const Predictor& predictor, std::uint32_t p, std::uint32_t range,
                         std::uint32_t code) = 0;
  virtual void decoded(bool bit) = 0;
  virtual void end_token(std::uint16_t token, std::uint32_t rank) = 0;

  // The same of a block that a language model codes.
  virtual void begin_token(std::size_t position, std::size_t stream,
                           const llm::LanguagePredictor& predictor) = 0;
  virtual void predicted(const llm::LanguagePredictor& predictor, std::uint32_t p,
                         std::uint32_t range, std::uint32_t code) = 0;
  virtual void end_token(std::size_t token) = 0;
};

// Returns a text, or a pattern, of exactly `text_bytes` bytes. The coder must end with the range
// `final_range`, unless that is kAnyRange. `observer` may be nullptr. Throws Refused.
Bytes decode_block(const Model& model, const Settings& settings, const std::uint8_t* payload,
                   std::size_t payload_bytes, std::uint32_t final_range, std::size_t text_bytes,
                   Observer* observer);

}  // namespace reference

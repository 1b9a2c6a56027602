#include "v2/mixer/mixer_trainer.hpp"

#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include "czip/codec/v2/coding/stream_layout.hpp"

namespace czip::v2::training {
namespace {

// The network's inputs of a text, one decision after another.
class RecordedInputs {
 public:
  explicit RecordedInputs(std::span<const std::int16_t> inputs) : inputs_(inputs) {}
  std::int32_t next() { return inputs_.empty() ? 0 : inputs_[at_++]; }

 private:
  std::span<const std::int16_t> inputs_;
  std::size_t at_ = 0;
};

// Returns the bits that the token takes, for reports only.
double learn_token(Predictor& predictor, Stream& stream, std::uint16_t rank, std::string_view bytes,
                   RecordedInputs& network) {
  double bits = 0;
  predictor.begin_token(stream);
  while (!predictor.decided()) {
    const std::uint32_t p = predictor.predict(network.next());
    const bool bit = rank >= predictor.split();
    bits -= std::log2((bit ? p : 65536 - p) / 65536.0);
    predictor.update(bit);
  }
  predictor.end_token(bytes);
  return bits;
}

double learn_text(Predictor& predictor, const CodeTree& tree, const Tokenizer& tokenizer,
                  const MixerText& text) {
  const StreamLayout layout(text.ranks.size(), text.streams_log2);
  std::vector<Stream> streams = layout.make_streams();
  RecordedInputs network(text.network_inputs);
  double bits = 0;
  for (std::size_t i = 0; i < layout.steps(); ++i) {
    const std::uint32_t active = layout.active_streams(i);
    for (std::uint32_t s = 0; s < active; ++s) {
      const std::uint16_t rank = text.ranks[layout.position(s, i)];
      bits += learn_token(predictor, streams[s], rank, tokenizer.token(tree.token(rank)), network);
    }
  }
  return bits;
}

Result<TrainedState> train_profile(const PredictorTables& tables, const Tokenizer& tokenizer,
                                   std::size_t profile, TrainedState state,
                                   std::span<const MixerText> texts,
                                   const MixerProgress& progress) {
  std::uint64_t bytes = 0;
  double bits = 0;
  Predictor predictor(best_simd_level());
  for (const MixerText& text : texts) {
    predictor.reset(tables, kProfiles[profile], state, TableSizes::for_text(text.bytes));
    bits += learn_text(predictor, *tables.tree, tokenizer, text);
    bytes += text.bytes;
    state = predictor.trained_state();
    CZIP_TRY(progress(profile, bytes, bits));
  }
  return state;
}

}  // namespace

Result<TrainedStates> train_mixer(const PredictorTables& tables, const Tokenizer& tokenizer,
                                  TrainedStates states, std::size_t first,
                                  std::span<const MixerText> texts, const MixerProgress& progress) {
  for (std::size_t i = states.size(); i-- > first;) {
    // The profiles share one map, which the first to be trained, the finest, has made.
    if (i + 1 < states.size()) states[i].apm = states.back().apm;
    CZIP_TRY_ASSIGN(auto state,
                    train_profile(tables, tokenizer, i, std::move(states[i]), texts, progress));
    states[i] = std::move(state);
  }
  return states;
}

}  // namespace czip::v2::training

#include "training/mixer_trainer.hpp"

#include <cmath>

namespace czip::v2 {

TrainedState train_mixer(const PredictorTables& tables, const ByteTokenizer& tokenizer,
                         const Profile& profile, TrainedState state,
                         std::span<const std::vector<std::uint16_t>> texts,
                         const MixerProgress& progress) {
  std::uint64_t bytes = 0;
  double bits = 0;
  for (const std::vector<std::uint16_t>& text : texts) {
    std::uint64_t text_bytes = 0;
    for (const std::uint16_t rank : text) {
      text_bytes += tokenizer.token(tables.tree->token(rank)).size();
    }
    Predictor predictor(tables, profile, state, TableSizes::for_text(text_bytes),
                        best_simd_level());
    Stream stream{0, History(text.size()), {}};
    for (const std::uint16_t rank : text) {
      predictor.begin_token(stream);
      while (!predictor.decided()) {
        const std::uint32_t p = predictor.predict();
        const bool bit = rank >= predictor.split();
        bits -= std::log2((bit ? p : 65536 - p) / 65536.0);
        predictor.update(bit);
      }
      predictor.end_token(tokenizer.token(tables.tree->token(rank)));
    }
    state = predictor.trained_state();
    bytes += text_bytes;
    if (progress) progress(bytes, bits);
  }
  return state;
}

}  // namespace czip::v2

#include "v2/mixer/mixer_trainer.hpp"

#include <cmath>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "czip/codec/v2/coding/block_settings.hpp"
#include "czip/codec/v2/coding/network_prediction.hpp"
#include "czip/codec/v2/coding/network_streams.hpp"
#include "czip/codec/v2/coding/stream_layout.hpp"

namespace czip::v2::training {
namespace {

// Returns the bits that the token takes, for reports only.
double learn_token(Predictor& predictor, Stream& stream, NetworkPrediction& network,
                   std::uint16_t rank, std::string_view bytes) {
  double bits = 0;
  predictor.begin_token(stream);
  while (!predictor.decided()) {
    const std::uint32_t p = predictor.predict(network.input(predictor.decision()));
    const bool bit = predictor.decision().bit(rank);
    bits -= std::log2((bit ? p : kProbabilityOne - p) / static_cast<double>(kProbabilityOne));
    predictor.update(bit);
  }
  predictor.end_token(bytes);
  return bits;
}

// Within a text: the bytes and the bits so far.
using TextReport = std::function<Status(std::uint64_t bytes, double bits)>;
constexpr std::size_t kReportSteps = 1024;

Result<double> learn_text(Predictor& predictor, const PredictorTables& tables,
                          const Tokenizer& tokenizer, const ModelNetwork* network,
                          const MixerText& text, const TextReport& report) {
  const StreamLayout layout(text.ranks.size(),
                            network == nullptr ? 0 : network_streams_log2(text.bytes));
  std::vector<Stream> streams = layout.make_streams();
  std::optional<NetworkStreams> network_streams;
  if (network != nullptr) {
    CZIP_TRY_ASSIGN(network_streams,
                    NetworkStreams::create(network->network, network->groups, layout.streams()));
  }
  NetworkStreams* const running = network_streams ? &*network_streams : nullptr;
  double bits = 0;
  for (std::size_t i = 0; i < layout.steps(); ++i) {
    const std::uint32_t active = layout.active_streams(i);
    if (running != nullptr) running->step(active);
    for (std::uint32_t s = 0; s < active; ++s) {
      const std::uint16_t rank = text.ranks[layout.position(s, i)];
      const std::uint32_t token = tables.tree->token(rank);
      NetworkPrediction prediction(*tables.logistic, running, s);
      bits += learn_token(predictor, streams[s], prediction, rank, tokenizer.token(token));
      if (running != nullptr) running->set_last_token(s, token);
    }
    if ((i + 1) % kReportSteps == 0 && i + 1 < layout.steps())
      CZIP_TRY(report(text.bytes * (i + 1) / layout.steps(), bits));
  }
  return bits;
}

Result<TrainedState> train_profile(const PredictorTables& tables, const Tokenizer& tokenizer,
                                   const ModelNetwork* network, std::size_t profile,
                                   TrainedState state, std::span<const MixerText> texts,
                                   const MixerProgress& progress) {
  std::uint64_t bytes = 0;
  double bits = 0;
  Predictor predictor(best_simd_level());
  for (const MixerText& text : texts) {
    predictor.reset(tables, kProfiles[profile], state,
                    TableSizes::for_text(text.bytes, kProfiles[profile]));
    const auto report = [&](std::uint64_t more_bytes, double more_bits) {
      return progress(profile, bytes + more_bytes, bits + more_bits);
    };
    CZIP_TRY_ASSIGN(const double taken,
                    learn_text(predictor, tables, tokenizer, network, text, report));
    bits += taken;
    bytes += text.bytes;
    state = predictor.trained_state();
    CZIP_TRY(progress(profile, bytes, bits));
  }
  return state;
}

}  // namespace

Result<TrainedStates> train_mixer(const PredictorTables& tables, const Tokenizer& tokenizer,
                                  const ModelNetwork* network, TrainedStates states,
                                  std::size_t first, std::span<const MixerText> texts,
                                  const MixerProgress& progress) {
  for (std::size_t i = states.size(); i-- > first;) {
    CZIP_TRY_ASSIGN(auto state, train_profile(tables, tokenizer, network, i, std::move(states[i]),
                                              texts, progress));
    states[i] = std::move(state);
  }
  return states;
}

}  // namespace czip::v2::training

// What coding a block needs besides the model, kept for the next block; and the order in which its
// tokens are coded.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/io/pass_report.hpp"
#include "czip/codec/v2/coding/block_settings.hpp"
#include "czip/codec/v2/coding/network_prediction.hpp"
#include "czip/codec/v2/coding/network_streams.hpp"
#include "czip/codec/v2/coding/predictor.hpp"
#include "czip/codec/v2/coding/stream_layout.hpp"
#include "czip/codec/v2/model.hpp"
#include "czip/codec/v2/model/parts.hpp"
#include "czip/tokenizer/token_id.hpp"
#include "v2/block/report_steps.hpp"

namespace czip::v2 {

// Error: unsupported, for settings that do not suit the model.
Status check_settings(const Model& model, const BlockSettings& settings);

struct BlockMemory {
  explicit BlockMemory(SimdLevel level) : simd(level), predictor(level) {}

  SimdLevel simd;
  Predictor predictor;
  // The model whose network `network` runs: keeps it loaded.
  std::optional<Model> network_model;
  std::optional<NetworkStreams> network;

  // Makes the predictor ready for a block. Errors: those of recurrent_network_of.
  Status reset_predictor(const ModelParts& model, const BlockSettings& settings,
                         std::uint64_t text_bytes);
  // Makes the network ready for a block's streams; null: it takes no part. Errors: those of
  // network_of.
  Result<NetworkStreams*> begin_network(const Model& model, const BlockSettings& settings);
};

// The streams of a block, with the network where it takes part.
class BlockStreams {
 public:
  BlockStreams(const Logistic& logistic, const StreamLayout& layout, NetworkStreams* network)
      : logistic_(&logistic), streams_(layout.make_streams()), network_(network) {}

  [[nodiscard]] Stream& operator[](std::uint32_t s) { return streams_[s]; }

  void step(std::uint32_t active) {
    if (network_ != nullptr) network_->step(active);
  }
  // The prediction for stream `s`; valid until the next call.
  [[nodiscard]] NetworkPrediction network_prediction(std::uint32_t s) {
    return {*logistic_, network_, s};
  }
  void set_last_token(std::uint32_t s, std::uint32_t token) {
    if (network_ != nullptr) network_->set_last_token(s, token);
  }

 private:
  const Logistic* logistic_;
  std::vector<Stream> streams_;
  NetworkStreams* network_;  // null: takes no part
};

// The steps from `begin` to before `end` of code_tokens.
template <class Coder>
void code_steps(const ModelParts& model, Predictor& predictor, BlockStreams& streams,
                const StreamLayout& layout, std::span<const TokenId> tokens, Coder& coder,
                std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) {
    const std::uint32_t active = layout.active_streams(i);
    streams.step(active);
    for (std::uint32_t s = 0; s < active; ++s) {
      const std::size_t position = layout.position(s, i);
      const std::uint32_t token = tokens[position];
      const std::uint32_t rank = model.tree.rank(token);
      NetworkPrediction network = streams.network_prediction(s);
      predictor.begin_token(streams[s]);
      coder.begin_token(position, s);
      while (!predictor.decided()) {
        const std::uint32_t p = predictor.predict(network.input(predictor.decision()));
        const bool bit = predictor.decision().bit(rank);
        coder.decide(bit, p);
        predictor.update(bit);
      }
      predictor.end_token(model.tokenizer.token(token));
      streams.set_last_token(s, token);
    }
  }
}

// Has the predictor predict and learn the block's tokens in the order of coding. For each token,
// `coder` is told begin_token(position, stream), where the predictor stands at the token's first
// decision, then decide(bit, p) of each decision, before the predictor learns it. Errors: those of
// `report`.
template <class Coder>
Status code_tokens(const ModelParts& model, Predictor& predictor, BlockStreams& streams,
                   const StreamLayout& layout, std::span<const TokenId> tokens, Coder& coder,
                   const PassReport& report) {
  for (std::size_t done = 0; done < layout.steps();) {
    const std::size_t end = std::min(layout.steps(), done + kReportSteps);
    code_steps(model, predictor, streams, layout, tokens, coder, done, end);
    done = end;
    if (report) CZIP_TRY(report(done, layout.steps()));
  }
  return {};
}

}  // namespace czip::v2

// What coding needs besides a model, kept between calls: the network packed for a SIMD level and a
// dialect, and each thread's working memory.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/v1/model.hpp"
#include "czip/engine/simd.hpp"
#include "czip/engine/v1/dialect.hpp"
#include "czip/engine/v1/network.hpp"
#include "v1/chunk_decoder.hpp"
#include "v1/chunk_encoder.hpp"

namespace czip::v1 {

class ContextState {
 public:
  // `model` must outlive the state.
  explicit ContextState(const Model& model) : model_(&model) {}

  [[nodiscard]] const Model& model() const { return *model_; }

  // Packed at the first call for its arguments; stays where it is.
  Result<const Network*> network(SimdLevel simd, Dialect dialect);

  // The encoders of at least `threads` threads, for chunks of `context` tokens; a thread makes its
  // own where it is null. Valid until the next call.
  std::vector<std::unique_ptr<ChunkEncoder>>& encoders(const Network& network,
                                                       std::uint32_t context, unsigned threads);

  // Does the same for decoders of groups of `group_chunks` chunks. Those kept from an earlier call
  // may be for longer chunks and larger groups.
  std::vector<std::unique_ptr<ChunkDecoder>>& decoders(const Network& network,
                                                       std::uint32_t context,
                                                       std::uint32_t group_chunks,
                                                       unsigned threads);

 private:
  struct PackedNetwork {
    SimdLevel simd;
    Dialect dialect;
    std::unique_ptr<const Network> network;
  };

  const Model* model_;
  std::vector<PackedNetwork> networks_;

  // The network and the sizes that the kept encoders and decoders were made for.
  const Network* encoder_network_ = nullptr;
  std::uint32_t encoder_context_ = 0;
  std::vector<std::unique_ptr<ChunkEncoder>> encoders_;
  const Network* decoder_network_ = nullptr;
  std::uint32_t decoder_context_ = 0;
  std::uint32_t decoder_group_ = 0;
  std::vector<std::unique_ptr<ChunkDecoder>> decoders_;
};

}  // namespace czip::v1

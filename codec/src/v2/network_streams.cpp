#include "v2/network_streams.hpp"

namespace czip::v2 {

Result<NetworkStreams> NetworkStreams::create(const ModelParts& model, SimdLevel simd,
                                              std::uint32_t streams) {
  if (simd == model.network->level()) return create(*model.network, streams);
  auto network = NetworkV2::create(model.file, simd, model.tree.order());
  if (!network) return tl::unexpected(network.error());
  auto own = std::make_unique<NetworkV2>(std::move(*network));
  auto made = create(*own, streams);
  if (made) made->own_ = std::move(own);
  return made;
}

Result<NetworkStreams> NetworkStreams::create(const NetworkV2& network, std::uint32_t streams) {
  auto state = NetworkV2State::create(network, streams);
  if (!state) return tl::unexpected(state.error());
  return NetworkStreams(network, std::move(*state), streams);
}

NetworkStreams::NetworkStreams(const NetworkV2& network, NetworkV2State state,
                               std::uint32_t streams)
    : network_(&network),
      state_(std::move(state)),
      last_(streams, kFirstInput),
      logits_(std::size_t{streams} * network.config().vocabulary),
      below_(std::size_t{network.config().vocabulary} + 1) {}

void NetworkStreams::step(std::uint32_t streams) {
  const std::size_t vocabulary = network_->config().vocabulary;
  state_.step(std::span(last_).first(streams), std::span(logits_).first(streams * vocabulary));
}

std::span<const std::uint32_t> NetworkStreams::expects(std::uint32_t stream) {
  const std::size_t vocabulary = network_->config().vocabulary;
  network_->masses(std::span(logits_).subspan(stream * vocabulary, vocabulary), below_);
  return below_;
}

}  // namespace czip::v2

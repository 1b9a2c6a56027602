#include "czip/codec/v2/coding/network_streams.hpp"

namespace czip::v2 {
namespace {

// The error names the model, since whoever meets it first thinks of the text.
tl::unexpected<Error> of_model(const Error& error) {
  return fail(error.code, "the model's network cannot be used: " + error.message);
}

Result<const NetworkPart*> shared_part(const ModelParts& model) {
  const auto& part = model.network->get(model.file, model.tree);
  if (!part) return of_model(part.error());
  return &*part;
}

}  // namespace

Result<NetworkStreams> NetworkStreams::create(const ModelParts& model, SimdLevel simd,
                                              std::uint32_t streams) {
  if (simd == best_simd_level()) {
    CZIP_TRY_ASSIGN(const auto part, shared_part(model));
    return create((part)->network, (part)->groups, streams);
  }
  auto part = load_network(model.file, model.tree, simd);
  if (!part) return of_model(part.error());
  auto own = std::make_unique<NetworkPart>(std::move(*part));
  auto made = create(own->network, own->groups, streams);
  if (made) made->own_ = std::move(own);
  return made;
}

Status NetworkStreams::load(const ModelParts& model, SimdLevel simd) {
  if (simd != best_simd_level()) return {};
  CZIP_TRY(shared_part(model));
  return {};
}

Result<NetworkStreams> NetworkStreams::create(const Network& network, const TokenGroups& groups,
                                              std::uint32_t streams) {
  CZIP_TRY_ASSIGN(auto state, InferenceState::create(network, streams));
  return NetworkStreams(network, groups, std::move(state), streams);
}

NetworkStreams::NetworkStreams(const Network& network, const TokenGroups& groups,
                               InferenceState state, std::uint32_t streams)
    : network_(&network),
      groups_(&groups),
      state_(std::move(state)),
      last_(streams, kFirstInput),
      logits_(std::size_t{streams} * groups.size()),
      group_sums_(groups.size() + 1),
      member_logits_(network.config().group_size),
      member_sums_(std::size_t{network.config().group_size} + 1) {}

void NetworkStreams::step(std::uint32_t streams) {
  state_.step(std::span(last_).first(streams),
              std::span(logits_).first(std::size_t{streams} * groups_->size()));
}

std::span<const std::uint32_t> NetworkStreams::group_sums(std::uint32_t stream) {
  const std::size_t groups = groups_->size();
  network_->cumulative_frequencies(std::span(logits_).subspan(stream * groups, groups),
                                   group_sums_);
  return group_sums_;
}

std::span<const std::uint32_t> NetworkStreams::member_sums(std::uint32_t stream,
                                                           std::uint32_t group) {
  const std::size_t members = network_->members(group);
  const auto logits = std::span(member_logits_).first(members);
  const auto sums = std::span(member_sums_).first(members + 1);
  state_.member_logits(stream, group, logits);
  network_->cumulative_frequencies(logits, sums);
  return sums;
}

}  // namespace czip::v2

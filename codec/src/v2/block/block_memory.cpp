#include "v2/block/block_memory.hpp"

namespace czip::v2 {

Status check_settings(const Model& model, const BlockSettings& settings) {
  if (settings.profile > kMaxProfile || settings.streams_log2 > kMaxStreamsLog2) {
    return fail(ErrorCode::unsupported, "a block's settings are unknown to this czip");
  }
  if (settings.language_model) {
    if (model.has_language_model()) return {};
    return fail(ErrorCode::unsupported,
                "a block needs a language model, which the model does not have");
  }
  if (settings.network && !model.has_network()) {
    return fail(ErrorCode::unsupported, "a block needs a network, which the model does not have");
  }
  if (settings.network && settings.profile < kFirstNetworkProfile) {
    return fail(ErrorCode::unsupported, "a block has a network in a profile that takes none");
  }
  return {};
}

Status BlockMemory::reset_predictor(const ModelParts& model, const BlockSettings& settings,
                                    std::uint64_t text_bytes) {
  const Profile& profile = kProfiles[settings.profile];
  const RecurrentNetwork* recurrent = nullptr;
  if (profile.recurrent) {
    CZIP_TRY_ASSIGN(recurrent, recurrent_network_of(model, simd));
  }
  predictor.reset({&model.logistic, &model.tree, &model.prior, recurrent}, profile,
                  state_of(model, settings.profile, settings.network),
                  TableSizes::for_text(text_bytes, profile));
  return {};
}

Result<NetworkStreams*> BlockMemory::begin_network(const Model& model,
                                                   const BlockSettings& settings) {
  if (!settings.network) return nullptr;
  const std::uint32_t streams = std::uint32_t{1} << settings.streams_log2;
  if (network && &network_model->parts() == &model.parts() && network->streams() == streams) {
    network->reset();
  } else {
    network.reset();
    CZIP_TRY_ASSIGN(const auto loaded, network_of(model.parts(), simd));
    CZIP_TRY_ASSIGN(auto created, NetworkStreams::create(loaded->network, loaded->groups, streams));
    network_model = model;
    network = std::move(created);
  }
  return &*network;
}

}  // namespace czip::v2

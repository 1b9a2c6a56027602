#include "support/v2_stages.hpp"

#include <optional>
#include <vector>

#include "support/v2_stage_parts.hpp"
#include "v2/block/block_memory.hpp"

namespace czip::test {
namespace {

using Text = std::span<const std::uint8_t>;

// The network once more, for its logits: those of the block's streams are not to be seen.
class NetworkWatch {
 public:
  NetworkWatch(const v2::ModelNetwork& network, std::uint32_t streams) : network_(&network) {
    for (std::uint32_t s = 0; s < streams; ++s)
      states_.push_back(value_of(v2::InferenceState::create(network.network, 1)));
  }
  Json step(std::uint32_t stream, std::uint32_t token, std::uint32_t candidate) {
    v2::InferenceState& state = states_[stream];
    std::vector<std::int32_t> logits(network_->groups.size());
    state.step(std::span(&token, 1), logits);
    Json json{{"token", token},
              {"group_logits", hash_of(logits)},
              {"group_cumulative", hash_of(cumulative(logits))}};
    const std::uint32_t group = network_->groups.group_of(candidate);
    json["group"] = group;
    std::vector<std::int32_t> member_logits(network_->network.members(group));
    if (member_logits.size() == 1) return json;  // whose logit decides nothing
    state.member_logits(0, group, member_logits);
    json["member_logits"] = hash_of(member_logits);
    json["member_cumulative"] = hash_of(cumulative(member_logits));
    return json;
  }

 private:
  // Without the 0 at its beginning.
  [[nodiscard]] std::vector<std::uint32_t> cumulative(
      const std::vector<std::int32_t>& logits) const {
    std::vector<std::uint32_t> frequencies(logits.size() + 1);
    network_->network.cumulative_frequencies(logits, frequencies);
    frequencies.erase(frequencies.begin());
    return frequencies;
  }

  const v2::ModelNetwork* network_;
  std::vector<v2::InferenceState> states_;
};

// Stands where the range coder stands in coding.
class StageRecorder {
 public:
  StageRecorder(const v2::ModelParts& model, const v2::Profile& profile,
                const v2::Predictor& predictor, v2::BlockStreams& streams, Text payload,
                std::size_t decisions)
      : model_(&model),
        profile_(&profile),
        predictor_(&predictor),
        streams_(&streams),
        coder_(payload),
        left_(decisions) {}

  void watch(const v2::ModelNetwork& network, std::uint32_t streams) {
    network_.emplace(network, streams);
  }
  void watch(const v2::RecurrentNetwork& network) { recurrent_ = &network; }

  void begin_token(std::size_t position, std::uint32_t stream) {
    recording_ = left_ > 0;
    if (!recording_) return;
    const v2::Stream& s = (*streams_)[stream];
    Json token{{"position", position}, {"stream", stream}};
    add_contexts(s.history, token);
    const std::uint32_t candidate = predictor_->decision().candidate;
    token["candidate"] = candidate;
    const bool first = s.history.size() == 0;
    const std::uint32_t last =
        first ? v2::kStreamStartToken : model_->tree.token(s.history.recent(1));
    if (network_) token["network"] = network_->step(stream, last, candidate);
    if (recurrent_ != nullptr)
      token["recurrent"] = {{"rank", model_->tree.rank(last)},
                            {"logits", node_logits(s.recurrent)}};
    token["decisions"] = Json::array();
    tokens_.push_back(std::move(token));
  }

  void decide(bool bit, std::uint32_t p) {
    if (!recording_) return;
    if (left_ > 0) --left_;
    const v2::Decision& decision = predictor_->decision();
    Json json;
    json["node"] = decision.is_candidate
                       ? Json()
                       : Json{decision.node.low, decision.node.split, decision.node.high};
    add_mixer(predictor_->mixer(), profile_->selectors, json);
    json["p"] = p;
    coder_.add_to(json);
    json["bit"] = bit ? 1 : 0;
    tokens_.back()["decisions"].push_back(std::move(json));
    coder_.decode(bit, p);
  }

  [[nodiscard]] Json tokens(std::span<const TokenId> ids) && {
    for (Json& token : tokens_) {
      const TokenId id = ids[token["position"].get<std::size_t>()];
      token["token"] = id;
      token["rank"] = model_->tree.rank(id);
    }
    return std::move(tokens_);
  }

 private:
  void add_contexts(const v2::History& history, Json& token) const {
    v2::Contexts contexts;
    v2::set_contexts(history, contexts);
    const auto texts = [](std::span<const std::uint64_t> hashes) {
      Json json = Json::array();
      for (const std::uint64_t hash : hashes) json.push_back(hex(hash, 16));
      return json;
    };
    token["order"] = texts(std::span(contexts.order).subspan(1));
    token["word"] = hex(contexts.word, 16);
    token["lists"] = texts(std::span(contexts.list).first(profile_->lists));
  }
  [[nodiscard]] std::string node_logits(const v2::RecurrentState& state) const {
    std::vector<std::int32_t> logits;
    for (std::uint32_t node = 1; node < model_->tree.size(); ++node)
      logits.push_back(recurrent_->logit(state, node));
    return hash_of(logits);
  }

  const v2::ModelParts* model_;
  const v2::Profile* profile_;
  const v2::Predictor* predictor_;
  v2::BlockStreams* streams_;
  CoderState coder_;
  std::optional<NetworkWatch> network_;
  const v2::RecurrentNetwork* recurrent_ = nullptr;
  std::size_t left_;
  bool recording_ = false;
  Json tokens_ = Json::array();
};

// The tokens of the frame's text.
std::vector<TokenId> tokens_of(const v2::Model& model, const CodedFrame& frame) {
  std::vector<TokenId> tokens;
  insist(model.parts().tokenizer.encode(text_of(model, frame), tokens));
  return tokens;
}

}  // namespace

Json stages_v2(const v2::Model& model, Text file, std::size_t decisions, SimdLevel simd) {
  const CodedFrame frame = coded_frame(file);
  const v2::BlockSettings& settings = frame.header.settings;
  if (settings.language_model) return language_model_stages_v2(model, frame, decisions, simd);
  const std::vector<TokenId> tokens = tokens_of(model, frame);
  const v2::ModelParts& parts = model.parts();
  const v2::Profile& profile = v2::kProfiles[settings.profile];
  v2::BlockMemory memory(simd);
  insist(memory.reset_predictor(parts, settings, frame.header.text_bytes));
  const v2::StreamLayout layout(tokens.size(), settings.streams_log2);
  v2::BlockStreams streams(parts.logistic, layout, value_of(memory.begin_network(model, settings)));
  StageRecorder recorder(parts, profile, memory.predictor, streams, coder_bytes(frame), decisions);
  if (settings.network) recorder.watch(*value_of(v2::network_of(parts, simd)), layout.streams());
  const v2::RecurrentNetwork* const recurrent = value_of(v2::recurrent_network_of(parts, simd));
  if (profile.recurrent && recurrent != nullptr) recorder.watch(*recurrent);
  insist(v2::code_tokens(parts, memory.predictor, streams, layout, tokens, recorder, {}));
  return std::move(recorder).tokens(tokens);
}

std::string to_text(const Json& vectors) {
  std::string text = "[";
  const char* between = "\n";
  for (const Json& vector : vectors) {
    Json head = vector;
    head.erase("tokens");
    std::string line = head.dump();
    line.pop_back();
    text += between + line + ",\"tokens\":[";
    between = ",\n";
    const char* comma = "\n";
    for (const Json& token : vector["tokens"]) {
      text += comma + token.dump();
      comma = ",\n";
    }
    text += "\n]}";
  }
  return text + "\n]\n";
}

}  // namespace czip::test

#include "stages.hpp"

#include <nlohmann/json.hpp>

#include "stage_hashes.hpp"

namespace reference {
namespace {

using Json = nlohmann::ordered_json;

class StageRecorder final : public Observer {
 public:
  StageRecorder(const Model& model, std::size_t decisions) : model_(&model), left_(decisions) {}

  void begin_block(const Settings& settings) override {
    ++blocks_;
    if (blocks_ == 1) profile_ = kProfiles[settings.profile];
  }

  void begin_token(std::size_t position, const Stream& stream,
                   const Predictor& predictor) override {
    if (!begin_recording()) return;
    Json token{{"position", position}, {"stream", stream.number}};
    add_contexts(predictor.contexts(), token);
    const std::uint32_t candidate = predictor.decision().candidate;
    token["candidate"] = candidate;
    const bool first = stream.history.ranks().empty();
    const std::size_t last = first ? 0 : model_->order[stream.history.recent(1)];
    if (predictor.network_output() != nullptr)
      token["network"] = of_network(*predictor.network_output(), last, candidate);
    if (predictor.recurrent_stream() != nullptr)
      token["recurrent"] = of_recurrent(*predictor.recurrent_stream(), last);
    token["decisions"] = Json::array();
    tokens_.push_back(std::move(token));
  }

  void predicted(const Predictor& predictor, std::uint32_t p, std::uint32_t range,
                 std::uint32_t code) override {
    if (!recording_) return;
    const Decision& decision = predictor.decision();
    Json json;
    json["node"] = decision.of_candidate
                       ? Json()
                       : Json{decision.node.low, decision.node.split, decision.node.high};
    json["inputs"] = predictor.inputs();
    add_decision(predictor.mixer(), p, range, code, std::move(json));
  }
  void decoded(bool bit) override {
    if (recording_) tokens_.back()["decisions"].back()["bit"] = bit ? 1 : 0;
  }
  void end_token(std::uint16_t token, std::uint32_t rank) override {
    if (!recording_) return;
    tokens_.back()["token"] = token;
    tokens_.back()["rank"] = rank;
  }

  void begin_token(std::size_t position, std::size_t stream,
                   const llm::LanguagePredictor& predictor) override {
    if (!begin_recording()) return;
    Json token{{"position", position}, {"stream", stream}, {"row", predictor.row()}};
    token["logits"] = hash_of(predictor.logits());
    token["cumulative"] = hash_of_cumulative(predictor.cumulative(), 8);
    for (const std::uint64_t h : predictor.contexts().hashes())
      token["order"].push_back(hex(h, 16));
    const auto expected = predictor.match().expected();
    token["expected"] = expected ? Json(*expected) : Json();
    token["length"] = predictor.match().length();
    for (const auto& candidate : predictor.candidates())
      token["candidates"].push_back(candidate.token);
    token["decisions"] = Json::array();
    tokens_.push_back(std::move(token));
  }
  void predicted(const llm::LanguagePredictor& predictor, std::uint32_t p, std::uint32_t range,
                 std::uint32_t code) override {
    if (!recording_) return;
    Json json;
    json["node"] = predictor.searches() ? Json(predictor.node()) : Json();
    json["inputs"] = predictor.mixer().inputs();
    add_decision(predictor.mixer(), p, range, code, std::move(json));
  }
  void end_token(std::size_t token) override {
    if (recording_) tokens_.back()["token"] = token;
  }

  [[nodiscard]] std::string text() const { return tokens_.dump(); }

 private:
  bool begin_recording() {
    recording_ = left_ > 0 && blocks_ == 1;
    return recording_;
  }
  void add_decision(const Mixer& mixer, std::uint32_t p, std::uint32_t range, std::uint32_t code,
                    Json json) {
    if (left_ > 0) --left_;
    for (std::size_t j = 0; j < mixer.selectors(); ++j) {
      json["sets"].push_back(mixer.choice()[j]);
      json["outputs"].push_back(mixer.output_of(j));
    }
    json["second_set"] = mixer.final_choice();
    json["output"] = mixer.output();
    json["p"] = p;
    json["range"] = hex(range, 8);
    json["code"] = hex(code, 8);
    tokens_.back()["decisions"].push_back(std::move(json));
  }
  void add_contexts(const Contexts& contexts, Json& token) const {
    for (std::size_t k = 1; k < contexts.order.size(); ++k)
      token["order"].push_back(hex(contexts.order[k], 16));
    token["word"] = hex(contexts.word, 16);
    for (std::size_t i = 0; i < profile_.lists; ++i)
      token["lists"].push_back(hex(contexts.list[i], 16));
  }

  [[nodiscard]] std::string hash_of_frequencies(const Accumulators& logits) const {
    return hash_of_cumulative(model_->network->cumulative_frequencies(logits));
  }
  [[nodiscard]] Json of_network(const Activations& output, std::size_t token,
                                std::uint32_t candidate) const {
    const Network& network = *model_->network;
    const Accumulators groups = network.group_logits(output);
    Json json{{"token", token},
              {"group_logits", hash_of(groups)},
              {"group_cumulative", hash_of_frequencies(groups)}};
    const std::size_t group = network.group_of(candidate);
    json["group"] = group;
    const Accumulators members = network.member_logits(output, group);
    if (members.size() == 1) return json;  // whose logit decides nothing
    json["member_logits"] = hash_of(members);
    json["member_cumulative"] = hash_of_frequencies(members);
    return json;
  }
  [[nodiscard]] Json of_recurrent(const RecurrentStream& stream, std::size_t token) const {
    std::size_t rank = 0;
    while (model_->order[rank] != token) ++rank;
    std::vector<std::int32_t> logits;
    for (std::size_t node = 1; node < model_->tokens.size(); ++node)
      logits.push_back(model_->recurrent->logit(stream, node));
    return {{"rank", rank}, {"logits", hash_of(logits)}};
  }

  const Model* model_;
  std::size_t left_;
  std::size_t blocks_ = 0;
  bool recording_ = false;
  Profile profile_{};
  Json tokens_ = Json::array();
};

}  // namespace

std::string stages(const Model& model, const Bytes& file, std::size_t decisions) {
  StageRecorder recorder(model, decisions);
  decode_file(model, file, &recorder);
  return recorder.text();
}

}  // namespace reference

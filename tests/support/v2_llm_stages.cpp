#include <vector>

#include "czip/codec/v2/coding/hash.hpp"
#include "czip/codec/v2/coding/stream_layout.hpp"
#include "czip/codec/v2/llm/llm_predictor.hpp"
#include "czip/codec/v2/model/parts.hpp"
#include "czip/engine/llm/state.hpp"
#include "support/v2_stage_parts.hpp"

namespace czip::test {
namespace {

Json order_hashes(const v2::LlmStream& stream) {
  Json hashes = Json::array();
  std::uint64_t h = 0;
  for (std::size_t k = 1; k <= stream.recent.size(); ++k) {
    h = v2::hash_combine(h, stream.recent[k - 1]);
    if (std::ranges::find(v2::kLlmOrders, k) != v2::kLlmOrders.end()) hashes.push_back(hex(h, 16));
  }
  return hashes;
}

class LanguageModelRecorder {
 public:
  LanguageModelRecorder(const v2::Model& model, const CodedFrame& frame,
                        const v2::StreamLayout& layout, std::size_t tokens, SimdLevel simd)
      : model_(value_of(v2::language_model_of(model.parts(), simd))),
        state_(value_of(llm::State::create(model_->network, {.streams = layout.streams()}))),
        predictor_(simd),
        streams_(layout.streams()),
        coder_(coder_bytes(frame)) {
    predictor_.reset(*model_, model.parts().logistic, frame.header.text_bytes, tokens);
    for (std::uint32_t s = 0; s < layout.streams(); ++s)
      streams_[s].begin = streams_[s].position = layout.position(s, 0);
  }

  Json token(std::uint32_t s, std::uint32_t token) {
    v2::LlmStream& stream = streams_[s];
    const std::uint32_t before = stream.recent[0] == 0 ? model_->first_token : stream.recent[0] - 1;
    std::vector<std::int32_t> logits(model_->tokenizer.vocabulary_size());
    const llm::Row row{s, before};
    state_.forward(std::span(&row, 1), logits);
    const Json orders = order_hashes(stream);
    Json json{{"position", stream.position}, {"stream", s}, {"row", before}};
    json["logits"] = hash_of(logits);
    predictor_.begin_token(stream, logits);
    json["cumulative"] = cumulative(logits);
    json["order"] = orders;
    json["expected"] =
        predictor_.expected() == v2::kNoLlmToken ? Json() : Json(predictor_.expected());
    json["length"] = stream.match_length;
    json["candidates"] = predictor_.candidates();
    json["decisions"] = Json::array();
    while (!predictor_.decided()) json["decisions"].push_back(decision(token));
    predictor_.end_token();
    json["token"] = token;
    return json;
  }

 private:
  // Of logits in which ids without bytes are the least likely.
  std::string cumulative(const std::vector<std::int32_t>& logits) const {
    std::vector<std::uint64_t> sums(logits.size() + 1);
    model_->network.cumulative_frequencies(logits, sums);
    return hash_of<std::uint64_t>(std::span(sums).subspan(1));
  }
  Json decision(std::uint32_t token) {
    const std::uint32_t p = predictor_.predict();
    const bool bit = predictor_.bit(token);
    Json json;
    json["node"] = predictor_.asks_candidate() ? Json() : Json(predictor_.node());
    add_mixer(predictor_.mixer(),
              predictor_.asks_candidate() ? v2::kLlmCandidateSelectors.size()
                                          : v2::kLlmTreeSelectors.size(),
              json);
    json["p"] = p;
    coder_.add_to(json);
    json["bit"] = bit ? 1 : 0;
    coder_.decode(bit, p);
    predictor_.update(bit);
    return json;
  }

  const v2::LanguageModel* model_;
  llm::State state_;
  v2::LlmPredictor predictor_;
  std::vector<v2::LlmStream> streams_;
  CoderState coder_;
};

}  // namespace

Json language_model_stages_v2(const v2::Model& model, const CodedFrame& frame,
                              std::size_t decisions, SimdLevel simd) {
  const auto& of = *value_of(v2::language_model_of(model.parts(), simd));
  std::vector<TokenId> tokens;
  insist(of.tokenizer.encode(text_of(model, frame), tokens));
  const v2::StreamLayout layout(tokens.size(), frame.header.settings.streams_log2);
  LanguageModelRecorder recorder(model, frame, layout, tokens.size(), simd);
  Json all = Json::array();
  std::size_t recorded = 0;
  for (std::size_t i = 0; i < layout.steps(); ++i)
    for (std::uint32_t s = 0; s < layout.active_streams(i); ++s) {
      if (recorded >= decisions) return all;
      all.push_back(recorder.token(s, tokens[layout.position(s, i)]));
      recorded += all.back()["decisions"].size();
    }
  return all;
}

}  // namespace czip::test

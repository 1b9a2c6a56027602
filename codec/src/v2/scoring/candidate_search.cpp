#include "v2/scoring/candidate_search.hpp"

#include <algorithm>

namespace czip::v2 {
namespace {

// Nodes whose two children are both looked at. Chosen: ten candidates of an English text need some
// 100 nodes.
constexpr std::size_t kNodes = 256;

}  // namespace

void CandidateSearch::find(const ModelParts& model, Predictor& predictor, BlockStreams& streams,
                           std::uint32_t s, std::span<Candidate> found) {
  waiting_.clear();
  places_.clear();
  places_.push_back(predictor.place());
  add({.cost = 0, .place = 0});
  std::size_t nodes = 0;
  for (Candidate& candidate : found) {
    candidate = {};
    while (!waiting_.empty()) {
      const Waiting next = take();
      if (next.rank != kNoToken) {
        candidate = {model.tokenizer.token(model.tree.token(next.rank)), next.cost};
        break;
      }
      expand(next, predictor, streams, s, nodes++ < kNodes);
    }
  }
  predictor.go_to(places_.front());
}

void CandidateSearch::expand(const Waiting& waiting, Predictor& predictor, BlockStreams& streams,
                             std::uint32_t s, bool both) {
  predictor.go_to(places_[waiting.place]);
  // A prediction of its own, because nodes of several groups of tokens come in any order.
  NetworkPrediction network = streams.network_prediction(s);
  const std::uint32_t p = predictor.predict(network.input(predictor.decision()));
  const Predictor::Place here = predictor.place();
  for (const bool bit : {false, true}) {
    const std::uint32_t probability = bit ? p : kProbabilityOne - p;
    if (!both && 2 * probability < kProbabilityOne + (bit ? 0 : 1)) continue;
    if (bit) predictor.go_to(here);
    predictor.descend(bit);
    Waiting child{.cost = waiting.cost + code_length(probability, kProbabilityOne),
                  .place = places_.size()};
    if (predictor.decided()) {
      child.rank = predictor.rank();
    } else {
      places_.push_back(predictor.place());
    }
    add(child);
  }
}

void CandidateSearch::add(const Waiting& waiting) {
  waiting_.push_back(waiting);
  std::ranges::push_heap(waiting_, std::ranges::greater(), &Waiting::cost);
}

CandidateSearch::Waiting CandidateSearch::take() {
  std::ranges::pop_heap(waiting_, std::ranges::greater(), &Waiting::cost);
  const Waiting next = waiting_.back();
  waiting_.pop_back();
  return next;
}

}  // namespace czip::v2

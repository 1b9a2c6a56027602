// The predictor of CZIPv2: the probability of each binary decision of each token, mixed (Mahoney
// 2005) from the n-gram prior, successor lists of many contexts, decision counters, match models,
// the recurrent network and the network, where these take part. A token's first decision is whether
// it is the candidate, the others walk down the code tree. Integers only. Specification:
// conformance/czip-v2-coding.md.
#pragma once

#include <cstdint>
#include <span>

#include "czip/codec/v2/coding/candidate_finder.hpp"
#include "czip/codec/v2/coding/code_tree.hpp"
#include "czip/codec/v2/coding/constants.hpp"
#include "czip/codec/v2/coding/contexts.hpp"
#include "czip/codec/v2/coding/counter_inputs.hpp"
#include "czip/codec/v2/coding/decision.hpp"
#include "czip/codec/v2/coding/history.hpp"
#include "czip/codec/v2/coding/match_inputs.hpp"
#include "czip/codec/v2/coding/mixer.hpp"
#include "czip/codec/v2/coding/prior_inputs.hpp"
#include "czip/codec/v2/coding/profile.hpp"
#include "czip/codec/v2/coding/recurrent_inputs.hpp"
#include "czip/codec/v2/coding/successor_inputs.hpp"
#include "czip/codec/v2/coding/trained_state.hpp"
#include "czip/codec/v2/coding/undo_log.hpp"
#include "czip/engine/v2/logistic.hpp"

namespace czip::v2 {

// What the predictor reads and never changes. All must outlive it.
struct PredictorTables {
  const Logistic* logistic;
  const CodeTree* tree;
  const Prior* prior;
  const RecurrentNetwork* recurrent = nullptr;  // null: there is none
};

// The sizes of the predictor's tables, which follow from the length of the text.
struct TableSizes {
  std::uint32_t lists_log2;
  std::uint32_t counters_log2;
  std::uint32_t matches_log2;

  static TableSizes for_text(std::uint64_t text_bytes, const Profile& profile);
  // Of the tables: at most 100 MiB.
  [[nodiscard]] std::uint64_t bytes() const;
};

// One of a block's sequences of tokens, which share a predictor.
struct Stream {
  std::uint32_t number = 0;  // below 2^kMaxStreamsLog2
  History history;
  MatchPositions matches;
  RecurrentState recurrent;  // empty before the first token
  std::uint32_t hits = 0;    // whether the candidates before were right, the last one lowest
};

class Predictor {
 public:
  // Must be reset before it is used.
  explicit Predictor(SimdLevel simd);
  Predictor(const PredictorTables& tables, const Profile& profile, const TrainedState& state,
            const TableSizes& sizes, SimdLevel simd)
      : Predictor(simd) {
    reset(tables, profile, state, sizes);
  }

  // Begins a block. Keeps memory that it has from earlier blocks; what it allocates besides may
  // throw std::bad_alloc. `tables` must outlive the block.
  void reset(const PredictorTables& tables, const Profile& profile, const TrainedState& state,
             const TableSizes& sizes);

  // Begins the stream's next token: its first decision is about the candidate. `stream` must live
  // until end_token(). `log`, if not null, saves what these two change in the large tables.
  void begin_token(Stream& stream, UndoLog* log = nullptr);
  // Whether the token is known: it is rank().
  [[nodiscard]] bool decided() const {
    return !decision_.is_candidate && decision_.node.split == CodeTree::kLeaf;
  }
  [[nodiscard]] std::uint32_t rank() const { return decision_.node.low; }
  // What the next bit decides.
  [[nodiscard]] const Decision& decision() const { return decision_; }
  // Probability of a 1, Q22, 1..kMaxProbability. `network` is the mixer's input from the network,
  // stretched; 0 where none takes part.
  std::uint32_t predict(std::int32_t network);
  // Learns the bit that predict() was for, and goes to the next decision.
  void update(bool bit);
  // Goes to the next decision as update() does, and learns nothing but whether the candidate was
  // right. What end_token() learns it learns all the same.
  void go_on_unlearned(bool bit);

  // A decision of the token, with all that was found out on the way to it.
  struct Place {
    Decision decision;
    SuccessorInputs::Place lists;
    CounterInputs::Place counters;
    PriorInputs::Place prior;
  };
  // To look at other decisions than the token's: descend() goes on as update() does, but learns
  // nothing; go_to() goes back to a place of this token. The predictor must be back at the first
  // place, as after begin_token(), before the token's own decisions.
  [[nodiscard]] Place place() const;
  void go_to(const Place& place);
  void descend(bool bit);

  // Learns the token, which has these bytes, and appends it to the stream.
  void end_token(std::string_view bytes);

  // To undo what is learned: saves everything before it changes. The small tables, all of which
  // change soon, are saved at once; of the large ones all, or what each begin_token() with a log
  // and the next update() change.
  void save_small_tables(UndoLog& log);
  void save_large_tables(UndoLog& log);
  void save_update(bool bit, UndoLog& log);

  // Of the last predict().
  [[nodiscard]] const Mixer& mixer() const { return mixers_[mixer_index()]; }
  [[nodiscard]] const InputLayout& layout() const { return layout_; }

  // The state that a model keeps of training.
  [[nodiscard]] TrainedState trained_state() const;

 private:
  // The mixer of the candidate or that of the tree.
  [[nodiscard]] std::size_t mixer_index() const { return decision_.is_candidate ? 0 : 1; }
  void select_candidate_weights(Mixer& mixer) const;
  void select_tree_weights(Mixer& mixer) const;
  [[nodiscard]] std::uint32_t orders() const {
    return successors_.highest_order() * (kMaxPriorOrder + 1) + prior_.highest_order();
  }
  // Goes to what follows the bit: the tree's root, a node of it, or the token. Nodes that take no
  // bit are passed. `visit(bit, node)` is called for each node, behind the bit that leads to it.
  template <class Visit>
  static void follow(const CodeTree& tree, Decision& decision, bool bit, const Visit& visit);
  void go_on(bool bit, bool learns);

  const Logistic* logistic_ = nullptr;
  const CodeTree* tree_ = nullptr;
  InputLayout layout_{kProfiles[0]};
  std::array<Mixer, kMixers> mixers_;
  SuccessorInputs successors_;
  CounterInputs counters_;
  PriorInputs prior_;
  MatchInputs matches_;
  RecurrentInputs recurrent_;
  CandidateFinder finder_;

  Stream* stream_ = nullptr;
  Contexts contexts_;
  Decision decision_;
  std::uint32_t last_byte_ = 0;
  std::uint32_t last_rank_ = 0;
};

}  // namespace czip::v2

// The predictor of CZIPv2: the probability of each binary decision of each token, mixed (Mahoney
// 2005) from the n-gram prior, successor lists of many contexts, decision counters, match models
// and the network, where one takes part. Integers only. Specification:
// conformance/czip-v2-coding.md.
#pragma once

#include <cstdint>
#include <span>

#include "czip/codec/v2/coding/apm.hpp"
#include "czip/codec/v2/coding/code_tree.hpp"
#include "czip/codec/v2/coding/constants.hpp"
#include "czip/codec/v2/coding/contexts.hpp"
#include "czip/codec/v2/coding/counter_inputs.hpp"
#include "czip/codec/v2/coding/history.hpp"
#include "czip/codec/v2/coding/logistic.hpp"
#include "czip/codec/v2/coding/match_inputs.hpp"
#include "czip/codec/v2/coding/mixer.hpp"
#include "czip/codec/v2/coding/prior_inputs.hpp"
#include "czip/codec/v2/coding/profile.hpp"
#include "czip/codec/v2/coding/successor_inputs.hpp"
#include "czip/codec/v2/coding/trained_state.hpp"
#include "czip/codec/v2/coding/undo_log.hpp"

namespace czip::v2 {

// What the predictor reads and never changes. All must outlive it.
struct PredictorTables {
  const Logistic* logistic;
  const CodeTree* tree;
  const Prior* prior;
};

// The sizes of the predictor's tables, which follow from the length of the text.
struct TableSizes {
  std::uint32_t lists_log2;
  std::uint32_t counters_log2;
  std::uint32_t matches_log2;
  std::uint32_t apm_log2;

  static TableSizes for_text(std::uint64_t text_bytes);
  // Of the tables, with a tree of `vocabulary` tokens: at most 101 MiB.
  [[nodiscard]] std::uint64_t bytes(std::uint32_t vocabulary) const;
};

// One of a block's sequences of tokens, which share a predictor.
struct Stream {
  std::uint32_t number = 0;  // below 2^kMaxStreamsLog2
  History history;
  MatchPositions matches;
};

class Predictor {
 public:
  // Must be reset before it is used.
  explicit Predictor(SimdLevel simd) : mixer_(simd) {}
  Predictor(const PredictorTables& tables, const Profile& profile, const TrainedState& state,
            const TableSizes& sizes, SimdLevel simd)
      : Predictor(simd) {
    reset(tables, profile, state, sizes);
  }

  // Begins a block. Keeps memory that it has from earlier blocks; what it allocates besides may
  // throw std::bad_alloc. `tables` must outlive the block.
  void reset(const PredictorTables& tables, const Profile& profile, const TrainedState& state,
             const TableSizes& sizes);

  // Begins the stream's next token, at the root of the code tree. `stream` must live until
  // end_token().
  void begin_token(Stream& stream);
  // Whether the token is known: it is rank().
  [[nodiscard]] bool decided() const { return node_.split == CodeTree::kLeaf; }
  [[nodiscard]] std::uint32_t rank() const { return node_.low; }
  // The bit to code is 1 if the token's rank is at or past this.
  [[nodiscard]] std::uint32_t split() const { return node_.split; }
  [[nodiscard]] const Node& node() const { return node_; }
  // Probability of a 1 in units of 2^-16, 1..65535. `network` is the mixer's input from the
  // network, stretched; 0 where none takes part.
  std::uint32_t predict(std::int32_t network);
  // Learns the bit that predict() was for, and goes to the next node.
  void update(bool bit);

  // A node of the token's tree, with all that was found out on the way to it.
  struct Place {
    Node node;
    SuccessorInputs::Place lists;
    CounterInputs::Place counters;
    PriorInputs::Place prior;
  };
  // To look at other nodes than the token's: descend() goes to a child as update() does, but learns
  // nothing; go_to() goes back to a place of this token. The predictor must be back at the root's
  // place, as after begin_token(), before the token's own decisions.
  [[nodiscard]] Place place() const;
  void go_to(const Place& place);
  void descend(bool bit);

  // Learns the token, which has these bytes, and appends it to the stream.
  void end_token(std::string_view bytes);

  // To undo what is learned: saves everything before it changes. The small tables, all of which
  // change soon, are saved at once; of the large ones all, or what the next begin_token() with its
  // end_token(), and the next update(), change.
  void save_small_tables(UndoLog& log);
  void save_large_tables(UndoLog& log);
  void save_begin_token(const Stream& stream, UndoLog& log);
  void save_update(bool bit, UndoLog& log);

  // Of the last predict().
  [[nodiscard]] const Mixer& mixer() const { return mixer_; }

  // The state that a model keeps of training.
  [[nodiscard]] TrainedState trained_state() const;

 private:
  [[nodiscard]] std::span<std::int32_t> inputs(std::size_t first, std::size_t count) {
    return mixer_.inputs().subspan(first, count);
  }
  void select_weights();
  void prefetch_apm() const;
  [[nodiscard]] std::size_t hashed_context() const;

  const Logistic* logistic_ = nullptr;
  const CodeTree* tree_ = nullptr;
  std::size_t list_count_ = 0;
  Mixer mixer_;
  SuccessorInputs successors_;
  CounterInputs counters_;
  PriorInputs prior_;
  MatchInputs matches_;
  Apm node_apm_;    // by node
  Apm hashed_apm_;  // by hash of the last token and the node
  std::uint32_t hashed_apm_log2_ = 0;

  Stream* stream_ = nullptr;
  Contexts contexts_;
  Node node_;
  std::uint32_t last_byte_ = 0;
  std::uint32_t last_rank_ = 0;
};

}  // namespace czip::v2

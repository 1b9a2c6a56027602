#include "czip/codec/v2/coding/counter_inputs.hpp"

#include <algorithm>

namespace czip::v2 {

void CounterInputs::reset(const CodeTree& tree, std::uint32_t table_log2, bool hashed) {
  tree_ = &tree;
  table_log2_ = table_log2;
  hashed_ = hashed;
  order0_.assign(2 * std::size_t{tree.size()}, AdaptiveProbability());
  lines_.reset(hashed ? (kCounterInputs - 1) << table_log2 : 0);
}

void CounterInputs::predict_candidate(std::uint32_t candidate, const Logistic& logistic,
                                      std::span<std::int32_t> inputs) const {
  std::ranges::fill(inputs, 0);
  inputs[0] = logistic.stretch(order0_[tree_->size() + candidate].p());
}

void CounterInputs::update_candidate(std::uint32_t candidate, bool bit) {
  order0_[tree_->size() + candidate].update(bit, kCounterLimit);
}

void CounterInputs::prefetch(const Contexts& contexts, std::uint32_t root) const {
  if (!hashed_) return;
  const HashedContexts context = hashed_contexts(contexts);
  for (std::size_t i = 1; i < kCounterInputs; ++i)
    __builtin_prefetch(&lines_[line_index(i, hash_combine(context[i], root))], 1);
}

void CounterInputs::begin_tree(const Contexts& contexts, const Node& root, bool learns) {
  context_ = hashed_contexts(contexts);
  find(root, learns);
}

void CounterInputs::find(const Node& node, bool learns) {
  place_.split = node.split;
  if (!hashed_) return;
  const std::uint32_t level = node.depth % kCounterLineLevels;
  if (learns && level == kCounterLineLevels - 1) prefetch_children(node.split);
  if (level != 0) return;
  place_.counter = 1;
  for (std::size_t i = 1; i < kCounterInputs; ++i) {
    const std::uint64_t hash = hash_combine(context_[i], node.split);
    Line* line = &lines_[line_index(i, hash)];
    // Never 0, which is the check of an unused line.
    const std::uint32_t check = static_cast<std::uint32_t>(hash) | 1;
    if ((*line)[0] != check) {
      if (learns) {
        *line = unused_line();
        (*line)[0] = check;
      } else {
        line = &unused_;
      }
    }
    place_.line[i] = line;
  }
}

void CounterInputs::prefetch_children(std::uint32_t split) const {
  for (const bool bit : {false, true}) {
    const std::uint32_t child = tree_->child(split, bit);
    if (child == CodeTree::kLeaf) continue;
    for (std::size_t i = 1; i < kCounterInputs; ++i) {
      __builtin_prefetch(&lines_[line_index(i, hash_combine(context_[i], child))], 1);
    }
  }
}

void CounterInputs::save_lines(const Contexts& contexts, const Node& node, UndoLog& log) {
  if (!hashed_ || node.depth % kCounterLineLevels != 0)
    return;  // none, or in a line that was saved
  const HashedContexts context = hashed_contexts(contexts);
  for (std::size_t i = 1; i < kCounterInputs; ++i)
    log.save(&lines_[line_index(i, hash_combine(context[i], node.split))]);
}

void CounterInputs::predict(const Logistic& logistic, std::span<std::int32_t> inputs) const {
  inputs[0] = logistic.stretch(order0_[place_.split].p());
  if (!hashed_) return;
  for (std::size_t i = 1; i < kCounterInputs; ++i) {
    inputs[i] = logistic.stretch(AdaptiveProbability((*place_.line[i])[place_.counter]).p());
  }
}

void CounterInputs::learn(bool bit) {
  order0_[place_.split].update(bit, kCounterLimit);
  for (std::size_t i = 1; hashed_ && i < kCounterInputs; ++i) {
    AdaptiveProbability p((*place_.line[i])[place_.counter]);
    p.update(bit, kCounterLimit);
    (*place_.line[i])[place_.counter] = p.raw();
  }
}

void CounterInputs::go_on(bool bit, const Node* next, bool learns) {
  place_.counter = 2 * place_.counter + (bit ? 1 : 0);
  if (next != nullptr) find(*next, learns);
}

}  // namespace czip::v2

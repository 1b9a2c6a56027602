#include "czip/codec/v2/coding/counter_inputs.hpp"

namespace czip::v2 {

void CounterInputs::reset(const CodeTree& tree, std::uint32_t table_log2) {
  tree_ = &tree;
  table_log2_ = table_log2;
  order0_.assign(tree.size(), AdaptiveProbability());
  lines_.reset((kCounterInputs - 1) << table_log2);
}

void CounterInputs::begin_token(const Contexts& contexts, const Node& root) {
  context_ = {0, contexts.order[1], contexts.order[2], contexts.word};
  find(root);
}

void CounterInputs::find(const Node& node) {
  split_ = node.split;
  const std::uint32_t level = node.depth % kCounterLineLevels;
  if (level == kCounterLineLevels - 1) prefetch_children(node.split);
  if (level != 0) return;
  counter_ = 1;
  for (std::size_t i = 1; i < kCounterInputs; ++i) {
    const std::uint64_t hash = hash_combine(context_[i], node.split);
    line_[i] = &lines_[line_index(i, hash)];
    // Never 0, which is the check of an unused line.
    const std::uint32_t check = static_cast<std::uint32_t>(hash) | 1;
    if ((*line_[i])[0] != check) {
      line_[i]->fill(AdaptiveProbability().raw());
      (*line_[i])[0] = check;
    }
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

void CounterInputs::predict(const Logistic& logistic, std::span<std::int32_t> inputs) const {
  inputs[0] = logistic.stretch(order0_[split_].p());
  for (std::size_t i = 1; i < kCounterInputs; ++i) {
    inputs[i] = logistic.stretch(AdaptiveProbability((*line_[i])[counter_]).p());
  }
}

void CounterInputs::update(bool bit, const Node* next) {
  order0_[split_].update(bit, kCounterLimit);
  for (std::size_t i = 1; i < kCounterInputs; ++i) {
    AdaptiveProbability p((*line_[i])[counter_]);
    p.update(bit, kCounterLimit);
    (*line_[i])[counter_] = p.raw();
  }
  counter_ = 2 * counter_ + (bit ? 1 : 0);
  if (next != nullptr) find(*next);
}

}  // namespace czip::v2

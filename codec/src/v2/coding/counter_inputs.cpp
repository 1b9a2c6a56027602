#include "czip/codec/v2/coding/counter_inputs.hpp"

namespace czip::v2 {

void CounterInputs::reset(const CodeTree& tree, std::uint32_t table_log2) {
  tree_ = &tree;
  table_log2_ = table_log2;
  order0_.assign(tree.size(), AdaptiveProbability());
  lines_.reset((kCounterInputs - 1) << table_log2);
}

void CounterInputs::begin_token(const Contexts& contexts, const Node& root) {
  context_ = hashed_contexts(contexts);
  find<true>(root);
}

template <bool learns>
void CounterInputs::find(const Node& node) {
  place_.split = node.split;
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
      if constexpr (learns) {
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
  if (node.depth % kCounterLineLevels != 0) return;  // in a line that was saved
  const HashedContexts context = hashed_contexts(contexts);
  for (std::size_t i = 1; i < kCounterInputs; ++i)
    log.save(&lines_[line_index(i, hash_combine(context[i], node.split))]);
}

void CounterInputs::predict(const Logistic& logistic, std::span<std::int32_t> inputs) const {
  inputs[0] = logistic.stretch(order0_[place_.split].p());
  for (std::size_t i = 1; i < kCounterInputs; ++i) {
    inputs[i] = logistic.stretch(AdaptiveProbability((*place_.line[i])[place_.counter]).p());
  }
}

void CounterInputs::update(bool bit, const Node* next) {
  order0_[place_.split].update(bit, kCounterLimit);
  for (std::size_t i = 1; i < kCounterInputs; ++i) {
    AdaptiveProbability p((*place_.line[i])[place_.counter]);
    p.update(bit, kCounterLimit);
    (*place_.line[i])[place_.counter] = p.raw();
  }
  place_.counter = 2 * place_.counter + (bit ? 1 : 0);
  if (next != nullptr) find<true>(*next);
}

void CounterInputs::descend(bool bit, const Node* next) {
  place_.counter = 2 * place_.counter + (bit ? 1 : 0);
  if (next != nullptr) find<false>(*next);
}

}  // namespace czip::v2

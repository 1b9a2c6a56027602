#include "czip/codec/v2/coding/successor_inputs.hpp"

#include <algorithm>

namespace czip::v2 {

void SuccessorInputs::reset(std::size_t lists, std::uint32_t table_log2,
                            std::span<const std::uint32_t> maps) {
  lists_ = lists;
  used_ = maps.size();
  table_.reset(table_log2);
  maps_.assign(kListLanes * kSuccessorStates, 0);
  std::ranges::copy(maps, maps_.begin());
}

void SuccessorInputs::prefetch(const Contexts& contexts) const {
  for (std::size_t i = 0; i < lists_; ++i) table_.prefetch(contexts.list[i]);
}

void SuccessorInputs::begin_token(const Contexts& contexts) {
  for (std::size_t i = 0; i < lists_; ++i) index_[i] = table_.find(contexts.list[i]);
  kernels_->load(table_.lists(), index_.data(), lists_, lanes_);
}

void SuccessorInputs::predict(const Decision& decision, const Logistic& logistic,
                              std::span<std::int32_t> inputs) {
  kernels_->predict(lanes_, decision.of_lists(), maps_.data(), logistic.stretch_table(),
                    inputs.data());
}

void SuccessorInputs::update(const Decision& decision, bool bit) {
  kernels_->learn(lanes_, bit, kSuccessorMapLimit, maps_.data());
  descend(decision, bit);
}

void SuccessorInputs::descend(const Decision& decision, bool bit) {
  kernels_->rule_out(lanes_, decision.of_lists(), bit);
}

void SuccessorInputs::end_token(std::uint32_t rank) {
  kernels_->update(table_.lists(), index_.data(), lists_, static_cast<std::uint16_t>(rank));
}

void SuccessorInputs::save_lists(const Contexts& contexts, UndoLog& log) {
  for (std::size_t i = 0; i < lists_; ++i) log.save(table_.line(contexts.list[i]), kListsPerLine);
}

}  // namespace czip::v2

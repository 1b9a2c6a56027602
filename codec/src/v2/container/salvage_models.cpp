#include "v2/container/salvage_models.hpp"

#include <algorithm>

namespace czip::v2 {
namespace {

constexpr std::size_t kMaxRemembered = 64;

bool same(const ModelReference& a, const ModelReference& b) {
  return a.known == b.known && a.hash == b.hash;
}

}  // namespace

Result<std::optional<Model>> SalvageModels::find(const ModelReference& reference) {
  for (const auto& [known, model] : found_)
    if (same(known, reference)) return std::optional(model);
  const bool missed = std::ranges::any_of(
      missing_, [&](const ModelReference& known) { return same(known, reference); });
  if (missed || searches_ == 0) return std::optional<Model>();
  auto model = (*finder_)(reference);
  if (model) return std::optional(found_.emplace_back(reference, std::move(*model)).second);
  if (model.error().code != ErrorCode::model_mismatch) return error_of(model);
  --searches_;
  if (missing_.size() < kMaxRemembered) {
    missing_.push_back(reference);
    errors_.push_back(model.error());
  }
  return std::optional<Model>();
}

}  // namespace czip::v2

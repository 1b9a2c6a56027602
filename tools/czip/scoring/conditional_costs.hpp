// What every one of some texts costs behind every one of some contexts.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cli/session.hpp"
#include "czip/base/error.hpp"
#include "czip/codec/v2/model.hpp"
#include "scoring/document.hpp"

namespace czip::tool {

// Costs as in czip/codec/scoring.hpp.
struct ConditionalCosts {
  std::vector<std::uint64_t> context;              // each context alone
  std::vector<std::vector<std::uint64_t>> behind;  // [context][text]
};

// Learns one context after another on each thread, and scores all texts behind it. Errors: those of
// v2::PrimedScorer, over_limit.
Result<ConditionalCosts> conditional_costs(const Session& session, const v2::Model& model,
                                           std::span<const Document> contexts,
                                           std::span<const Document> texts);

}  // namespace czip::tool

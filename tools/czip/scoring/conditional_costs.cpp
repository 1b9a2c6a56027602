#include "scoring/conditional_costs.hpp"

#include <algorithm>
#include <optional>

#include "base/errors.hpp"
#include "cli/progress.hpp"
#include "czip/base/memory_limit.hpp"
#include "czip/base/pipeline.hpp"
#include "czip/codec/io/pass_report.hpp"
#include "czip/codec/io/progress_sum.hpp"
#include "czip/codec/v2/primed_scorer.hpp"

namespace czip::tool {
namespace {

struct Task {
  std::size_t context = 0;
  std::uint64_t cost = 0;
  std::vector<std::uint64_t> behind;
};

std::uint64_t longest(std::span<const Document> documents) {
  std::uint64_t bytes = 0;
  for (const Document& document : documents)
    bytes = std::max<std::uint64_t>(bytes, document.text.size());
  return bytes;
}

std::uint64_t sum(std::span<const Document> documents) {
  std::uint64_t bytes = 0;
  for (const Document& document : documents) bytes += document.text.size();
  return bytes;
}

// Counts a text of `bytes` in `sum` while it is scored.
PassReport counted_in(ProgressSum& sum, std::uint64_t bytes) {
  return
      [&sum, bytes, counted = std::uint64_t{0}](std::uint64_t done, std::uint64_t total) mutable {
        const std::uint64_t more = bytes * done / total - counted;
        counted += more;
        return sum.add(more);
      };
}

}  // namespace

Result<ConditionalCosts> conditional_costs(const Session& session, const v2::Model& model,
                                           std::span<const Document> contexts,
                                           std::span<const Document> texts) {
  const v2::PrimedOptions options{.level = session.arguments.level.value_or(v2::kDefaultLevel),
                                  .text_bytes = longest(texts)};
  // What the longest context takes, for each thread.
  const std::uint64_t per_thread = v2::primed_bytes(longest(contexts), options.text_bytes);
  const auto threads = threads_within_limit(session.arguments.threads, contexts.size(),
                                            session.memory_limit(), {.per_thread = per_thread});
  if (!threads) return Failure(advise(threads.error()));
  std::vector<v2::PrimedScorer> scorers;
  for (unsigned i = 0; i < *threads; ++i) scorers.emplace_back(session.simd());
  ConditionalCosts costs;
  costs.context.resize(contexts.size());
  costs.behind.resize(contexts.size());
  // Each context is read once, and all texts after it.
  const std::uint64_t text_bytes = sum(texts);
  ProgressBar bar("scoring", sum(contexts) + contexts.size() * text_bytes,
                  session.wants_progress());
  const Progress progress = bar.follow();
  ProgressSum done(progress);
  std::size_t next = 0;
  const Status status = run_ordered<Task>(
      *threads, {.pull = [&](Task& task) -> Result<bool> {
                   task.context = next;
                   return next++ < contexts.size();
                 },
                 .process = [&](unsigned worker, Task& task) -> Status {
                   v2::PrimedScorer& scorer = scorers[worker];
                   const auto& text = contexts[task.context].text;
                   CZIP_TRY_ASSIGN(const auto context, scorer.prime(model, text, options,
                                                                    counted_in(done, text.size())));
                   task.cost = context.cost;
                   task.behind.clear();
                   for (const Document& other : texts) {
                     CZIP_TRY_ASSIGN(const auto report,
                                     scorer.score(other.text, counted_in(done, other.text.size())));
                     task.behind.push_back(report.cost);
                   }
                   return {};
                 },
                 .commit = [&](Task& task) -> Status {
                   costs.context[task.context] = task.cost;
                   costs.behind[task.context] = std::move(task.behind);
                   return {};
                 }});
  if (!status) return Failure(advise(status.error()));
  return costs;
}

}  // namespace czip::tool

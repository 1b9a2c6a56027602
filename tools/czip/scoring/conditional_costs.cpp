#include "scoring/conditional_costs.hpp"

#include <algorithm>
#include <optional>

#include "base/errors.hpp"
#include "cli/progress.hpp"
#include "czip/base/memory_limit.hpp"
#include "czip/base/pipeline.hpp"
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
  std::size_t next = 0;
  std::uint64_t done = 0;
  const Status status = run_ordered<Task>(
      *threads, {.pull = [&](Task& task) -> Result<bool> {
                   task.context = next;
                   return next++ < contexts.size();
                 },
                 .process = [&](unsigned worker, Task& task) -> Status {
                   v2::PrimedScorer& scorer = scorers[worker];
                   CZIP_TRY_ASSIGN(const auto context,
                                   scorer.prime(model, contexts[task.context].text, options));
                   task.cost = context.cost;
                   task.behind.clear();
                   for (const Document& text : texts) {
                     CZIP_TRY_ASSIGN(const auto report, scorer.score(text.text));
                     task.behind.push_back(report.cost);
                   }
                   return {};
                 },
                 .commit = [&](Task& task) -> Status {
                   costs.context[task.context] = task.cost;
                   costs.behind[task.context] = std::move(task.behind);
                   done += contexts[task.context].text.size() + text_bytes;
                   bar.update(done);
                   return {};
                 }});
  if (!status) return Failure(advise(status.error()));
  return costs;
}

}  // namespace czip::tool

// Decodes records on several threads, as many as the caller's memory limit allows for the records
// at hand.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "czip/base/parallel.hpp"
#include "czip/base/pipeline.hpp"
#include "czip/codec/io/progress_sum.hpp"
#include "czip/codec/v2/block/block_coder.hpp"
#include "czip/codec/v2/codec.hpp"
#include "v2/container/memory.hpp"
#include "v2/container/pass_progress.hpp"
#include "v2/container/record_decoder.hpp"

namespace czip::v2 {

// `Task` is a DecodingTask or derives from it; `pull` and `commit` are those of PipelineStages.
template <class Task>
class DecodingPipeline {
 public:
  // Counts each task's text in `progress`.
  DecodingPipeline(const DecodeOptions& options, CodingContext& context, ProgressSum& progress,
                   std::function<Result<bool>(Task&)> pull, std::function<Status(Task&)> commit)
      : options_(&options),
        context_(&context),
        progress_(&progress),
        pull_(std::move(pull)),
        commit_(std::move(commit)) {}

  // A record that needs more memory than those before it waits until they are done, because fewer
  // threads may have room for it. Errors: those of the stages and of decode_record, over_limit.
  Status run() {
    Task first;
    CZIP_TRY_ASSIGN(bool more, pull_(first));
    if (more) waiting_ = std::move(first);
    while (waiting_) {
      CZIP_TRY_ASSIGN(task_memory_, memory_of(*waiting_));
      CZIP_TRY_ASSIGN(
          const unsigned threads,
          threads_within_limit(options_->threads, std::numeric_limits<std::uint64_t>::max(),
                               options_->memory_limit, task_memory_));
      threads_ = std::max(threads_, threads);
      const auto coders =
          context_->coders(threads, thread_count(options_->threads, kMaxThreads), options_->simd);
      CZIP_TRY(run_ordered<Task>(
          threads,
          {.pull = [this](Task& task) { return next(task); },
           .process = [&](unsigned worker, Task& task) { return process(coders[worker], task); },
           .commit = commit_}));
    }
    return {};
  }

  // The most threads that were used at once.
  [[nodiscard]] unsigned threads() const { return threads_; }

 private:
  Status process(BlockCoder& coder, Task& task) {
    PassProgress progress(*progress_, task.counted_bytes());
    progress.begin_last_pass();
    CZIP_TRY(decode_record(coder, task, progress.report()));
    return progress.finish();
  }

  Result<bool> next(Task& task) {
    if (waiting_) {
      task = std::move(*waiting_);
      waiting_.reset();
      return true;
    }
    CZIP_TRY_ASSIGN(const bool more, pull_(task));
    if (!more || options_->memory_limit == 0) return more;
    CZIP_TRY_ASSIGN(const MemoryNeed need, memory_of(task));
    if (need.shared <= task_memory_.shared && need.per_thread <= task_memory_.per_thread)
      return true;
    waiting_ = std::move(task);
    return false;
  }

  Result<MemoryNeed> memory_of(const Task& task) const {
    return decoding_memory(task, options_->simd);
  }

  const DecodeOptions* options_;
  CodingContext* context_;
  ProgressSum* progress_;
  std::function<Result<bool>(Task&)> pull_;
  std::function<Status(Task&)> commit_;
  std::optional<Task> waiting_;
  MemoryNeed task_memory_;
  unsigned threads_ = 0;
};

}  // namespace czip::v2

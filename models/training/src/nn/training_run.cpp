#include "nn/training_run.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <new>
#include <string>
#include <thread>
#include <utility>

#include "nn/checkpoint.hpp"
#include "nn/matrix_products.hpp"
#include "nn/optimizer.hpp"

namespace czip::nn {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kWarmUpSteps = 20;
// The learning rate is constant at first, and falls to nothing over this last part of the budget.
constexpr double kFallingPart = 0.5;
constexpr std::size_t kHeldOutTokens = 65536;
constexpr double kReportSeconds = 20;
constexpr double kSaveSeconds = 300;

// Tables forget at a rate that is fixed by readings of the text rather than steps (X. Wang and L.
// Aitchison, 2024), so that rows for what is rare do not learn a small text by heart, and keep
// what a large one says once. No faster than kMostDecay a step.
constexpr double kDecayPerReading = 2.4;
constexpr double kMostDecay = 0.004;

LearningRates rates_for(std::size_t sequences, std::size_t sequences_per_step) {
  const double steps = static_cast<double>(sequences) / static_cast<double>(sequences_per_step);
  LearningRates rates;
  rates.table_decay = static_cast<float>(std::min(kMostDecay, kDecayPerReading / steps));
  return rates;
}

// A share is what a pass takes at a time.
class Run {
 public:
  Run(const v2::NetworkRunOptions& options, const Corpus& corpus, const Trainee& trainee)
      : options_(options),
        corpus_(corpus),
        trainee_(trainee),
        share_tokens_(trainee.pass_sequences * corpus.predicted_tokens),
        step_shares_(
            std::max<std::size_t>(1, (trainee.batch_tokens + share_tokens_ - 1) / share_tokens_)),
        optimizer_(trainee.parameters,
                   rates_for(corpus.training.size(), step_shares_ * trainee.pass_sequences)) {
    const unsigned threads =
        options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
    for (unsigned t = 0; t < threads; ++t)
      workers_.push_back({trainee.make_pass(), Gradients(trainee.parameters)});
  }

  Status resume() {
    CZIP_TRY_ASSIGN(const auto position, read_checkpoint(options_.checkpoint, options_.seed,
                                                         trainee_.parameters, optimizer_));
    sequences_taken_ = position.windows;
    return {};
  }

  Status train() {
    start_ = Clock::now();
    double next_report = kReportSeconds;
    double next_save = kSaveSeconds;
    bool constant = true;
    double used = 0;
    while (used < 1) {
      const double now = seconds();
      const bool was_constant = std::exchange(constant, used < 1 - kFallingPart);
      if (was_constant && (!constant || now >= next_save)) {
        next_save = now + kSaveSeconds;
        CZIP_TRY(save());
      }
      if (now >= next_report) {
        next_report = now + kReportSeconds;
        report(false);
      }
      step(rate_share(used));
      used = used_budget();
    }
    report(true);
    return {};
  }

 private:
  struct Worker {
    Pass pass;
    Gradients gradients;
    double bits = 0;
  };

  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(Clock::now() - start_).count();
  }

  [[nodiscard]] double used_budget() const {
    double part = 0;
    if (options_.tokens > 0)
      part = static_cast<double>(tokens_) / static_cast<double>(options_.tokens);
    if (options_.seconds > 0) part = std::max(part, seconds() / options_.seconds);
    return part;
  }

  [[nodiscard]] float rate_share(double used) const {
    const double warm = static_cast<double>(steps_ + 1) / static_cast<double>(kWarmUpSteps);
    return static_cast<float>(std::min({1.0, warm, (1 - used) / kFallingPart}));
  }

  Status save() {
    if (!options_.save_checkpoint) return {};
    report(true);
    return options_.save_checkpoint(write_checkpoint(
        trainee_.parameters, optimizer_, {optimizer_.steps, sequences_taken_, options_.seed}));
  }

  // The sum of work(worker, i) over the shares i < count, on all threads; each share always falls
  // to the same worker.
  template <class Work>
  double share_out(std::size_t count, const Work& work) {
    std::atomic<bool> out_of_memory = false;
    {
      std::vector<std::jthread> threads;
      for (std::size_t w = 0; w < workers_.size(); ++w) {
        threads.emplace_back([this, w, count, &work, &out_of_memory] {
          try {
            Worker& worker = workers_[w];
            worker.bits = 0;
            for (std::size_t i = w; i < count; i += workers_.size()) worker.bits += work(worker, i);
          } catch (const std::bad_alloc&) {
            out_of_memory = true;
          }
        });
      }
    }
    // On to the thread that would report its own want of memory.
    if (out_of_memory) throw std::bad_alloc();
    double sum = 0;
    for (const Worker& worker : workers_) sum += worker.bits;
    return sum;
  }

  // The sequences of a share, the first of which is `first`.
  [[nodiscard]] std::vector<std::uint16_t> text(const TokenWindows& windows,
                                                std::uint64_t first) const {
    std::vector<std::uint16_t> tokens;
    for (std::size_t s = 0; s < trainee_.pass_sequences; ++s) {
      const auto window = windows[first + s];
      tokens.insert(tokens.end(), window.begin(), window.end());
    }
    return tokens;
  }

  // Of what is predicted in `count` sequences.
  [[nodiscard]] double bytes(const TokenWindows& windows, std::uint64_t first,
                             std::size_t count) const {
    std::size_t sum = 0;
    for (std::size_t s = 0; s < count; ++s)
      for (const std::uint16_t token : windows[first + s].last(corpus_.predicted_tokens))
        sum += corpus_.token_bytes[token];
    return static_cast<double>(sum);
  }

  void step(float rate) {
    const float weight = 1 / static_cast<float>(step_shares_);
    recent_bits_ += share_out(step_shares_, [&](Worker& worker, std::size_t i) {
      const std::uint64_t first = sequences_taken_ + i * trainee_.pass_sequences;
      return worker.pass.gradients(text(corpus_.training, first), weight, worker.gradients);
    });
    std::vector<Gradients*> gradients;
    for (Worker& worker : workers_) gradients.push_back(&worker.gradients);
    optimizer_.step(trainee_.parameters, gradients, rate);
    trainee_.after_step();
    const std::size_t sequences = step_shares_ * trainee_.pass_sequences;
    recent_bytes_ += bytes(corpus_.training, sequences_taken_, sequences);
    sequences_taken_ += sequences;
    tokens_ += step_shares_ * share_tokens_;
    ++steps_;
  }

  double held_out_bits() {
    const std::size_t count =
        std::min(kHeldOutTokens / share_tokens_, corpus_.held_out.size() / trainee_.pass_sequences);
    if (count == 0) return 0;
    const double bits = share_out(count, [&](Worker& worker, std::size_t i) {
      return worker.pass.evaluate(text(corpus_.held_out, i * trainee_.pass_sequences));
    });
    return bits / bytes(corpus_.held_out, 0, count * trainee_.pass_sequences);
  }

  void report(bool measure) {
    if (!options_.progress) return;
    v2::NetworkProgress progress;
    progress.tokens = tokens_;
    progress.fraction = std::min(1.0, used_budget());
    if (progress.fraction > 0) progress.seconds_left = seconds() * (1 / progress.fraction - 1);
    progress.tokens_per_second = static_cast<double>(tokens_) / seconds();
    progress.training_bits = recent_bytes_ > 0 ? recent_bits_ / recent_bytes_ : 0;
    if (measure) progress.held_out_bits = held_out_bits();
    recent_bits_ = recent_bytes_ = 0;
    options_.progress(progress);
  }

  const v2::NetworkRunOptions& options_;
  const Corpus& corpus_;
  const Trainee& trainee_;
  std::size_t share_tokens_;  // predicted ones
  std::size_t step_shares_;
  Optimizer optimizer_;
  std::vector<Worker> workers_;
  Clock::time_point start_;
  std::uint64_t sequences_taken_ = 0;  // since the training began
  std::uint64_t steps_ = 0;            // of this run
  std::uint64_t tokens_ = 0;           // of this run
  double recent_bits_ = 0;             // since the last report
  double recent_bytes_ = 0;
};

}  // namespace

void Corpus::add(std::span<const TokenId> tokens, bool is_held_out) {
  (is_held_out ? held_out : training).add(std::vector<std::uint16_t>(tokens.begin(), tokens.end()));
}

Status train(const v2::NetworkRunOptions& options, Corpus& corpus, const Trainee& trainee) {
  if (options.tokens == 0 && !(options.seconds > 0))
    return fail(ErrorCode::invalid_argument,
                "training a network needs a number of tokens or a time");
  corpus.training.shuffle(options.seed);
  corpus.held_out.shuffle(options.seed);
  if (corpus.training.size() == 0)
    return fail(ErrorCode::invalid_argument, "training a network needs at least " +
                                                 std::to_string(corpus.sequence_tokens) +
                                                 " tokens of text");
  use_one_thread_per_product();
  Run run(options, corpus, trainee);
  if (!options.checkpoint.empty()) {
    CZIP_TRY(run.resume());
  }
  return run.train();
}

}  // namespace czip::nn

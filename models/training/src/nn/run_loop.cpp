#include "nn/run_loop.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "czip/base/parallel.hpp"
#include "nn/checkpoint.hpp"
#include "nn/matrix_products.hpp"
#include "nn/optimizer.hpp"

namespace czip::nn {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kWarmUpSteps = 20;
// The learning rate is constant at first and falls linearly to 0 over this last fraction of the
// budget.
constexpr double kDecayFraction = 0.5;
constexpr std::size_t kHeldOutTokens = 65536;  // how many a report measures
constexpr double kReportSeconds = 20;
constexpr double kSaveSeconds = 300;

// The weight decay of tables is fixed per epoch rather than per step (Wang and Aitchison 2024), so
// that the rows of rare tokens do not learn a small text by heart but keep what a large one says
// once. Tuned on 5 MB of Japanese HTML (models/training/experiments.md).
constexpr double kDecayPerEpoch = 2.4;
constexpr double kMaxDecayPerStep = 0.004;

LearningRates rates_for(std::size_t sequences, std::size_t sequences_per_step) {
  const double steps = static_cast<double>(sequences) / static_cast<double>(sequences_per_step);
  LearningRates rates;
  rates.table_decay = static_cast<float>(std::min(kMaxDecayPerStep, kDecayPerEpoch / steps));
  return rates;
}

// A micro-batch holds the sequences of one pass; a step takes several, spread over the threads.
class Run {
 public:
  Run(const RunOptions& options, const Sequences& sequences, const TrainableNetwork& network)
      : options_(options),
        sequences_(sequences),
        network_(network),
        micro_batch_tokens_(network.pass_sequences * sequences.predicted_tokens),
        micro_batches_(std::max<std::size_t>(
            1, (network.batch_tokens + micro_batch_tokens_ - 1) / micro_batch_tokens_)),
        optimizer_(network.parameters, rates_for(sequences.training.size(), step_sequences())) {
    const unsigned threads = thread_count(options.threads, kMaxThreads);
    for (unsigned t = 0; t < threads; ++t)
      workers_.push_back({network.make_pass(), Gradients(network.parameters)});
  }

  Status resume() {
    CZIP_TRY_ASSIGN(const auto position, read_checkpoint(options_.checkpoint, options_.seed,
                                                         network_.parameters, optimizer_));
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
      const bool was_constant = std::exchange(constant, used < 1 - kDecayFraction);
      if (was_constant && (!constant || now >= next_save)) {
        next_save = now + kSaveSeconds;
        CZIP_TRY(save());
      }
      if (now >= next_report) {
        next_report = now + kReportSeconds;
        CZIP_TRY(report(false));
      }
      CZIP_TRY(step(rate_fraction(used)));
      used = used_budget();
    }
    return report(true);
  }

 private:
  struct Worker {
    Pass pass;
    Gradients gradients;
    double bits = 0;
  };

  [[nodiscard]] std::size_t step_sequences() const {
    return micro_batches_ * network_.pass_sequences;
  }

  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(Clock::now() - start_).count();
  }

  [[nodiscard]] double used_budget() const {
    double used = 0;
    if (options_.tokens > 0)
      used = static_cast<double>(tokens_) / static_cast<double>(options_.tokens);
    if (options_.seconds > 0) used = std::max(used, seconds() / options_.seconds);
    return used;
  }

  [[nodiscard]] float rate_fraction(double used) const {
    const double warm = static_cast<double>(steps_ + 1) / static_cast<double>(kWarmUpSteps);
    return static_cast<float>(std::min({1.0, warm, (1 - used) / kDecayFraction}));
  }

  Status save() {
    if (!options_.save_checkpoint) return {};
    CZIP_TRY(report(true));
    CZIP_TRY_ASSIGN(const auto checkpoint,
                    write_checkpoint(network_.parameters, optimizer_,
                                     {optimizer_.steps, sequences_taken_, options_.seed}));
    return options_.save_checkpoint(checkpoint);
  }

  // The sum of work(worker, i) for i < count. Each i belongs to a fixed worker, and a worker adds
  // in order, so that the sums of floats depend on the number of threads only.
  template <class Work>
  Result<double> parallel_sum(std::size_t count, const Work& work) {
    const std::size_t workers = workers_.size();
    CZIP_TRY(parallel_for(static_cast<unsigned>(workers), workers, [&](std::size_t w) {
      Worker& worker = workers_[w];
      worker.bits = 0;
      for (std::size_t i = w; i < count; i += workers) worker.bits += work(worker, i);
    }));
    double sum = 0;
    for (const Worker& worker : workers_) sum += worker.bits;
    return sum;
  }

  // The tokens of a micro-batch, whose first sequence is `first`.
  [[nodiscard]] std::vector<std::uint16_t> micro_batch(const TokenWindows& windows,
                                                       std::uint64_t first) const {
    std::vector<std::uint16_t> tokens;
    for (std::size_t s = 0; s < network_.pass_sequences; ++s) {
      const auto window = windows[first + s];
      tokens.insert(tokens.end(), window.begin(), window.end());
    }
    return tokens;
  }

  // The bytes of the predicted tokens of `count` sequences.
  [[nodiscard]] double predicted_bytes(const TokenWindows& windows, std::uint64_t first,
                                       std::size_t count) const {
    std::size_t sum = 0;
    for (std::size_t s = 0; s < count; ++s)
      for (const std::uint16_t token : windows[first + s].last(sequences_.predicted_tokens))
        sum += sequences_.token_bytes[token];
    return static_cast<double>(sum);
  }

  Status step(float fraction) {
    const float weight = 1 / static_cast<float>(micro_batches_);
    CZIP_TRY_ASSIGN(const double bits,
                    parallel_sum(micro_batches_, [&](Worker& worker, std::size_t i) {
                      const std::uint64_t first = sequences_taken_ + i * network_.pass_sequences;
                      return worker.pass.gradients(micro_batch(sequences_.training, first), weight,
                                                   worker.gradients);
                    }));
    std::vector<Gradients*> gradients;
    for (Worker& worker : workers_) gradients.push_back(&worker.gradients);
    CZIP_TRY(optimizer_.step(network_.parameters, gradients, fraction));
    network_.after_step();
    recent_bits_ += bits;
    recent_bytes_ += predicted_bytes(sequences_.training, sequences_taken_, step_sequences());
    sequences_taken_ += step_sequences();
    tokens_ += micro_batches_ * micro_batch_tokens_;
    ++steps_;
    return {};
  }

  // The code length in bits per byte; 0 where there is no held-out text.
  Result<double> held_out_bits() {
    const std::size_t count = std::min(kHeldOutTokens / micro_batch_tokens_,
                                       sequences_.held_out.size() / network_.pass_sequences);
    if (count == 0) return 0.0;
    CZIP_TRY_ASSIGN(const double bits, parallel_sum(count, [&](Worker& worker, std::size_t i) {
                      return worker.pass.evaluate(
                          micro_batch(sequences_.held_out, i * network_.pass_sequences));
                    }));
    return bits / predicted_bytes(sequences_.held_out, 0, count * network_.pass_sequences);
  }

  Status report(bool measure) {
    if (!options_.progress) return {};
    Progress progress;
    progress.tokens = tokens_;
    progress.fraction = std::min(1.0, used_budget());
    if (progress.fraction > 0) progress.seconds_left = seconds() * (1 / progress.fraction - 1);
    progress.tokens_per_second = static_cast<double>(tokens_) / seconds();
    progress.training_bits = recent_bytes_ > 0 ? recent_bits_ / recent_bytes_ : 0;
    if (measure) {
      CZIP_TRY_ASSIGN(progress.held_out_bits, held_out_bits());
    }
    recent_bits_ = recent_bytes_ = 0;
    return options_.progress(progress);
  }

  const RunOptions& options_;
  const Sequences& sequences_;
  const TrainableNetwork& network_;
  std::size_t micro_batch_tokens_;  // predicted tokens
  std::size_t micro_batches_;       // in a step
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

void Sequences::add(std::span<const TokenId> tokens, bool is_held_out) {
  (is_held_out ? held_out : training).add(std::vector<std::uint16_t>(tokens.begin(), tokens.end()));
}

Status train(const RunOptions& options, Sequences& sequences, const TrainableNetwork& network) {
  if (options.tokens == 0 && !(options.seconds > 0))
    return fail(ErrorCode::invalid_argument,
                "training a network needs a number of tokens or a time");
  sequences.training.shuffle(options.seed);
  sequences.held_out.shuffle(options.seed);
  if (sequences.training.size() == 0)
    return fail(ErrorCode::invalid_argument, "training a network needs at least " +
                                                 std::to_string(sequences.sequence_tokens) +
                                                 " tokens of text");
  use_one_thread_per_product();
  Run run(options, sequences, network);
  if (!options.checkpoint.empty()) CZIP_TRY(run.resume());
  return run.train();
}

}  // namespace czip::nn

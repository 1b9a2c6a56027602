#include "training/network_v1/training_run.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "training/network/checkpoint.hpp"

namespace czip::network_v1 {
namespace {

constexpr network::LearningRates kRates{
    .matrix = 0.02F, .embedding = 0.05F, .head = 0.05F, .vector = 0.005F, .matrix_decay = 0.05F};
constexpr std::uint64_t kWarmUpSteps = 20;
// The learning rate is constant at first, and falls to nothing over this last part of the budget.
constexpr double kFallingPart = 0.5;
constexpr std::size_t kHeldBackTokens = 65536;
constexpr double kReportSeconds = 20;
constexpr double kSaveSeconds = 300;

}  // namespace

double Corpus::bytes(std::span<const std::uint16_t> tokens) const {
  std::size_t sum = 0;
  for (const std::uint16_t token : tokens) sum += token_bytes[token];
  return static_cast<double>(sum);
}

TrainingRun::TrainingRun(const v1::NetworkTrainingOptions& options, const Corpus& corpus,
                         std::size_t sequence_tokens)
    : options_(options),
      corpus_(corpus),
      sequence_tokens_(sequence_tokens),
      parameters_(options.shape, options.seed),
      value_bound_(options.shape),
      optimizer_(parameters_, kRates) {
  value_bound_.apply(parameters_);
  const unsigned threads =
      options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
  for (unsigned t = 0; t < threads; ++t)
    workers_.push_back(
        {NetworkPass(options.shape, sequence_tokens), network::Gradients(parameters_)});
}

Status TrainingRun::resume(std::span<const std::uint8_t> checkpoint) {
  const auto position = network::read_checkpoint(checkpoint, parameters_, optimizer_);
  if (!position) return tl::unexpected(position.error());
  sequences_taken_ = position->windows;
  return {};
}

Status TrainingRun::train() {
  start_ = Clock::now();
  double next_report = kReportSeconds;
  double next_save = kSaveSeconds;
  bool constant = true;
  for (double used = 0; used < 1; used = used_budget()) {
    const double now = seconds();
    const bool was_constant = std::exchange(constant, used < 1 - kFallingPart);
    if (was_constant && (!constant || now >= next_save)) {
      next_save = now + kSaveSeconds;
      if (auto saved = save(); !saved) return saved;
    }
    if (now >= next_report) {
      next_report = now + kReportSeconds;
      report(false);
    }
    step(rate_share(used));
  }
  report(true);
  return {};
}

Status TrainingRun::save() {
  if (!options_.save_checkpoint) return {};
  report(true);
  return options_.save_checkpoint(
      network::write_checkpoint(parameters_, optimizer_, {optimizer_.steps, sequences_taken_}));
}

double TrainingRun::seconds() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

double TrainingRun::used_budget() const {
  double part = 0;
  if (options_.tokens > 0)
    part = static_cast<double>(tokens_) / static_cast<double>(options_.tokens);
  if (options_.seconds > 0) part = std::max(part, seconds() / options_.seconds);
  return part;
}

float TrainingRun::rate_share(double used) const {
  const double warm = static_cast<double>(steps_ + 1) / static_cast<double>(kWarmUpSteps);
  return static_cast<float>(std::min({1.0, warm, (1 - used) / kFallingPart}));
}

std::size_t TrainingRun::batch_sequences() const {
  return std::max<std::size_t>(1,
                               (options_.batch_tokens + sequence_tokens_ - 1) / sequence_tokens_);
}

// The sum of work(worker, i) over i < count, on all threads; each i always falls to the same one.
template <class Work>
double TrainingRun::share_out(std::size_t count, const Work& work) {
  {
    std::vector<std::jthread> threads;
    for (std::size_t w = 0; w < workers_.size(); ++w) {
      threads.emplace_back([this, w, count, &work] {
        Worker& worker = workers_[w];
        worker.bits = 0;
        for (std::size_t i = w; i < count; i += workers_.size()) worker.bits += work(worker, i);
      });
    }
  }
  double sum = 0;
  for (const Worker& worker : workers_) sum += worker.bits;
  return sum;
}

void TrainingRun::step(float share) {
  const std::size_t batch = batch_sequences();
  const float weight = 1 / static_cast<float>(batch);
  recent_bits_ += share_out(batch, [&](Worker& worker, std::size_t i) {
    return worker.pass.gradients(parameters_, corpus_.training[sequences_taken_ + i], weight,
                                 worker.gradients);
  });
  std::vector<network::Gradients*> gradients;
  for (Worker& worker : workers_) gradients.push_back(&worker.gradients);
  optimizer_.step(parameters_, gradients, share);
  value_bound_.apply(parameters_);
  for (std::size_t i = 0; i < batch; ++i)
    recent_bytes_ += corpus_.bytes(corpus_.training[sequences_taken_ + i]);
  sequences_taken_ += batch;
  tokens_ += batch * sequence_tokens_;
  ++steps_;
}

double TrainingRun::held_back_bits() {
  const std::size_t count = std::min(std::max<std::size_t>(1, kHeldBackTokens / sequence_tokens_),
                                     corpus_.held_back.size());
  if (count == 0) return 0;
  double bytes = 0;
  for (std::size_t i = 0; i < count; ++i) bytes += corpus_.bytes(corpus_.held_back[i]);
  const double bits = share_out(count, [&](Worker& worker, std::size_t i) {
    return worker.pass.evaluate(parameters_, corpus_.held_back[i]);
  });
  return bits / bytes;
}

void TrainingRun::report(bool measure) {
  if (!options_.progress) return;
  v1::NetworkProgress progress;
  progress.tokens = tokens_;
  progress.fraction = std::min(1.0, used_budget());
  if (progress.fraction > 0) progress.seconds_left = seconds() * (1 / progress.fraction - 1);
  progress.tokens_per_second = static_cast<double>(tokens_) / seconds();
  progress.training_bits = recent_bytes_ > 0 ? recent_bits_ / recent_bytes_ : 0;
  if (measure) progress.held_back_bits = held_back_bits();
  recent_bits_ = recent_bytes_ = 0;
  options_.progress(progress);
}

}  // namespace czip::network_v1

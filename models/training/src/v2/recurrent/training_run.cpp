#include "v2/recurrent/training_run.hpp"

#include <algorithm>
#include <vector>

#include "czip/base/parallel.hpp"
#include "nn/isa.hpp"
#include "v2/recurrent/document_streams.hpp"
#include "v2/recurrent/float_environment.hpp"
#include "v2/recurrent/pass.hpp"

namespace czip::v2::training {
namespace {

// A step takes a chunk of each stream. Gradients go back to the chunk's beginning only; the state
// goes on.
constexpr std::size_t kChunk = 128;
// Each group's gradients are summed by themselves, and then in the groups' order, so that the sums
// do not depend on the threads.
constexpr std::size_t kGroups = 4;
constexpr std::size_t kStreamsPerGroup = 4;

// The learning rate rises for so many steps at most, then falls in a line to 0.
constexpr double kWarmUpSteps = 500;
constexpr double kWarmUpFraction = 0.02;

constexpr double kReports = 1000;
constexpr double kCheckpoints = 10;
constexpr double kBitsPerNat = 1.4426950408889634;

class Run {
 public:
  Run(std::span<const std::uint16_t> ranks, const CodePaths& paths,
      const RecurrentTrainingOptions& options, const RecurrentRates& rates)
      : options_(&options),
        threads_(thread_count(options.threads, kGroups)),
        kernels_(&recurrent_kernels(nn::best_isa())),
        streams_(ranks, kGroups * kStreamsPerGroup, options.epochs, options.seed),
        parameters_(initial_parameters({paths.size(), options.state_width, options.hidden_width},
                                       paths, ranks, options.seed, *kernels_)),
        transposed_(parameters_.weights.size()),
        optimizer_(parameters_.shape, rates, *kernels_),
        chunks_(kGroups * kStreamsPerGroup) {
    for (std::size_t g = 0; g < kGroups; ++g) {
      passes_.emplace_back(parameters_.shape, paths, *kernels_, kChunk);
      gradients_.emplace_back(parameters_.shape, kChunk * kStreamsPerGroup);
    }
    for (std::size_t s = 0; s < chunks_.size(); ++s) states_.emplace_back(parameters_.shape.state);
    total_ = streams_.tokens() * options.epochs;
    if (options.tokens != 0) total_ = std::min(total_, options.tokens);
  }

  Result<RecurrentParameters> train(const std::function<Status(const RecurrentParameters&)>& save) {
    std::uint64_t next_report = 1;
    std::uint64_t next_save = 1;
    while (done_ < total_) {
      CZIP_TRY(step());
      if (is_due(next_report, kReports)) CZIP_TRY(report());
      if (save && done_ < total_ && is_due(next_save, kCheckpoints)) CZIP_TRY(save(parameters_));
    }
    return std::move(parameters_);
  }

 private:
  // Whether another part of the run, of `parts`, is done.
  bool is_due(std::uint64_t& next, double parts) const {
    const auto part = static_cast<std::uint64_t>(static_cast<double>(done_) * parts /
                                                 static_cast<double>(total_));
    if (part < next) return false;
    next = part + 1;
    return true;
  }

  [[nodiscard]] float rate() const {
    const double fraction = static_cast<double>(done_) / static_cast<double>(total_);
    constexpr double kStepTokens = kChunk * kGroups * kStreamsPerGroup;
    const double warm_up =
        std::min(kWarmUpSteps * kStepTokens, kWarmUpFraction * static_cast<double>(total_));
    const double risen = (static_cast<double>(done_) + kStepTokens) / (warm_up + kStepTokens);
    return static_cast<float>(options_->learning_rate * std::min(risen, 1.0) * (1 - fraction));
  }

  Status step() {
    std::uint64_t tokens = 0;
    for (std::size_t s = 0; s < chunks_.size(); ++s) {
      chunks_[s].clear();
      streams_.next(s, kChunk, chunks_[s]);
      tokens += chunks_[s].size();
    }
    transpose_weights(parameters_, transposed_);
    CZIP_TRY(parallel_for(threads_, kGroups, [&](std::size_t g) {
      const StandardFloatEnvironment environment;
      gradients_[g].clear();
      for (std::size_t i = 0; i < kStreamsPerGroup; ++i) {
        const std::size_t s = g * kStreamsPerGroup + i;
        passes_[g].learn(parameters_, transposed_, chunks_[s], states_[s].data(), gradients_[g]);
      }
    }));
    CZIP_TRY(optimizer_.step(parameters_, gradients_, rate(), threads_));
    for (const RecurrentGradients& g : gradients_) cost_ += g.cost;
    done_ += tokens;
    return {};
  }

  Status report() {
    const double bits = cost_ * kBitsPerNat / static_cast<double>(done_ - reported_);
    cost_ = 0;
    reported_ = done_;
    if (!options_->progress) return {};
    return options_->progress(
        {.tokens = std::min(done_, total_), .total = total_, .bits_per_token = bits});
  }

  const RecurrentTrainingOptions* options_;
  unsigned threads_;
  const RecurrentKernels* kernels_;
  DocumentStreams streams_;
  RecurrentParameters parameters_;
  AlignedFloats transposed_;  // the weights
  RecurrentOptimizer optimizer_;
  std::vector<std::vector<StreamToken>> chunks_;  // of each stream
  std::vector<AlignedFloats> states_;
  std::vector<RecurrentPass> passes_;  // of each group
  std::vector<RecurrentGradients> gradients_;
  std::uint64_t total_ = 0;
  std::uint64_t done_ = 0;
  std::uint64_t reported_ = 0;
  double cost_ = 0;  // since the last report
};

}  // namespace

Result<RecurrentParameters> train_parameters(
    std::span<const std::uint16_t> ranks, const CodePaths& paths,
    const RecurrentTrainingOptions& options, const RecurrentRates& rates,
    const std::function<Status(const RecurrentParameters&)>& save) {
  return Run(ranks, paths, options, rates).train(save);
}

}  // namespace czip::v2::training

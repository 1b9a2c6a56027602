#include <algorithm>
#include <atomic>
#include <chrono>
#include <new>
#include <thread>
#include <utility>

#include "czip/codec/network_training.hpp"
#include "training/network/checkpoint.hpp"
#include "training/network/matrix_products.hpp"
#include "training/network/network_pass.hpp"
#include "training/network/network_writer.hpp"
#include "training/network/optimizer.hpp"
#include "training/network/token_windows.hpp"
#include "v2/model_parts.hpp"
#include "v2/token_groups.hpp"

namespace czip::v2 {
namespace {

using network::Gradients;
using network::NetworkPass;
using Clock = std::chrono::steady_clock;

// Sequences that a thread takes at a time: few, so that what lies between forward and backward pass
// stays in the cache.
constexpr std::size_t kSequences = 2;
constexpr const char* kOutOfMemory = "not enough memory to train this network";
constexpr std::uint64_t kWarmUpSteps = 20;
// The learning rate is constant at first, and falls to nothing over this last part of the budget.
constexpr double kFallingPart = 0.5;
constexpr std::size_t kHeldBackWindows = 256;
constexpr double kReportSeconds = 20;
constexpr double kSaveSeconds = 300;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// A worker's share of each step.
struct Worker {
  NetworkPass pass;
  Gradients gradients;
  double bits = 0;
};

}  // namespace

struct NetworkTrainer::State {
  NetworkTrainingOptions options;
  const ByteTokenizer* tokenizer;
  network::HeadGroups groups;
  network::TokenWindows windows;
  network::TokenWindows held_back;

  State(NetworkTrainingOptions given, const ModelParts& model)
      : options(std::move(given)),
        tokenizer(&model.tokenizer),
        groups(model.tree.order(),
               TokenGroups(model.tree, options.config.group_size).first_ranks()),
        windows(options.config.window),
        held_back(options.config.window) {
    options.config.vocabulary = model.tree.size();
  }
  Status check();
  Result<std::vector<std::uint8_t>> train();
};

NetworkV2Config network_config(NetworkSize size) {
  NetworkV2Config config;
  config.window = 128;
  config.group_size = 64;
  config.embedding_shift = 7;
  config.head_dim = 32;
  switch (size) {
    case NetworkSize::small:
      config.d_model = 96;
      config.layers = 4;
      config.heads = 3;
      config.kv_heads = 1;
      config.bigram_buckets = 8192;
      break;
    case NetworkSize::base:
      config.d_model = 192;
      config.layers = 5;
      config.heads = 6;
      config.kv_heads = 2;
      config.bigram_buckets = 32768;
      break;
    case NetworkSize::large:
      config.d_model = 384;
      config.layers = 9;
      config.heads = 12;
      config.kv_heads = 4;
      config.bigram_buckets = 65536;
      break;
  }
  config.d_ff = 4 * config.d_model;
  return config;
}

namespace {

// One run of the training.
class Run {
 public:
  Run(const NetworkTrainingOptions& options, const ByteTokenizer& tokenizer,
      const network::HeadGroups& groups, const network::TokenWindows& windows,
      const network::TokenWindows& held_back)
      : options_(options),
        tokenizer_(tokenizer),
        windows_(windows),
        held_back_(held_back),
        parameters_(options.config, groups.members.size(), options.seed),
        optimizer_(parameters_, {}) {
    const unsigned threads =
        options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
    for (unsigned t = 0; t < threads; ++t)
      workers_.push_back({NetworkPass(options.config, groups, kSequences, options.config.window),
                          Gradients(parameters_)});
  }

  Status resume(std::span<const std::uint8_t> checkpoint) {
    const auto position = network::read_checkpoint(checkpoint, parameters_, optimizer_);
    if (!position) return tl::unexpected(position.error());
    windows_taken_ = position->windows;
    return {};
  }

  Status train() {
    start_ = Clock::now();
    double next_report = kReportSeconds;
    double next_save = kSaveSeconds;
    bool constant = true;
    for (double fraction = 0; fraction < 1; fraction = used()) {
      const bool was_constant = std::exchange(constant, fraction < 1 - kFallingPart);
      const double seconds = seconds_since(start_);
      if (was_constant && (!constant || seconds >= next_save)) {
        next_save = seconds + kSaveSeconds;
        if (auto saved = save(); !saved) return saved;
      }
      if (seconds >= next_report) {
        next_report = seconds + kReportSeconds;
        report(false);
      }
      step(rate_share(fraction));
      if (out_of_memory_) return fail(ErrorCode::out_of_memory, kOutOfMemory);
    }
    report(true);
    return {};
  }

  [[nodiscard]] std::vector<std::uint8_t> file() const {
    return network::write_network(options_.config, parameters_);
  }

 private:
  Status save() {
    if (!options_.save_checkpoint) return {};
    report(true);
    return options_.save_checkpoint(
        network::write_checkpoint(parameters_, optimizer_, {optimizer_.steps, windows_taken_}));
  }

  // Of the budget.
  [[nodiscard]] double used() const {
    double part = 0;
    if (options_.tokens > 0)
      part = static_cast<double>(tokens_) / static_cast<double>(options_.tokens);
    if (options_.seconds > 0) part = std::max(part, seconds_since(start_) / options_.seconds);
    return part;
  }

  [[nodiscard]] float rate_share(double fraction) const {
    const double warm = static_cast<double>(steps_ + 1) / static_cast<double>(kWarmUpSteps);
    return static_cast<float>(std::min({1.0, warm, (1 - fraction) / kFallingPart}));
  }

  // Calls work(worker, first) with the first of each kSequences of `count` sequences, on all
  // threads; each sequence always falls to the same worker.
  template <class Work>
  void share_out(std::size_t count, const Work& work) {
    std::vector<std::jthread> threads;
    for (std::size_t w = 0; w < workers_.size(); ++w) {
      threads.emplace_back([this, w, count, &work] {
        try {
          for (std::size_t first = w * kSequences; first < count;
               first += kSequences * workers_.size())
            work(workers_[w], first);
        } catch (const std::bad_alloc&) {
          out_of_memory_ = true;
        }
      });
    }
  }

  static std::vector<std::uint16_t> joined(const network::TokenWindows& windows,
                                           std::uint64_t first) {
    std::vector<std::uint16_t> text;
    for (std::size_t s = 0; s < kSequences; ++s) {
      const auto window = windows[first + s];
      text.insert(text.end(), window.begin(), window.end());
    }
    return text;
  }

  void step(float share) {
    const std::size_t batch = batch_windows();
    for (Worker& worker : workers_) worker.bits = 0;
    const float weight = static_cast<float>(kSequences) / static_cast<float>(batch);
    share_out(batch, [&](Worker& worker, std::size_t first) {
      const auto text = joined(windows_, windows_taken_ + first);
      worker.bits += worker.pass.gradients(parameters_, text, weight, worker.gradients);
    });
    std::vector<Gradients*> gradients;
    for (Worker& worker : workers_) gradients.push_back(&worker.gradients);
    optimizer_.step(parameters_, gradients, share);
    for (std::size_t i = 0; i < batch; ++i) recent_bytes_ += bytes(windows_[windows_taken_ + i]);
    for (const Worker& worker : workers_) recent_bits_ += worker.bits;
    windows_taken_ += batch;
    tokens_ += batch * options_.config.window;
    ++steps_;
  }

  [[nodiscard]] std::size_t batch_windows() const {
    return (std::max<std::size_t>(1, options_.batch_windows) + kSequences - 1) / kSequences *
           kSequences;
  }

  // Of what is predicted in a window.
  [[nodiscard]] double bytes(std::span<const std::uint16_t> window) const {
    std::size_t sum = 0;
    for (const std::uint16_t token : window.subspan(1)) sum += tokenizer_.token(token).size();
    return static_cast<double>(sum);
  }

  double held_back_bits() {
    const std::size_t count =
        std::min(kHeldBackWindows, held_back_.size()) / kSequences * kSequences;
    if (count == 0) return 0;
    double all_bytes = 0;
    for (std::size_t i = 0; i < count; ++i) all_bytes += bytes(held_back_[i]);
    for (Worker& worker : workers_) worker.bits = 0;
    share_out(count, [&](Worker& worker, std::size_t first) {
      std::vector<float> bits(kSequences * options_.config.window);
      worker.bits += worker.pass.evaluate(parameters_, joined(held_back_, first), bits);
    });
    double bits = 0;
    for (const Worker& worker : workers_) bits += worker.bits;
    return bits / all_bytes;
  }

  void report(bool measure) {
    if (!options_.progress) return;
    NetworkProgress progress;
    progress.tokens = tokens_;
    progress.fraction = std::min(1.0, used());
    if (progress.fraction > 0)
      progress.seconds_left = seconds_since(start_) * (1 / progress.fraction - 1);
    progress.tokens_per_second = static_cast<double>(tokens_) / seconds_since(start_);
    progress.training_bits = recent_bytes_ > 0 ? recent_bits_ / recent_bytes_ : 0;
    if (measure) progress.held_back_bits = held_back_bits();
    recent_bits_ = recent_bytes_ = 0;
    options_.progress(progress);
  }

  const NetworkTrainingOptions& options_;
  const ByteTokenizer& tokenizer_;
  const network::TokenWindows& windows_;
  const network::TokenWindows& held_back_;
  network::Parameters parameters_;
  network::Optimizer optimizer_;
  std::vector<Worker> workers_;
  std::atomic<bool> out_of_memory_ = false;
  Clock::time_point start_;
  std::uint64_t windows_taken_ = 0;  // since the training began
  std::uint64_t steps_ = 0;          // of this run
  std::uint64_t tokens_ = 0;         // of this run
  double recent_bits_ = 0;           // since the last report
  double recent_bytes_ = 0;
};

}  // namespace

NetworkTrainer::NetworkTrainer(NetworkTrainingOptions options, const Model& model)
    : state_(std::make_unique<State>(std::move(options), model.parts())) {}
NetworkTrainer::~NetworkTrainer() = default;
NetworkTrainer::NetworkTrainer(NetworkTrainer&&) noexcept = default;
NetworkTrainer& NetworkTrainer::operator=(NetworkTrainer&&) noexcept = default;

Status NetworkTrainer::add_document(std::span<const std::uint8_t> text, bool held_back) {
  std::vector<TokenId> tokens;
  if (auto encoded = state_->tokenizer->encode(text, tokens); !encoded) return encoded;
  try {
    (held_back ? state_->held_back : state_->windows)
        .add(std::vector<std::uint16_t>(tokens.begin(), tokens.end()));
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory for the corpus");
  }
  return {};
}

Status NetworkTrainer::State::check() {
  if (options.tokens == 0 && !(options.seconds > 0))
    return fail(ErrorCode::invalid_argument,
                "training a network needs a number of tokens or a time");
  if (options.config.gated != 0 || options.config.tied != 0)
    return fail(ErrorCode::unsupported, "only networks with squared ReLU and a head are trained");
  windows.shuffle(options.seed);
  held_back.shuffle(options.seed);
  if (windows.size() == 0)
    return fail(ErrorCode::invalid_argument, "training a network needs more than " +
                                                 std::to_string(options.config.window) +
                                                 " tokens of text");
  return {};
}

Result<std::vector<std::uint8_t>> NetworkTrainer::State::train() {
  if (auto checked = check(); !checked) return tl::unexpected(checked.error());
  network::use_one_thread_per_product();
  Run run(options, *tokenizer, groups, windows, held_back);
  if (!options.checkpoint.empty()) {
    if (auto resumed = run.resume(options.checkpoint); !resumed)
      return tl::unexpected(resumed.error());
  }
  if (auto trained = run.train(); !trained) return tl::unexpected(trained.error());
  return run.file();
}

Result<std::vector<std::uint8_t>> NetworkTrainer::train() {
  try {
    return state_->train();
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, kOutOfMemory);
  }
}

}  // namespace czip::v2

#include "czip/training/v2/recurrent_trainer.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "czip/codec/v2/coding/constants.hpp"
#include "nn/isa.hpp"
#include "v2/recurrent/float_environment.hpp"
#include "v2/recurrent/recurrent_writer.hpp"
#include "v2/recurrent/training_run.hpp"

namespace czip::v2 {
namespace training {
namespace {

constexpr std::uint32_t kWidthStep = 64;
constexpr std::uint32_t kMaxStateWidth = 1024;
constexpr std::uint32_t kMaxHiddenWidth = 2048;
constexpr std::uint32_t kMaxVocabulary = 8192;
constexpr double kMaxLearningRate = 1000;

bool is_width(std::uint32_t width, std::uint32_t most) {
  return width > 0 && width <= most && width % kWidthStep == 0;
}

Status check(std::span<const std::uint16_t> ranks, const CodeTree& tree,
             const RecurrentTrainingOptions& options) {
  if (!is_width(options.state_width, kMaxStateWidth) ||
      !is_width(options.hidden_width, kMaxHiddenWidth))
    return fail(ErrorCode::invalid_argument,
                "a recurrent network's widths must be multiples of 64, at most 1024 of the state "
                "and 2048 of the hidden units");
  if (options.epochs == 0)
    return fail(ErrorCode::invalid_argument, "the text must be seen at least once");
  if (!(options.learning_rate > 0 && options.learning_rate <= kMaxLearningRate))
    return fail(ErrorCode::invalid_argument, "the learning rate must be above 0, at most 1000");
  if (tree.size() < 2 || tree.size() > kMaxVocabulary)
    return fail(ErrorCode::invalid_argument,
                "a recurrent network's vocabulary has 2 to 8192 tokens");
  bool any = false;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    if (ranks[i] == kNoToken) continue;
    if (ranks[i] >= tree.size())
      return fail(ErrorCode::invalid_argument, "a rank is not one of the tree's");
    any = any || (i > 0 && ranks[i - 1] != kNoToken);
  }
  if (!any) return fail(ErrorCode::invalid_argument, "no document has two tokens to learn from");
  return {};
}

}  // namespace
}  // namespace training

Result<std::vector<std::uint8_t>> train_recurrent(std::span<const std::uint16_t> ranks,
                                                  const CodeTree& tree,
                                                  const RecurrentTrainingOptions& options) try {
  CZIP_TRY(training::check(ranks, tree, options));
  const training::StandardFloatEnvironment environment;
  const auto& kernels = training::recurrent_kernels(nn::best_isa());
  std::function<Status(const training::RecurrentParameters&)> save;
  if (options.checkpoint) {
    save = [&](const training::RecurrentParameters& parameters) -> Status {
      CZIP_TRY_ASSIGN(const auto file, training::write_recurrent(parameters, kernels));
      return options.checkpoint(file);
    };
  }
  CZIP_TRY_ASSIGN(const auto parameters,
                  training::train_parameters(ranks, training::CodePaths(tree), options, {}, save));
  return training::write_recurrent(parameters, kernels);
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "not enough memory to train a recurrent network");
}

}  // namespace czip::v2

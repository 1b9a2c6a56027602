// Checkpoints of a network's training: any bytes after a first byte of 0, else a right one with
// changes. What is refused changes nothing; what is accepted is written again as it was.
#include "nn/checkpoint.hpp"

#include <bit>

#include "czip/engine/safetensors/writer.hpp"
#include "fuzz/fuzz.hpp"
#include "v2/network/parameters.hpp"

namespace {

using namespace czip;
using namespace czip::test;

constexpr std::uint64_t kSeed = 1;

v2::training::Parameters parameters() {
  return {{.vocabulary = 4,
           .d_model = 16,
           .layers = 1,
           .heads = 1,
           .kv_heads = 1,
           .head_dim = 16,
           .d_ff = 16,
           .window = 16,
           .bigram_buckets = 2,
           .embedding_shift = 4,
           .group_size = 2},
          2,
          kSeed};
}

bool same_values(const nn::ParameterList& one, const nn::ParameterList& other) {
  for (std::size_t i = 0; i < one.list.size(); ++i)
    for (std::size_t j = 0; j < one.list[i].value.size(); ++j)
      if (std::bit_cast<std::uint32_t>(one.list[i].value[j]) !=
          std::bit_cast<std::uint32_t>(other.list[i].value[j]))
        return false;
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 16384) return 0;
  static const v2::training::Parameters fresh = parameters();
  static const Bytes right = value_or_abort(
      nn::write_checkpoint(fresh, nn::Optimizer(fresh, nn::LearningRates{}), {.seed = kSeed}),
      "a checkpoint");
  FuzzInput input(data, size);
  Bytes file;
  const std::uint8_t kind = input.byte();
  if (kind == 0) {
    file.assign(input.rest().begin(), input.rest().end());
  } else {
    file = changed_file(right, input);
  }
  // Mends the hash that a checkpoint has of itself.
  if (kind < 224) file = safetensors::with_content_hash(file).value_or(file);
  auto changed = parameters();
  nn::Optimizer optimizer(changed, nn::LearningRates{});
  const MemoryBound bound((std::size_t{4} << 20) + 64 * file.size());
  const auto position = nn::read_checkpoint(file, kSeed, changed, optimizer);
  if (!position) {
    insist_error(position.error(), {ErrorCode::corrupt, ErrorCode::truncated,
                                    ErrorCode::unsupported, ErrorCode::invalid_argument});
    insist(same_values(changed, fresh) && optimizer.steps == 0, "an error changes nothing");
    return 0;
  }
  insist(position->seed == kSeed, "the seed is the run's");
  for (const auto& parameter : changed.list)
    for (const float integer : parameter.quantized)
      insist(integer >= parameter.low && integer <= parameter.high,
             "every integer is in its range");
  const Bytes again =
      value_or_abort(nn::write_checkpoint(changed, optimizer, *position), "a checkpoint");
  auto reread = parameters();
  nn::Optimizer second(reread, nn::LearningRates{});
  insist(nn::read_checkpoint(again, kSeed, reread, second).has_value(), "it can be read again");
  insist(same_values(changed, reread) && second.steps == optimizer.steps, "nothing is lost");
  return 0;
}

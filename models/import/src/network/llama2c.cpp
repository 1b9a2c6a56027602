#include "czip/import/network/llama2c.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/base/little_endian.hpp"
#include "czip/engine/llm/config.hpp"
#include "czip/engine/llm/constants.hpp"
#include "czip/import/element_type.hpp"
#include "czip/import/ieee754.hpp"
#include "czip/import/network/architecture.hpp"
#include "czip/import/tensors.hpp"
#include "network/source_tensors.hpp"

namespace czip::importer {
namespace {

constexpr std::size_t kFields = 7;
constexpr std::uint32_t kEpsilon = 0x3727c5ac;  // 1e-5, of run.c
using Limits = llm::Limits;

// Takes tensors from the front of the data. The first error stays.
class TensorCutter {
 public:
  TensorCutter(std::span<const std::uint8_t> data, TensorSet& tensors)
      : data_(data), tensors_(tensors) {}

  // The bytes of this many numbers, or none where there are too few.
  std::span<const std::uint8_t> take(std::uint64_t numbers) {
    if (!status_) return {};
    if (data_.size() / sizeof(std::uint32_t) < numbers) {
      status_ = fail(ErrorCode::truncated, "the llama2.c model ends within its tensors");
      return {};
    }
    const auto taken = data_.first(static_cast<std::size_t>(numbers) * sizeof(std::uint32_t));
    data_ = data_.subspan(taken.size());
    return taken;
  }
  void add(std::string name, std::vector<std::uint64_t> shape) {
    std::uint64_t numbers = 1;
    for (const std::uint64_t dimension : shape) numbers *= dimension;
    const auto bytes = take(numbers);
    if (status_)
      status_ = tensors_.add({std::move(name), ElementType::f32, std::move(shape), bytes});
  }
  void add_all(std::uint32_t layers, const char* name, const std::vector<std::uint64_t>& shape) {
    for (std::uint32_t i = 0; i < layers; ++i) add(layer_tensor(i, name), shape);
  }
  [[nodiscard]] Status finish() const {
    CZIP_TRY(status_);
    if (!data_.empty())
      return fail(ErrorCode::corrupt, "the llama2.c model has " + std::to_string(data_.size()) +
                                          " bytes behind its last tensor");
    return {};
  }

 private:
  std::span<const std::uint8_t> data_;
  TensorSet& tensors_;
  Status status_;
};

Result<Architecture> architecture_of(const std::array<std::int32_t, kFields>& fields) {
  constexpr std::array<std::uint32_t, kFields> kMost{
      Limits::kWidth, Limits::kFeedForward, Limits::kLayers, Limits::kHeads,
      Limits::kHeads, Limits::kVocabulary,  Limits::kContext};
  std::array<std::uint32_t, kFields> sizes{};
  for (std::size_t i = 0; i < kFields; ++i) {
    const bool may_be_negative = i == 5;
    const std::int64_t value =
        may_be_negative && fields[i] < 0 ? -std::int64_t{fields[i]} : fields[i];
    if (value < 1 || value > kMost[i])
      return fail(ErrorCode::corrupt, "the llama2.c model has " + std::to_string(fields[i]) +
                                          " as number " + std::to_string(i) +
                                          " of its header, expected 1 to " +
                                          std::to_string(kMost[i]));
    sizes[i] = static_cast<std::uint32_t>(value);
  }
  Architecture result;
  llm::Config& c = result.config;
  c.width = sizes[0];
  result.feed_forward = sizes[1];
  c.layers = sizes[2];
  c.heads = sizes[3];
  c.kv_heads = sizes[4];
  c.head_size = c.width / c.heads;
  c.vocabulary = sizes[5];
  c.context = sizes[6];
  c.rotary = c.head_size;
  derive_sizes(result);
  CZIP_TRY(check_shape(c));
  CZIP_TRY_ASSIGN(c.epsilon, fixed_epsilon(f32_parts(kEpsilon), c.width));
  result.interleaved_pairs = true;
  result.tied = fields[5] > 0;
  result.rotary = {{10000, 0}, c.rotary, {}};
  return result;
}

}  // namespace

Result<Llama2cModel> read_llama2c(std::span<const std::uint8_t> file) {
  std::array<std::int32_t, kFields> fields{};
  if (file.size() < sizeof(fields))
    return fail(ErrorCode::truncated, "the llama2.c model ends within its header");
  for (std::size_t i = 0; i < kFields; ++i)
    fields[i] = static_cast<std::int32_t>(load_le<std::uint32_t>(file.data() + 4 * i));
  Llama2cModel model;
  CZIP_TRY_ASSIGN(model.architecture, architecture_of(fields));
  const llm::Config& c = model.architecture.config;
  const std::uint64_t width = c.width;
  const std::uint64_t hidden = model.architecture.feed_forward;
  TensorCutter cutter(file.subspan(sizeof(fields)), model.tensors);
  cutter.add("token_embd.weight", {c.vocabulary, width});
  cutter.add_all(c.layers, "attn_norm.weight", {width});
  cutter.add_all(c.layers, "attn_q.weight", {c.query_width(), width});
  cutter.add_all(c.layers, "attn_k.weight", {c.key_width(), width});
  cutter.add_all(c.layers, "attn_v.weight", {c.key_width(), width});
  cutter.add_all(c.layers, "attn_output.weight", {width, c.query_width()});
  cutter.add_all(c.layers, "ffn_norm.weight", {width});
  cutter.add_all(c.layers, "ffn_gate.weight", {hidden, width});
  cutter.add_all(c.layers, "ffn_down.weight", {width, hidden});
  cutter.add_all(c.layers, "ffn_up.weight", {hidden, width});
  cutter.add("output_norm.weight", {width});
  static_cast<void>(cutter.take(std::uint64_t{c.context} * c.head_size));  // cosines and sines
  if (!model.architecture.tied) cutter.add("output.weight", {c.vocabulary, width});
  CZIP_TRY(cutter.finish());
  return model;
}

}  // namespace czip::importer

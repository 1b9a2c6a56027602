#include "v2/container/memory.hpp"

#include <algorithm>

#include "czip/codec/v2/coding/predictor.hpp"
#include "czip/codec/v2/model/format.hpp"
#include "czip/codec/v2/model/parts.hpp"
#include "v2/block/llm_block_coder.hpp"

namespace czip::v2 {
namespace {

// Of a block and the next one of the same thread: the text, the payload, the text decoded again to
// verify it, and a token of 4 bytes and one of 2 per byte at most.
constexpr std::uint64_t kBytesPerTextByte = 10;

std::uint64_t network_tensor_bytes(const safetensors::File& file) {
  std::uint64_t bytes = 0;
  for (const auto& [name, tensor] : file.tensors())
    if (is_network_tensor(name)) bytes += tensor.bytes.size();
  return bytes;
}

// Shared, what is copied of the model: the hidden layer and what its units and the nodes have
// beside their weights; the other tensors are used where they are. For each stream, its state.
MemoryNeed recurrent_memory(const RecurrentConfig& config, std::uint8_t streams_log2) {
  const std::uint64_t states = config.state_width;
  const std::uint64_t hidden = config.hidden_width;
  return {.shared = hidden * states + 2 * (hidden + states) + std::uint64_t{4} * config.vocabulary,
          .per_thread = (5 * states + hidden) << streams_log2};
}

}  // namespace

Result<MemoryNeed> coding_memory(const Model& model, const BlockSettings& settings, SimdLevel simd,
                                 std::uint64_t text_bytes) {
  MemoryNeed need;
  if (settings.language_model) {
    need.per_thread = text_bytes * kBytesPerTextByte;
    if (!model.has_language_model()) return need;
    CZIP_TRY_ASSIGN(need.shared, LlmBlockCoder::memory(model, settings, simd, text_bytes));
    return need;
  }
  need.per_thread = TableSizes::for_text(text_bytes, kProfiles[settings.profile]).bytes() +
                    text_bytes * kBytesPerTextByte;
  if (kProfiles[settings.profile].recurrent) {
    CZIP_TRY_ASSIGN(const auto* const recurrent, recurrent_network_of(model.parts(), simd));
    const MemoryNeed more = recurrent == nullptr
                                ? MemoryNeed()
                                : recurrent_memory(recurrent->config(), settings.streams_log2);
    need.shared += more.shared;
    need.per_thread += more.per_thread;
  }
  if (settings.network && model.has_network()) {
    CZIP_TRY_ASSIGN(const auto loaded, network_of(model.parts(), simd));
    need.shared += network_tensor_bytes(model.parts().file);
    need.per_thread += loaded->network.stream_bytes() << settings.streams_log2;
  }
  return need;
}

Result<MemoryNeed> decoding_memory(const DecodingTask& task, SimdLevel simd) {
  const Record& record = task.record;
  if (record.kind == RecordKind::frame_end) return MemoryNeed();
  const std::uint64_t text_bytes = record.text_bytes();
  if (!task.model) return MemoryNeed{.per_thread = 2 * text_bytes};
  const std::uint64_t coded_bytes = std::min<std::uint64_t>(record.coded_bytes(), text_bytes);
  CZIP_TRY_ASSIGN(auto need, coding_memory(*task.model, record.settings(), simd, coded_bytes));
  if (record.repeats()) need.per_thread += text_bytes;
  return need;
}

}  // namespace czip::v2

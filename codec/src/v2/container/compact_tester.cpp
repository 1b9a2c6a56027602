#include "v2/container/compact_tester.hpp"

#include <algorithm>
#include <utility>

#include "v2/container/frame_reader.hpp"
#include "v2/container/record_decoder.hpp"

namespace czip::v2 {
namespace {

// Two bytes of a magic are anywhere, and model names too in a hostile file.
constexpr std::uint64_t kUsualSearches = 256;
constexpr std::uint64_t kBytesPerSearch = 4096;

// Text that may be decoded in vain, besides as much as the file has bytes.
constexpr std::uint64_t kUsualText = 16 * kMaxCompactText;

// For one decoded byte, this many are read and hashed in the same time or less.
constexpr std::uint64_t kHashedPerDecoded = 8;

}  // namespace

CompactTester::CompactTester(const ModelFinder& models, RandomAccessSource& in,
                             std::uint64_t file_bytes, SimdLevel simd)
    : models_(models, kUsualSearches + file_bytes / kBytesPerSearch),
      in_(&in),
      coder_(simd),
      left_(kUsualText + file_bytes) {}

Result<bool> CompactTester::test(std::uint64_t offset) {
  if (left_ == 0) return false;
  FrameReader reader{FrameInput(*in_)};
  reader.restart(offset);
  DecodingTask task;
  if (const auto read = reader.next(task.record); !read)
    return is_damage(read.error()) ? Result<bool>(false) : error_of(read);
  const auto in_vain = [&](std::uint64_t cost) {
    left_ -= std::min(left_, cost + 1);
    return false;
  };
  const std::uint64_t reading = task.record.payload.size() / kHashedPerDecoded;
  if (task.record.coded()) {
    CZIP_TRY_ASSIGN(auto model, models_.find(reader.model_of(task.record)));
    if (!model) return in_vain(reading);
    task.model = std::move(model);
  }
  const bool coded = task.record.coded();
  const Status status = decode_record(coder_, task, {});
  if (status) return true;
  if (!is_damage(status.error())) return error_of(status);
  return in_vain(coded ? task.record.text_bytes() : reading);
}

}  // namespace czip::v2

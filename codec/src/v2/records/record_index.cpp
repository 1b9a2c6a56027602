#include "v2/records/record_index.hpp"

#include <limits>
#include <new>
#include <string>

#include "v2/container/container.hpp"

namespace czip::v2 {
namespace {

tl::unexpected<Error> damaged() {
  return fail(ErrorCode::corrupt, "the index of records is damaged");
}

void append_number(std::vector<std::uint8_t>& bytes, std::uint64_t value) {
  for (; value > kLengthByteMask; value >>= kLengthByteBits)
    bytes.push_back(static_cast<std::uint8_t>(value | kMoreLengthBytes));
  bytes.push_back(static_cast<std::uint8_t>(value));
}

// Takes numbers from the front of bytes.
class NumberReader {
 public:
  explicit NumberReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  [[nodiscard]] std::size_t left() const { return bytes_.size(); }
  // Refuses one of 63 bits or more, or with more bytes than it needs.
  Result<std::uint64_t> next() {
    constexpr int kMostBits = 63;
    std::uint64_t value = 0;
    for (int shift = 0; shift < kMostBits && !bytes_.empty(); shift += kLengthByteBits) {
      const std::uint8_t byte = bytes_.front();
      bytes_ = bytes_.subspan(1);
      value |= std::uint64_t{byte & std::uint64_t{kLengthByteMask}} << shift;
      if (byte >= kMoreLengthBytes) continue;
      if (byte == 0 && shift > 0) break;
      return value;
    }
    return damaged();
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

Result<RecordIndex::Frame> next_frame(NumberReader& numbers, RecordSeparation separation) {
  CZIP_TRY_ASSIGN(const auto ended_and_state, numbers.next());
  CZIP_TRY_ASSIGN(const auto bytes, numbers.next());
  const std::uint64_t state = ended_and_state & ((1U << kRecordStateBits) - 1);
  const auto most = separation == RecordSeparation::csv ? RecordState::quoted : RecordState::inside;
  if (state > static_cast<std::uint64_t>(most) || bytes == 0) return damaged();
  return RecordIndex::Frame{.ended = ended_and_state >> kRecordStateBits,
                            .bytes = bytes,
                            .state = static_cast<RecordState>(state)};
}

}  // namespace

std::vector<std::uint8_t> serialize(const RecordIndex& index) {
  std::vector<std::uint8_t> bytes{kRecordIndexVersion, static_cast<std::uint8_t>(index.separation),
                                  static_cast<std::uint8_t>(index.end)};
  append_number(bytes, index.frames.size());
  for (const RecordIndex::Frame& frame : index.frames) {
    append_number(bytes, frame.ended << kRecordStateBits | static_cast<std::uint64_t>(frame.state));
    append_number(bytes, frame.bytes);
  }
  return bytes;
}

Result<RecordIndex> parse_record_index(std::span<const std::uint8_t> content) {
  if (content.empty()) return damaged();
  if (content[0] != kRecordIndexVersion)
    return fail(ErrorCode::unsupported, "the index of records is of version " +
                                            std::to_string(content[0]) + "; this czip reads " +
                                            std::to_string(kRecordIndexVersion));
  if (content.size() < kRecordIndexFields) return damaged();
  RecordIndex index;
  index.separation = static_cast<RecordSeparation>(content[1]);
  index.end = static_cast<RecordState>(content[2]);
  const bool csv = index.separation == RecordSeparation::csv;
  if (record_separation_name(index.separation) == "unknown" || content[2] > (csv ? 2 : 1))
    return damaged();
  NumberReader numbers(content.subspan(kRecordIndexFields));
  CZIP_TRY_ASSIGN(const auto count, numbers.next());
  // Each frame has two numbers, of a byte or more.
  if (count == 0 || count > numbers.left() / 2) return damaged();
  try {
    index.frames.reserve(static_cast<std::size_t>(count));
    std::uint64_t ended = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      CZIP_TRY_ASSIGN(const auto frame, next_frame(numbers, index.separation));
      index.frames.push_back(frame);
      ended += frame.ended;
      if (ended > std::numeric_limits<std::uint64_t>::max() / 4) return damaged();
    }
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory for an index of records");
  }
  if (numbers.left() != 0) return damaged();
  return index;
}

}  // namespace czip::v2

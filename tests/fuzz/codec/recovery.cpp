// Files with recovery data, damaged. The first byte is the percentage, the second the number of
// edits; the edits follow, then the file. What is called mended is the file that the data were made
// for, and is found whole when it is looked at again.
#include "czip/codec/v2/recovery.hpp"

#include "fuzz/codec/byte_edits.hpp"
#include "fuzz/fuzz.hpp"
#include "support/memory_file.hpp"
#include "v2/container/recovery_record.hpp"

namespace {

using namespace czip;
using namespace czip::test;

constexpr std::uint32_t kMaxEdits = 4;
constexpr std::size_t kMaxFile = 1 << 17;

// Returns whether a header was forged: then anything may be called mended.
bool edit(Bytes& file, FuzzInput& input) {
  const std::uint32_t kind = input.below(kByteEdits + 1);
  const std::size_t begin = file.empty() ? 0 : input.word() % file.size();
  const std::size_t length = std::min<std::size_t>(input.word() % 2048, file.size() - begin);
  if (kind < kByteEdits) {
    edit_bytes(file, kind, begin, length, kMaxFile, input);
    return false;
  }
  if (begin + v2::kRecoveryHeaderBytes > file.size()) return false;
  const auto place = std::span(file).subspan(begin, v2::kRecoveryHeaderBytes);
  auto header = v2::parse_recovery_header(place).value_or(v2::RecoveryHeader{});
  header.data_shards = static_cast<std::uint8_t>(1 + input.below(254));
  header.parity_shards = static_cast<std::uint8_t>(1 + input.below(255U - header.data_shards));
  header.at_end = length % 2 == 1;
  header.shard_bytes = v2::kMinShardBytes << input.below(16);
  header.covered_bytes = input.word() % (4 * kMaxFile) + 1;
  std::ranges::copy(v2::serialize(header), place.begin());
  return true;
}

bool contains(std::span<const std::uint8_t> bytes, std::span<const std::uint8_t> part) {
  return std::search(bytes.begin(), bytes.end(), part.begin(), part.end()) != bytes.end();
}

v2::MendReport mended(const Bytes& file, MemoryFile& out) {
  MemorySource source(file);
  return value_or_abort(v2::mend(source, out, {.memory_limit = std::uint64_t{256} << 20}),
                        "mending");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 32768) return 0;
  FuzzInput input(data, size);
  const unsigned percent = 1 + input.below(100);
  const std::uint32_t edits = input.below(kMaxEdits + 1);
  const auto choices = input.take(std::size_t{17} * edits);
  const Bytes text(input.rest().begin(), input.rest().end());
  // A record that the text brings along would be as good as ours.
  bool honest = !text.empty() && !contains(text, v2::kRecoveryMagic);
  MemoryFile file(text);
  if (!text.empty()) (void)value_or_abort(v2::append_recovery(file, percent), "recovery data");
  const Bytes whole = file.bytes;
  FuzzInput chosen(choices.data(), choices.size());
  for (std::uint32_t i = 0; i < edits; ++i) honest = !edit(file.bytes, chosen) && honest;

  const MemoryBound bound((std::size_t{32} << 20) + 64 * whole.size());
  MemoryFile out;
  const v2::MendReport report = mended(file.bytes, out);
  insist(out.bytes.size() <= 3 * file.bytes.size(), "the copy is at most three times as long");
  insist(report.unmended_bytes <= report.damaged_bytes, "what is not mended was damaged");
  if (report.records == 0) return 0;
  insist(report.changed == (out.bytes != file.bytes), "the report tells of a change");
  if (report.unmended_bytes != 0) return 0;
  if (honest) insist(contains(out.bytes, whole), "what is mended is the file");
  MemoryFile again;
  const v2::MendReport second = mended(out.bytes, again);
  insist(second.unmended_bytes == 0 && again.bytes == out.bytes, "what is mended is whole");
  return 0;
}

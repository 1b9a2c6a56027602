// Archives of several versions whose indexes lie: true ones with edited bytes. Whatever they say,
// nothing but an error or a tar that czip takes comes out, in memory that the archive justifies.
#include <zstd.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "archive/archive_view.hpp"
#include "archive/member_stream.hpp"
#include "archive/tar_format.hpp"
#include "archive/tar_parser.hpp"
#include "czip/base/little_endian.hpp"
#include "czip/codec/v2/attachment.hpp"
#include "czip/codec/v2/codec.hpp"
#include "fuzz/codec/byte_edits.hpp"
#include "fuzz/fuzz.hpp"
#include "fuzz/tools/tar_checksums.hpp"
#include "io/limited_sink.hpp"
#include "support/v2_files.hpp"

namespace {

using namespace czip;
using namespace czip::test;

constexpr std::uint32_t kMaxVersions = 3;
constexpr std::uint32_t kMaxTar = 1U << 14;
constexpr std::uint64_t kMaxOutput = std::uint64_t{1} << 20;
constexpr std::size_t kIndexHeader = 25;  // before the members
constexpr std::size_t kMembersLength = 17;

const v2::ModelFinder& finder() {
  static const v2::ModelFinder find = [](const v2::ModelReference& wanted) {
    return v2::matching_model(tiny_model_v2(), wanted);
  };
  return find;
}

Bytes frame_of(const Bytes& tar) {
  return encoded_v2(tar, {.level = 1, .threads = 1, .archive = true});
}

// What the index of a frame should say; nullopt where its tar is refused.
std::optional<Bytes> true_index(const Bytes& frame) {
  MemorySource file(frame);
  auto view = tool::scan_archive(finder(), file, {.threads = 1});
  if (!view) return insist_damage(view.error()), std::nullopt;
  return value_or_abort(tool::serialize(view->versions.front().index), "an index is written");
}

// Changes the members, which are compressed.
Bytes edited(const Bytes& index, FuzzInput& input) {
  Bytes members(load_le<std::uint64_t>(&index[kMembersLength]));
  const std::size_t got = ZSTD_decompress(members.data(), members.size(), &index[kIndexHeader],
                                          index.size() - kIndexHeader);
  insist(got == members.size(), "the members are those of the index");
  for (std::uint32_t edits = input.below(4); edits > 0 && !members.empty(); --edits) {
    const std::uint32_t kind = input.below(kByteEdits + 1);
    const std::size_t begin = input.word() % members.size();
    const std::size_t length = 1 + input.byte() % (members.size() - begin);
    if (kind == kByteEdits)
      members[begin] = input.byte();
    else
      edit_bytes(members, kind, begin, length, kMaxTar, input);
  }
  Bytes bytes(index.begin(), index.begin() + kIndexHeader);
  bytes.resize(kIndexHeader + ZSTD_compressBound(members.size()));
  store_le(&bytes[kMembersLength], std::uint64_t{members.size()});
  bytes.resize(kIndexHeader + ZSTD_compress(&bytes[kIndexHeader], bytes.size() - kIndexHeader,
                                            members.data(), members.size(), 1));
  return bytes;
}

Bytes archive_from(FuzzInput& input) {
  Bytes file;
  for (std::uint32_t versions = 1 + input.below(kMaxVersions); versions > 0; --versions) {
    const auto taken = input.take(input.word() % kMaxTar);
    Bytes tar(taken.begin(), taken.end());
    tar.resize((tar.size() + tool::tar::kBlock - 1) / tool::tar::kBlock * tool::tar::kBlock);
    mend_checksums(tar);
    const Bytes frame = frame_of(tar);
    file = joined({file, frame});
    const auto index = true_index(frame);
    if (!index) continue;
    MemorySink attachment;
    value_or_abort(v2::write_attachment(v2::kIndexAttachment, edited(*index, input), attachment),
                   "an attachment is written");
    file = joined({file, attachment.bytes()});
  }
  return file;
}

void check_tar(const Bytes& tar, std::size_t members) {
  MemorySource source(tar);
  tool::TarParser parser(source);
  for (std::size_t count = 0;; ++count) {
    const auto entry = value_or_abort(parser.next(), "the parser takes what was written");
    if (entry) continue;
    insist(count == members, "a tar has the members that were asked for");
    return;
  }
}

void check_state(const tool::ArchiveView& view, std::size_t version, const Bytes& file) {
  const auto state = view.state(version);
  if (!state) return insist_error(state.error(), {ErrorCode::corrupt});
  MemorySource source(file);
  tool::MemberStreamRequest request{
      .models = &finder(), .archive = &source, .members = {}, .options = {.threads = 1}};
  for (const auto& [path, placed] : *state) request.members.push_back(&placed);
  MemorySink sink;
  tool::LimitedSink limited(sink, kMaxOutput, "--max-output");
  const auto written = tool::write_members(request, limited);
  if (!written)
    return insist_error(written.error(), {ErrorCode::corrupt, ErrorCode::truncated,
                                          ErrorCode::over_limit, ErrorCode::invalid_argument});
  insist(written->size() == state->size(), "each member is written");
  check_tar(sink.bytes(), state->size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzInput input(data, size);
  const Bytes file = archive_from(input);
  MemorySource source(file);
  const auto view = tool::read_indexes(source, kMaxOutput);
  if (!view) {
    insist_error(view.error(), {ErrorCode::corrupt, ErrorCode::truncated, ErrorCode::unsupported,
                                ErrorCode::over_limit});
    return 0;
  }
  if (!*view) return 0;
  for (std::size_t version = 1; version <= (*view)->versions.size(); ++version)
    check_state(**view, version, file);
  return 0;
}

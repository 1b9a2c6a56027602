// What an archive holds, by its indexes and by its tar: in memory that is bounded, and never two
// members of one path. What is taken out of it is what its index says.
#include "archive/archive_view.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "archive/member_stream.hpp"
#include "archive/tar_parser.hpp"
#include "archive/tar_writer.hpp"
#include "czip/codec/v2/attachment.hpp"
#include "support/bytes.hpp"
#include "support/v2_files.hpp"
#include "support/v2_tiny_model.hpp"

namespace czip::tool {
namespace {

using test::Bytes;
using test::encoded_v2;
using test::joined;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

const v2::ModelFinder kFinder = [](const v2::ModelReference& wanted) {
  return v2::matching_model(test::tiny_model_v2(), wanted);
};

// A version's frame, and the members of its tar.
struct Version {
  Bytes frame;
  MemberIndex index;
};

Version version_of(const std::vector<tar::Entry>& entries) {
  MemorySink tar;
  TarWriter writer(tar);
  for (const tar::Entry& entry : entries) {
    const Status written =
        entry.copy ? writer.copy(entry, writer.member_hash()) : writer.begin(entry, {});
    REQUIRE(written.has_value());
    if (entry.type == tar::kFile) REQUIRE(writer.end().has_value());
  }
  REQUIRE(writer.finish().has_value());
  Version version{.frame = encoded_v2(tar.bytes(), {.threads = 1, .archive = true}), .index = {}};
  version.index = {.frame_bytes = version.frame.size(),
                   .text_bytes = tar.bytes().size(),
                   .members = writer.take_members()};
  return version;
}

Bytes attachment_of(const Bytes& content) {
  MemorySink attachment;
  REQUIRE(v2::write_attachment(v2::kIndexAttachment, content, attachment).has_value());
  return attachment.bytes();
}

Bytes file_of(const Version& version) {
  const auto content = serialize(version.index);
  REQUIRE(content.has_value());
  return joined({version.frame, attachment_of(*content)});
}

Result<std::optional<ArchiveView>> indexes_of(const Bytes& file, std::uint64_t limit = 0) {
  MemorySource source(file);
  return read_indexes(source, limit);
}

Result<ArchiveView> scanned(const Bytes& file, std::uint64_t limit = 0) {
  MemorySource source(file);
  v2::DecodeOptions options;
  options.threads = 1;
  options.memory_limit = limit;
  return scan_archive(kFinder, source, options);
}

tar::Entry folder(std::string path) {
  path += '/';
  return {.type = tar::kFolder, .path = std::move(path)};
}

// Many members, for few bytes of the file.
Bytes removals(int count) {
  Version version = version_of({folder("a")});
  for (int i = 0; i < count; ++i)
    version.index.members.push_back({.kind = MemberKind::removed, .path = std::to_string(i)});
  return file_of(version);
}

TEST_CASE("one limit on memory holds for all indexes together") {
  const Bytes one = removals(1000);
  REQUIRE(indexes_of(one, kMiB).has_value());
  const Bytes two = joined({one, one});
  REQUIRE(indexes_of(two).has_value());
  const auto refused = indexes_of(two, kMiB);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::over_limit);
}

TEST_CASE("an index that is longer than the limit is not read") {
  const Bytes file = joined({version_of({folder("a")}).frame, attachment_of(Bytes(2 * kMiB))});
  const auto refused = indexes_of(file, kMiB);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::over_limit);
}

TEST_CASE("links share what they have of their file") {
  Version version = version_of({{.path = "a"},
                                {.type = tar::kHardLink, .path = "b", .target = "a"},
                                {.type = tar::kHardLink, .path = "c", .target = "b"}});
  const auto view = indexes_of(file_of(version));
  REQUIRE(view.has_value());
  REQUIRE(view->has_value());
  const auto state = (*view)->state(1);
  REQUIRE(state.has_value());
  CHECK(*state->at("c").content.path == "a");
  CHECK(state->at("c").content.path == state->at("a").content.path);
}

TEST_CASE("no path is in a version twice") {
  const tar::Entry file{.path = "a"};
  const Bytes doubled = file_of(version_of({file, file}));
  const auto view = indexes_of(doubled);
  REQUIRE(view.has_value());
  CHECK_FALSE(view->has_value());
  const auto refused = scanned(doubled);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::corrupt);
  CHECK(refused.error().message.find("twice") != std::string::npos);
  // But in each of several.
  const Bytes versions = joined({file_of(version_of({file})), file_of(version_of({file}))});
  CHECK(indexes_of(versions).has_value());
  CHECK(scanned(versions).has_value());
}

TEST_CASE("a limit on memory holds for what a tar has, too") {
  // A header, over and over, costs little.
  const Bytes file = version_of(std::vector<tar::Entry>(60'000, folder("a"))).frame;
  CHECK(file.size() < 30'000);
  const auto refused = scanned(file, 32 * kMiB);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::over_limit);
  CHECK(refused.error().message.find("members") != std::string::npos);
}

// Counts the bytes that are read.
class CountingSource final : public RandomAccessSource {
 public:
  explicit CountingSource(const Bytes& file) : file_(file) {}
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) override {
    CZIP_TRY_ASSIGN(const auto count, file_.read_at(offset, buffer));
    bytes += count;
    return count;
  }
  Result<std::uint64_t> size() override { return file_.size(); }
  std::uint64_t bytes = 0;

 private:
  MemorySource file_;
};

TEST_CASE("many versions are read once") {
  const Bytes empty = version_of({}).frame;
  Bytes file;
  for (int i = 0; i < 5000; ++i) file.insert(file.end(), empty.begin(), empty.end());
  const Bytes last = version_of({folder("a"), {.path = "b"}}).frame;
  file = joined({version_of({folder("c")}).frame, file, last});
  CountingSource source(file);
  const auto view = scan_archive(kFinder, source, {.threads = 1});
  REQUIRE(view.has_value());
  REQUIRE(view->versions.size() == 5002);
  CHECK(source.bytes < view->versions.size() * 16384);  // rather than all of the file for each
  CHECK(view->versions.front().index.members.size() == 1);
  CHECK(view->versions[1].index.members.empty());
  const ArchiveVersion& newest = view->versions.back();
  CHECK(newest.text_begin == tar::kBlock);
  REQUIRE(newest.index.members.size() == 2);
  CHECK(newest.index.members[1].path == "b");
  CHECK(newest.index.members[1].tar_offset == tar::kBlock);
}

// Writes members of an archive of one version as a tar, with all that their entries have.
Status write_whole(const Version& version, const std::vector<std::string>& paths, ByteSink& tar,
                   std::uint64_t limit = 0) {
  const Bytes file = file_of(version);
  const auto view = indexes_of(file);
  REQUIRE(view.has_value());
  REQUIRE(view->has_value());
  const auto state = (*view)->state(1);
  REQUIRE(state.has_value());
  MemorySource source(file);
  MemberStreamRequest request{
      .models = &kFinder, .archive = &source, .members = {}, .options = {}, .whole_entries = true};
  request.options.threads = 1;
  request.options.memory_limit = limit;
  for (const std::string& path : paths) request.members.push_back(&state->at(path));
  const auto written = write_members(request, tar);
  return written ? Status{} : error_of(written);
}

TEST_CASE("entries that are not what the index says are refused") {
  const Version honest =
      version_of({folder("a"),
                  {.path = "b"},
                  {.type = tar::kHardLink, .path = "c", .target = "b", .copy = true},
                  {.type = tar::kSymbolicLink, .path = "d", .target = "e"}});
  MemorySink sink;
  CHECK(write_whole(honest, {"a", "b", "c", "d"}, sink).has_value());
  const auto refused = [&](const std::string& path, const auto& lie) {
    CAPTURE(path);
    Version version = honest;
    for (Member& member : version.index.members)
      if (member.path == path) lie(member);
    const Status status =
        write_whole(version, {version.index.members[0].path, "b", "c", "d"}, sink);
    REQUIRE_FALSE(status.has_value());
    CHECK(status.error().code == ErrorCode::corrupt);
  };
  refused("a", [](Member& member) { member.path.front() = 'z'; });
  refused("a", [](Member& member) { member.kind = MemberKind::symbolic_link; });
  refused("b", [](Member& member) { member.size = 1; });
  refused("d", [](Member& member) { member.target.front() = 'z'; });
  refused("d", [](Member& member) { member.kind = MemberKind::folder; });
}

TEST_CASE("a copy without its original has its own owner") {
  const Version version = version_of(
      {{.path = "a", .owner = {1, 2}},
       {.type = tar::kHardLink, .path = "b", .target = "a", .copy = true, .owner = {3, 4}}});
  MemorySink tar;
  REQUIRE(write_whole(version, {"b"}, tar).has_value());
  MemorySource source(tar.bytes());
  TarParser parser(source);
  const auto entry = parser.next();
  REQUIRE(entry.has_value());
  REQUIRE(entry->has_value());
  CHECK((*entry)->type == tar::kFile);
  CHECK((*entry)->owner.user == 3);
  CHECK((*entry)->owner.group == 4);
}

TEST_CASE("a limit on memory holds for attributes, too") {
  std::vector<tar::Entry> entries;
  std::vector<std::string> paths;
  for (int i = 0; i < 40; ++i) {
    paths.push_back(std::to_string(i));
    entries.push_back(folder(paths.back()));
    entries.back().attributes = {{"user.large", std::string(1'000'000, 'x')}};
  }
  const Version version = version_of(entries);
  MemorySink tar;
  CHECK(write_whole(version, {"1", "2"}, tar, 32 * kMiB).has_value());
  const Status refused = write_whole(version, paths, tar, 32 * kMiB);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::over_limit);
}

}  // namespace
}  // namespace czip::tool

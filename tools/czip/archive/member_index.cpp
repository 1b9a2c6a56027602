#include "archive/member_index.hpp"

#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <memory>
#include <new>
#include <string_view>

#include "archive/tar_format.hpp"
#include "base/errors.hpp"
#include "czip/base/little_endian.hpp"

namespace czip::tool {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kHeaderBytes = 25;  // version, three lengths
constexpr int kZstdLevel = 19;

// Names repeat each other, so an index becomes much smaller; but not this much.
constexpr std::uint64_t kMaxRatio = 256;
constexpr std::uint64_t kAlwaysAllowed = std::uint64_t{1} << 20;

constexpr std::int64_t kMaxSeconds = std::int64_t{1} << 40;
constexpr std::uint64_t kNanoseconds = 1'000'000'000;

Failure damaged(const std::string& what) {
  return fail(ErrorCode::corrupt, "the archive's index is damaged: " + what);
}

Failure out_of_memory() {
  return fail(ErrorCode::out_of_memory, "not enough memory for the archive's index");
}

// --- Writing

void put_number(Bytes& bytes, std::uint64_t value) {
  for (; value >= 128; value >>= 7) bytes.push_back(static_cast<std::uint8_t>(value | 128));
  bytes.push_back(static_cast<std::uint8_t>(value));
}

// Small negative numbers become small ones.
std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}

void put_text(Bytes& bytes, std::string_view text) {
  put_number(bytes, text.size());
  bytes.insert(bytes.end(), text.begin(), text.end());
}

bool has_target(MemberKind kind) {
  return kind == MemberKind::hard_link || kind == MemberKind::symbolic_link ||
         kind == MemberKind::copy;
}

bool has_content(MemberKind kind) { return kind == MemberKind::file || kind == MemberKind::copy; }

void put_member(Bytes& bytes, const Member& member) {
  bytes.push_back(static_cast<std::uint8_t>(member.kind));
  put_text(bytes, member.path);
  if (member.kind == MemberKind::removed) return;
  put_number(bytes, member.mode);
  put_number(bytes, zigzag(member.modified.tv_sec));
  put_number(bytes, static_cast<std::uint64_t>(member.modified.tv_nsec));
  if (member.in_tar()) put_number(bytes, member.tar_bytes / tar::kBlock);
  if (has_target(member.kind)) put_text(bytes, member.target);
  if (!has_content(member.kind)) return;
  put_number(bytes, member.size);
  bytes.resize(bytes.size() + sizeof member.hash);
  store_le(&bytes[bytes.size() - sizeof member.hash], member.hash);
}

// --- Reading

class Parser {
 public:
  explicit Parser(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  [[nodiscard]] bool at_end() const { return bytes_.empty(); }

  Result<std::uint8_t> byte() {
    if (bytes_.empty()) return damaged("it ends within a member");
    const std::uint8_t byte = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return byte;
  }

  Result<std::uint64_t> number() {
    constexpr unsigned kBits = 64;
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < kBits; shift += 7) {
      CZIP_TRY_ASSIGN(const auto next, byte());
      const std::uint64_t digit = next & 127U;
      if ((digit << shift) >> shift != digit) break;
      value |= digit << shift;
      if (next < 128) return value;
    }
    return damaged("a number is too long");
  }

  Result<std::string> text() {
    CZIP_TRY_ASSIGN(const auto size, number());
    if (size > bytes_.size() || size > tar::kMaxPath) return damaged("a path is too long");
    const auto text = bytes_.first(static_cast<std::size_t>(size));
    bytes_ = bytes_.subspan(text.size());
    if (std::ranges::find(text, 0) != text.end()) return damaged("a path has a zero byte");
    return std::string(text.begin(), text.end());
  }

  Result<std::uint64_t> hash() {
    if (bytes_.size() < sizeof(std::uint64_t)) return damaged("it ends within a hash");
    const auto value = load_le<std::uint64_t>(bytes_.data());
    bytes_ = bytes_.subspan(sizeof value);
    return value;
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

Result<std::timespec> parse_time(Parser& parser) {
  CZIP_TRY_ASSIGN(const auto coded, parser.number());
  CZIP_TRY_ASSIGN(const auto nanoseconds, parser.number());
  const auto seconds =
      static_cast<std::int64_t>(coded >> 1) ^ -static_cast<std::int64_t>(coded & 1U);
  if (seconds > kMaxSeconds || seconds < -kMaxSeconds || nanoseconds >= kNanoseconds)
    return damaged("a time is out of range");
  return std::timespec{static_cast<std::time_t>(seconds), static_cast<long>(nanoseconds)};
}

Result<Member> parse_member(Parser& parser) {
  constexpr std::string_view kKinds = "0125ctr";
  Member member;
  CZIP_TRY_ASSIGN(const auto kind, parser.byte());
  if (kKinds.find(static_cast<char>(kind)) == kKinds.npos) return damaged("an unknown member");
  member.kind = static_cast<MemberKind>(kind);
  CZIP_TRY_ASSIGN(member.path, parser.text());
  if (member.kind == MemberKind::removed) return member;
  CZIP_TRY_ASSIGN(const auto mode, parser.number());
  if (mode > 0777) return damaged("permissions out of range");
  member.mode = static_cast<mode_t>(mode);
  CZIP_TRY_ASSIGN(member.modified, parse_time(parser));
  if (member.in_tar()) {
    CZIP_TRY_ASSIGN(const auto blocks, parser.number());
    if (blocks == 0 || blocks > tar::kMaxFileSize / tar::kBlock)
      return damaged("a member's length is out of range");
    member.tar_bytes = blocks * tar::kBlock;
  }
  if (has_target(member.kind)) {
    CZIP_TRY_ASSIGN(member.target, parser.text());
  }
  if (!has_content(member.kind)) return member;
  CZIP_TRY_ASSIGN(member.size, parser.number());
  if (member.size > tar::kMaxFileSize) return damaged("a file is too long");
  CZIP_TRY_ASSIGN(member.hash, parser.hash());
  return member;
}

Result<Bytes> decompress(std::span<const std::uint8_t> packed, std::uint64_t size) {
  Bytes bytes(static_cast<std::size_t>(size));
  const std::size_t got = ZSTD_decompress(bytes.data(), bytes.size(), packed.data(), packed.size());
  if (ZSTD_getErrorCode(got) == ZSTD_error_memory_allocation) return out_of_memory();
  if (ZSTD_isError(got) != 0 || got != size) return damaged("its zstd data");
  return bytes;
}

}  // namespace

std::uint64_t memory_of(const Member& member) {
  // A vector may have room for twice as many members. A state has a path as its key, in its member
  // and in its content.
  return 2 * sizeof(Member) + kMostOfState + 4 * member.path.size() + 2 * member.target.size();
}

const std::string* doubled_path(const std::vector<Member>& members) {
  std::vector<const std::string*> paths;
  paths.reserve(members.size());
  for (const Member& member : members) paths.push_back(&member.path);
  std::sort(paths.begin(), paths.end(),
            [](const std::string* a, const std::string* b) { return *a < *b; });
  const auto doubled =
      std::adjacent_find(paths.begin(), paths.end(),
                         [](const std::string* a, const std::string* b) { return *a == *b; });
  return doubled == paths.end() ? nullptr : *doubled;
}

Result<Bytes> serialize(const MemberIndex& index) {
  try {
    Bytes members;
    for (const Member& member : index.members) put_member(members, member);
    Bytes bytes(kHeaderBytes + ZSTD_compressBound(members.size()));
    bytes[0] = kVersion;
    store_le(&bytes[1], index.frame_bytes);
    store_le(&bytes[9], index.text_bytes);
    store_le(&bytes[17], std::uint64_t{members.size()});
    const std::size_t size = ZSTD_compress(&bytes[kHeaderBytes], bytes.size() - kHeaderBytes,
                                           members.data(), members.size(), kZstdLevel);
    if (ZSTD_isError(size) != 0) return out_of_memory();
    bytes.resize(kHeaderBytes + size);
    return bytes;
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  }
}

Result<MemberIndex> parse_member_index(std::span<const std::uint8_t> content,
                                       MemoryBudget& memory) {
  try {
    if (content.size() < kHeaderBytes) return damaged("it is too short");
    if (content[0] != kVersion)
      return fail(ErrorCode::unsupported, "the archive's index is of version " +
                                              std::to_string(content[0]) +
                                              ", and this czip reads version 1");
    MemberIndex index;
    index.frame_bytes = load_le<std::uint64_t>(&content[1]);
    index.text_bytes = load_le<std::uint64_t>(&content[9]);
    const auto size = load_le<std::uint64_t>(&content[17]);
    const auto packed = content.subspan(kHeaderBytes);
    if (size > kAlwaysAllowed + kMaxRatio * packed.size()) return damaged("it claims too much");
    CZIP_TRY(memory.take(size));
    CZIP_TRY_ASSIGN(const auto bytes, decompress(packed, size));
    std::uint64_t offset = 0;
    for (Parser parser(bytes); !parser.at_end();) {
      CZIP_TRY_ASSIGN(auto member, parse_member(parser));
      member.tar_offset = member.in_tar() ? offset : 0;
      if (member.tar_bytes > index.text_bytes - offset)
        return damaged("its members are longer than the text");
      offset += member.tar_bytes;
      CZIP_TRY(memory.take(memory_of(member)));
      index.members.push_back(std::move(member));
    }
    if (doubled_path(index.members) != nullptr) return damaged("it has a path twice");
    memory.give_back(size);
    return index;
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  }
}

}  // namespace czip::tool

// The tar format of archives: what the writer and the parser share. Specification:
// conformance/czip-v2-container.md, section 6, a subset of POSIX pax (IEEE Std 1003.1-2017, pax,
// "EXTENDED DESCRIPTION") with GNU tar's sparse files, format 1.0 (GNU tar manual, appendix D.3).
#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace czip::tool::tar {

inline constexpr std::size_t kBlock = 512;
using Block = std::array<std::uint8_t, kBlock>;

// A field of a header block.
struct Field {
  std::size_t offset;
  std::size_t size;
};
inline constexpr Field kName{0, 100};
inline constexpr Field kMode{100, 8};
inline constexpr Field kOwner{108, 8};
inline constexpr Field kGroup{116, 8};
inline constexpr Field kSize{124, 12};
inline constexpr Field kModified{136, 12};
inline constexpr Field kChecksum{148, 8};
inline constexpr Field kType{156, 1};
inline constexpr Field kTarget{157, 100};
inline constexpr Field kMagic{257, 8};  // with the version
inline constexpr Field kUserName{265, 32};
inline constexpr Field kGroupName{297, 32};
inline constexpr Field kPrefix{345, 155};
inline constexpr std::string_view kMagicText("ustar\00000", 8);
inline constexpr std::string_view kGnuMagicText("ustar  \0", 8);  // such headers have no prefix

// Types of entries.
inline constexpr char kFile = '0';
inline constexpr char kHardLink = '1';
inline constexpr char kSymbolicLink = '2';
inline constexpr char kFolder = '5';
inline constexpr char kExtended = 'x';  // records for the next entry
// GNU tar's long names for the next entry. The parser takes them, the writer writes none.
inline constexpr char kLongName = 'L';
inline constexpr char kLongTarget = 'K';

// Keys of extended records.
inline constexpr std::string_view kPathKey = "path";
inline constexpr std::string_view kTargetKey = "linkpath";
inline constexpr std::string_view kSizeKey = "size";
inline constexpr std::string_view kModifiedKey = "mtime";
inline constexpr std::string_view kUserKey = "uid";
inline constexpr std::string_view kGroupKey = "gid";
inline constexpr std::string_view kUserNameKey = "uname";
inline constexpr std::string_view kGroupNameKey = "gname";
inline constexpr std::string_view kCharsetKey = "hdrcharset";
// A hard link with this comment is a copy: a file of its own with the same content. What knows
// nothing of it makes a hard link.
inline constexpr std::string_view kCommentKey = "comment";
inline constexpr std::string_view kCopyComment = "CZIP copy";
inline constexpr std::string_view kSparsePrefix = "GNU.sparse.";
inline constexpr std::string_view kSparseMajorKey = "GNU.sparse.major";
inline constexpr std::string_view kSparseMinorKey = "GNU.sparse.minor";
inline constexpr std::string_view kSparseNameKey = "GNU.sparse.name";
inline constexpr std::string_view kSparseSizeKey = "GNU.sparse.realsize";
inline constexpr std::string_view kAttributePrefix = "SCHILY.xattr.";
// The only extended attributes that are kept: the others belong to the system.
inline constexpr std::string_view kUserAttributes = "user.";

// Limits, which keep a parser's memory small.
inline constexpr std::size_t kMaxPath = 4095;  // bytes: Linux opens no longer paths
inline constexpr std::size_t kMaxExtended = std::size_t{1} << 20;  // bytes of an entry's records
inline constexpr std::size_t kMaxParts = std::size_t{1} << 20;     // of a sparse file
inline constexpr std::uint64_t kMaxOwner = (std::uint64_t{1} << 32) - 2;  // Linux: -1 is none
inline constexpr std::uint64_t kMaxFileSize = (std::uint64_t{1} << 63) - 1;

// A part of a sparse file that is not a hole.
struct Part {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

struct Attribute {
  std::string name;
  std::string value;
};

// By number, and by name where there is one.
struct Owner {
  std::uint32_t user = 0;
  std::uint32_t group = 0;
  std::string user_name{};
  std::string group_name{};
};

struct Entry {
  char type = kFile;
  std::string path{};
  std::string target{};  // of a link
  mode_t mode = 0;       // without special bits
  std::timespec modified{};
  std::uint64_t size = 0;  // of a file, holes included
  bool sparse = false;     // has holes
  bool copy = false;       // a hard link that is a copy
  Owner owner{};           // of all zeros where owners are not kept
  std::vector<Attribute> attributes{};
};

// Bytes that fill up the last block of `size` bytes.
[[nodiscard]] constexpr std::size_t padding(std::uint64_t size) {
  return static_cast<std::size_t>((kBlock - size % kBlock) % kBlock);
}

// The name of an attribute as a key has it, without "=", as GNU tar writes it; and back.
[[nodiscard]] std::string attribute_to_key(std::string_view name);
[[nodiscard]] std::string attribute_from_key(std::string_view key);

// The text of a field, up to the first zero byte.
[[nodiscard]] std::string_view text_of(const Block& header, Field field);

// A number that fills `text`; nullopt for anything else.
[[nodiscard]] std::optional<std::uint64_t> number(std::string_view text, int base);

// A field of octal digits, with spaces around them; an empty one is 0.
[[nodiscard]] std::optional<std::uint64_t> number_of(const Block& header, Field field);

// The sum of a header's bytes, in which the checksum itself counts as spaces.
[[nodiscard]] std::uint32_t checksum(const Block& header);

}  // namespace czip::tool::tar

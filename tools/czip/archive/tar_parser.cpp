#include "archive/tar_parser.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/text.hpp"

namespace czip::tool {
namespace {

using tar::Block;
using tar::Entry;
using tar::number;
using tar::number_of;
using tar::text_of;

Failure damaged(const std::string& what) {
  return fail(ErrorCode::corrupt, "the tar inside is damaged: " + what);
}

// "-12.5" is 12.5 seconds before 1970.
std::optional<std::timespec> time_of(std::string_view text) {
  constexpr std::size_t kDigits = 9;  // of nanoseconds
  constexpr std::uint64_t kMaxSeconds = std::uint64_t{1} << 40;
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string fraction(text.substr(std::min(point + 1, text.size())));
  const bool digits_only =
      std::ranges::all_of(fraction, [](char c) { return c >= '0' && c <= '9'; });
  fraction.resize(kDigits, '0');
  const auto seconds = number(text.substr(0, point), 10);
  if (!seconds || *seconds > kMaxSeconds || !digits_only) return std::nullopt;
  std::timespec time{static_cast<std::time_t>(*seconds),
                     static_cast<long>(number(fraction, 10).value_or(0))};
  if (!negative) return time;
  time.tv_sec = -time.tv_sec;
  if (time.tv_nsec != 0) {
    --time.tv_sec;
    time.tv_nsec = 1'000'000'000 - time.tv_nsec;
  }
  return time;
}

std::string type_name(char type) {
  switch (type) {
    case '3':
      return "a character device";
    case '4':
      return "a block device";
    case '6':
      return "a pipe";
    case '7':
      return "a contiguous file";
    case 'D':
      return "a folder's list of GNU tar's incremental dumps";
    case 'g':
      return "records for all entries";
    case 'M':
      return "the rest of a file that began in another volume";
    case 'N':
      return "a list of names of an old GNU tar";
    case 'S':
      return "a sparse file of an old GNU tar";
    case 'V':
      return "the name of a volume";
    default:
      return "an entry of type \"" + std::string(1, type) + "\"";
  }
}

constexpr const char* kNoNumber = "with a field that is no number";

}  // namespace

std::string shown(const std::string& path) {
  constexpr std::size_t kMaxShown = 100;
  return printable(path.size() <= kMaxShown ? path : path.substr(0, kMaxShown) + "...");
}

Failure refused_entry(const std::string& path, const std::string& why) {
  return fail(ErrorCode::corrupt, "the archive holds " + shown(path) + ", " + printable(why));
}

// What extended records say about the next entry.
struct TarParser::Extended {
  std::string types;  // of the headers that they came from
  std::optional<std::string> path;
  std::optional<std::string> target;
  std::optional<std::uint64_t> size;
  std::optional<std::timespec> modified;
  std::optional<std::uint64_t> user;
  std::optional<std::uint64_t> group;
  std::optional<std::string> user_name;
  std::optional<std::string> group_name;
  bool copy = false;
  bool sparse = false;
  std::optional<std::string> sparse_name;
  std::optional<std::uint64_t> sparse_size;
  std::vector<tar::Attribute> attributes;

  // False: the value is not what the key needs.
  bool set(std::string_view key, std::string_view value);
  bool set_owner(std::string_view key, std::string_view value);
  bool set_sparse(std::string_view key, std::string_view value);
};

bool TarParser::Extended::set(std::string_view key, std::string_view value) {
  const bool is_name = key == tar::kPathKey || key == tar::kTargetKey || key == tar::kSparseNameKey;
  if (is_name && value.find('\0') != std::string_view::npos) return false;
  if (key == tar::kPathKey) path = value;
  if (key == tar::kTargetKey) target = value;
  if (key == tar::kCommentKey) copy = value == tar::kCopyComment;
  if (key == tar::kSizeKey && !(size = number(value, 10))) return false;
  if (key == tar::kModifiedKey && !(modified = time_of(value))) return false;
  if (!set_owner(key, value)) return false;
  if (key.starts_with(tar::kSparsePrefix)) return set_sparse(key, value);
  if (key.starts_with(tar::kAttributePrefix)) {
    std::string name = tar::attribute_from_key(key.substr(tar::kAttributePrefix.size()));
    if (name.find('\0') != std::string::npos) return false;
    if (name.starts_with(tar::kUserAttributes))
      attributes.push_back({std::move(name), std::string(value)});
  }
  return true;  // POSIX: records with other keys are ignored
}

bool TarParser::Extended::set_owner(std::string_view key, std::string_view value) {
  if (key == tar::kUserKey) return (user = number(value, 10)).has_value();
  if (key == tar::kGroupKey) return (group = number(value, 10)).has_value();
  if (key == tar::kUserNameKey) user_name = value;
  if (key == tar::kGroupNameKey) group_name = value;
  return true;
}

bool TarParser::Extended::set_sparse(std::string_view key, std::string_view value) {
  sparse = true;
  if (key == tar::kSparseMajorKey) return value == "1";
  if (key == tar::kSparseMinorKey) return value == "0";
  if (key == tar::kSparseNameKey) return sparse_name = value, true;
  if (key == tar::kSparseSizeKey) return (sparse_size = number(value, 10)).has_value();
  return false;
}

// At most that many bytes, of those that come next; empty: the stream has ended.
Result<std::span<const std::uint8_t>> TarParser::take(std::uint64_t most) {
  if (begin_ == end_) {
    CZIP_TRY_ASSIGN(const auto count, in_->read(buffer_));
    begin_ = 0;
    end_ = count;
  }
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(most, end_ - begin_));
  const std::span bytes = std::span(buffer_).subspan(begin_, count);
  begin_ += count;
  taken_ += count;
  return bytes;
}

// False: the stream has ended.
Result<bool> TarParser::read_block(Block& block) {
  std::size_t filled = 0;
  while (filled < block.size()) {
    CZIP_TRY_ASSIGN(const auto bytes, take(block.size() - filled));
    if (bytes.empty() && filled == 0) return false;
    if (bytes.empty()) return fail(ErrorCode::truncated, "the tar inside ends within a header");
    std::ranges::copy(bytes, block.begin() + static_cast<std::ptrdiff_t>(filled));
    filled += bytes.size();
  }
  return true;
}

Status TarParser::skip_content() {
  for (std::uint64_t left = stored_ + padding_; left > 0;) {
    CZIP_TRY_ASSIGN(const auto bytes, take(left));
    if (bytes.empty())
      return fail(ErrorCode::truncated, "the tar inside ends within " + shown(path_));
    left -= bytes.size();
  }
  stored_ = padding_ = 0;
  return {};
}

Result<std::string> TarParser::read_text(std::uint64_t size) {
  std::string text;
  stored_ = size;
  padding_ = tar::padding(size);
  while (stored_ > 0) {
    CZIP_TRY_ASSIGN(const auto bytes, take(stored_));
    if (bytes.empty()) break;
    text.append(bytes.begin(), bytes.end());
    stored_ -= bytes.size();
  }
  CZIP_TRY(skip_content());
  return text;
}

Status TarParser::read_extended(char type, std::uint64_t size, Extended& extended) {
  if (size > tar::kMaxExtended)
    return damaged("an entry has more than " + grouped(tar::kMaxExtended) + " bytes of records");
  if (extended.types.find(type) != std::string::npos)
    return damaged("an entry has two sets of records");
  extended.types += type;
  path_ = "an entry's records";
  CZIP_TRY_ASSIGN(const auto text, read_text(size));
  const std::string name = text.substr(0, text.find('\0'));
  if (type == tar::kLongName) return extended.path = name, Status{};
  if (type == tar::kLongTarget) return extended.target = name, Status{};
  // "LENGTH KEY=VALUE\n", with the length of all of it.
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t space = std::min(rest.find(' '), rest.size());
    const std::uint64_t said = number(rest.substr(0, space), 10).value_or(0);
    const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(said, rest.size()));
    if (length != said || length <= space + 2 || rest[length - 1] != '\n')
      return damaged("an entry's records have wrong lengths");
    const std::string_view record = rest.substr(space + 1, length - space - 2);
    const std::size_t equals = record.find('=');
    if (equals == std::string_view::npos) return damaged("an entry's record has no value");
    const std::string_view key = record.substr(0, equals);
    if (!extended.set(key, record.substr(equals + 1)))
      return damaged("an entry's record " + printable(key) +
                     " has a value that czip does not write");
    rest.remove_prefix(length);
  }
  return {};
}

// False: a number is none, or too large.
bool TarParser::set_owner(const Block& header, const Extended& extended, tar::Owner& owner) {
  const auto user = extended.user ? extended.user : number_of(header, tar::kOwner);
  const auto group = extended.group ? extended.group : number_of(header, tar::kGroup);
  if (!user || !group || *user > tar::kMaxOwner || *group > tar::kMaxOwner) return false;
  owner = {static_cast<std::uint32_t>(*user), static_cast<std::uint32_t>(*group),
           extended.user_name.value_or(std::string(text_of(header, tar::kUserName))),
           extended.group_name.value_or(std::string(text_of(header, tar::kGroupName)))};
  return true;
}

Result<Entry> TarParser::make_entry(const Block& header, Extended& extended) {
  Entry entry;
  entry.type = static_cast<char>(header[tar::kType.offset]);
  if (entry.type == '\0') entry.type = tar::kFile;
  std::string path(text_of(header, tar::kName));
  if (const auto prefix = text_of(header, tar::kPrefix);
      !prefix.empty() && text_of(header, tar::kMagic) == "ustar")
    path = std::string(prefix) + "/" + path;
  entry.path = extended.path.value_or(std::move(path));
  if (extended.sparse) entry.path = extended.sparse_name.value_or("");
  path_ = entry.path;
  const auto size = number_of(header, tar::kSize);
  stored_ = extended.size.value_or(size.value_or(0));
  padding_ = tar::padding(stored_);
  extent_known_ = size && stored_ <= tar::kMaxFileSize;
  entry.target = extended.target.value_or(std::string(text_of(header, tar::kTarget)));
  if (std::string_view("0125").find(entry.type) == std::string_view::npos)
    return refused_entry(entry.path, type_name(entry.type) + ", which czip does not write");
  const auto mode = number_of(header, tar::kMode);
  const auto modified = number_of(header, tar::kModified);
  if (!mode || !size || !modified) return refused_entry(entry.path, kNoNumber);
  if (!set_owner(header, extended, entry.owner))
    return refused_entry(entry.path, "with an owner that is no number");
  entry.mode = static_cast<mode_t>(*mode & 0777);
  entry.modified.tv_sec = static_cast<std::time_t>(*modified);
  entry.modified = extended.modified.value_or(entry.modified);
  entry.sparse = extended.sparse;
  entry.copy = extended.copy && entry.type == tar::kHardLink;
  entry.attributes = std::move(extended.attributes);
  entry.size = entry.sparse ? extended.sparse_size.value_or(0) : stored_;
  if (stored_ > tar::kMaxFileSize || entry.size > tar::kMaxFileSize)
    return refused_entry(entry.path, "which is longer than any file");
  if (entry.type != tar::kFile && (stored_ != 0 || entry.sparse))
    return refused_entry(entry.path, "which is no file but has content");
  if (entry.type == tar::kFile && entry.path.ends_with('/'))
    return refused_entry(entry.path, "a file with the name of a folder");
  return entry;
}

// The map of a sparse file, at the beginning of its content: decimal numbers in lines, in whole
// blocks: how many parts there are, and offset and size of each.
Status TarParser::read_map(const Entry& entry) {
  Block block{};
  std::size_t used = block.size();
  const auto next_number = [&]() -> Result<std::uint64_t> {
    constexpr std::size_t kMaxDigits = 20;
    std::string digits;
    for (;;) {
      if (used == block.size()) {
        if (stored_ < block.size()) return refused_entry(entry.path, "whose map of holes is cut");
        CZIP_TRY_ASSIGN(const auto found, read_block(block));
        if (!found) return fail(ErrorCode::truncated, "the tar inside ends within a map of holes");
        stored_ -= block.size();
        used = 0;
      }
      const char c = static_cast<char>(block[used++]);
      if (c == '\n') break;
      digits += c;
      if (digits.size() > kMaxDigits) break;
    }
    const auto value = number(digits, 10);
    if (!value || *value > tar::kMaxFileSize)
      return refused_entry(entry.path, "whose map of holes is damaged");
    return *value;
  };
  parts_.clear();
  CZIP_TRY_ASSIGN(const auto count, next_number());
  if (count > tar::kMaxParts)
    return refused_entry(entry.path, "with more than " + grouped(tar::kMaxParts) + " parts");
  std::uint64_t end = 0;
  std::uint64_t total = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    CZIP_TRY_ASSIGN(const auto offset, next_number());
    CZIP_TRY_ASSIGN(const auto size, next_number());
    if (offset < end || offset > entry.size || size > entry.size - offset)
      return refused_entry(entry.path, "whose map of holes is damaged");
    end = offset + size;
    total += size;
    if (size > 0) parts_.push_back({offset, size});
  }
  if (total != stored_) return refused_entry(entry.path, "whose map of holes is damaged");
  return {};
}

Result<std::optional<Entry>> TarParser::next() {
  CZIP_TRY(skip_content());
  parts_.clear();
  extent_known_ = false;
  Extended extended;
  for (Block header;;) {
    if (extended.types.empty()) entry_begin_ = taken_;
    CZIP_TRY_ASSIGN(const auto found, read_block(header));
    const bool zero = std::ranges::all_of(header, [](std::uint8_t byte) { return byte == 0; });
    // Zeros end a stream; another may follow.
    if (found && zero && extended.types.empty()) continue;
    if (!found && extended.types.empty()) return std::nullopt;
    if (!found || zero) return damaged("it ends after an entry's records");
    const auto sum = number_of(header, tar::kChecksum);
    if (!sum || *sum != tar::checksum(header)) return damaged("a header's checksum is wrong");
    const std::string_view magic(reinterpret_cast<const char*>(header.data()) + tar::kMagic.offset,
                                 tar::kMagic.size);
    if (magic != tar::kMagicText && magic != tar::kGnuMagicText)
      return damaged("a header is of another format");
    const char type = static_cast<char>(header[tar::kType.offset]);
    if (type == tar::kExtended || type == tar::kLongName || type == tar::kLongTarget) {
      const auto size = number_of(header, tar::kSize);
      if (!size) return damaged("a header has a field that is no number");
      CZIP_TRY(read_extended(type, *size, extended));
      continue;
    }
    CZIP_TRY_ASSIGN(auto entry, make_entry(header, extended));
    if (entry.sparse) {
      CZIP_TRY(read_map(entry));
    } else if (stored_ > 0) {
      parts_.push_back({0, stored_});
    }
    part_ = 0;
    part_used_ = 0;
    return entry;
  }
}

Result<TarParser::Piece> TarParser::read() {
  if (part_ == parts_.size()) return Piece{};
  const tar::Part& part = parts_[part_];
  CZIP_TRY_ASSIGN(const auto bytes, take(part.size - part_used_));
  if (bytes.empty())
    return fail(ErrorCode::truncated, "the tar inside ends within " + shown(path_));
  const Piece piece{part.offset + part_used_, bytes};
  stored_ -= bytes.size();
  part_used_ += bytes.size();
  if (part_used_ == part.size) {
    ++part_;
    part_used_ = 0;
  }
  return piece;
}

}  // namespace czip::tool

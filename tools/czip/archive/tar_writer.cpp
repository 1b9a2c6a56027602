#include "archive/tar_writer.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "base/text.hpp"
#include "czip/base/utf8.hpp"

namespace czip::tool {
namespace {

constexpr std::size_t kBufferSize = std::size_t{1} << 16;
constexpr std::uint64_t kMaxOctal = (std::uint64_t{1} << 33) - 1;  // of eleven digits
constexpr std::uint32_t kMaxShortOctal = (1U << 21) - 1;           // of seven

void put(tar::Block& header, tar::Field field, std::string_view text) {
  std::ranges::copy(text.substr(0, field.size),
                    header.begin() + static_cast<std::ptrdiff_t>(field.offset));
}

// Octal digits, with a zero byte behind them.
void put(tar::Block& header, tar::Field field, std::uint64_t number) {
  put(header, field,
      format("%0*llo", static_cast<int>(field.size) - 1, static_cast<unsigned long long>(number)));
}

// "LENGTH KEY=VALUE\n", with the length of all of it.
std::string record(std::string_view key, std::string_view value) {
  std::string rest(1, ' ');
  rest += key;
  rest += '=';
  rest += value;
  rest += '\n';
  std::size_t length = rest.size() + 1;
  while (std::to_string(length).size() + rest.size() != length) ++length;
  return std::to_string(length) + rest;
}

bool fits_octal(const std::timespec& time) {
  return time.tv_nsec == 0 && time.tv_sec >= 0 &&
         static_cast<std::uint64_t>(time.tv_sec) <= kMaxOctal;
}

// Decimal seconds, without zeros at the end.
std::string decimal(const std::timespec& time) {
  std::int64_t seconds = time.tv_sec;
  long nanoseconds = time.tv_nsec;
  const bool negative = seconds < 0;
  if (negative && nanoseconds != 0) {
    ++seconds;
    nanoseconds = 1'000'000'000 - nanoseconds;
  }
  std::string text = (negative ? "-" : "") + std::to_string(negative ? -seconds : seconds);
  if (nanoseconds == 0) return text;
  text += format(".%09ld", nanoseconds);
  while (text.ends_with('0')) text.pop_back();
  return text;
}

std::string map_of(std::span<const tar::Part> parts) {
  std::string map = std::to_string(parts.size()) + "\n";
  for (const tar::Part& part : parts)
    map += std::to_string(part.offset) + "\n" + std::to_string(part.size) + "\n";
  map.resize(map.size() + tar::padding(map.size()));
  return map;
}

std::string records_of(const tar::Entry& entry, std::uint64_t stored) {
  std::string records;
  const auto add_name = [&](std::string_view key, const std::string& name) {
    // Names may be any bytes, which POSIX wants to be told.
    if (valid_utf8_prefix(name) != name.size()) records += record(tar::kCharsetKey, "BINARY");
    records += record(key, name);
  };
  const auto add_owner = [&](std::string_view number_key, std::uint32_t number,
                             std::string_view name_key, const std::string& name) {
    if (number > kMaxShortOctal) records += record(number_key, std::to_string(number));
    if (name.size() >= tar::kUserName.size) add_name(name_key, name);
  };
  if (entry.sparse) {
    records += record(tar::kSparseMajorKey, "1") + record(tar::kSparseMinorKey, "0");
    add_name(tar::kSparseNameKey, entry.path);
    records += record(tar::kSparseSizeKey, std::to_string(entry.size));
  } else if (entry.path.size() > tar::kName.size) {
    add_name(tar::kPathKey, entry.path);
  }
  if (entry.copy) records += record(tar::kCommentKey, tar::kCopyComment);
  if (entry.target.size() > tar::kTarget.size) add_name(tar::kTargetKey, entry.target);
  if (stored > kMaxOctal) records += record(tar::kSizeKey, std::to_string(stored));
  if (!fits_octal(entry.modified)) records += record(tar::kModifiedKey, decimal(entry.modified));
  add_owner(tar::kUserKey, entry.owner.user, tar::kUserNameKey, entry.owner.user_name);
  add_owner(tar::kGroupKey, entry.owner.group, tar::kGroupNameKey, entry.owner.group_name);
  for (const tar::Attribute& attribute : entry.attributes)
    records += record(std::string(tar::kAttributePrefix) + tar::attribute_to_key(attribute.name),
                      attribute.value);
  return records;
}

}  // namespace

bool TarWriter::fits(const tar::Entry& entry) {
  return records_of(entry, tar::kMaxFileSize).size() <= tar::kMaxExtended;
}

Status TarWriter::begin(const tar::Entry& entry, std::span<const tar::Part> parts) {
  note_entry(entry);
  const bool has_map = entry.sparse && entry.type == tar::kFile;
  const std::string map = has_map ? map_of(parts) : "";
  std::uint64_t stored = map.size();
  for (const tar::Part& part : parts) stored += part.size;
  if (!entry.sparse) stored = entry.size;
  if (entry.type != tar::kFile) stored = 0;
  const std::string records = records_of(entry, stored);
  if (!records.empty()) {
    CZIP_TRY(
        write_header({.type = tar::kExtended, .mode = 0644}, "PaxHeaders/entry", records.size()));
    CZIP_TRY(write(records));
    CZIP_TRY(write(std::string(tar::padding(records.size()), '\0')));
  }
  // What knows nothing of sparse files unpacks the map as a file of that name.
  const std::string last = entry.path.substr(entry.path.rfind('/') + 1);
  CZIP_TRY(write_header(entry, entry.sparse ? "GNUSparseFile.0/" + last : entry.path, stored));
  size_ = 0;
  if (has_map)
    hasher_.begin_sparse(parts);
  else
    hasher_.begin();
  CZIP_TRY(write(map));
  members_.back().tar_bytes = position_ - members_.back().tar_offset;
  return {};
}

void TarWriter::note_entry(const tar::Entry& entry) {
  Member member{.kind = entry.copy ? MemberKind::copy : static_cast<MemberKind>(entry.type),
                .path = entry.path,
                .target = entry.target,
                .mode = entry.mode,
                .modified = entry.modified,
                .size = entry.size,
                .tar_offset = position_};
  while (member.path.ends_with('/')) member.path.pop_back();
  members_.push_back(std::move(member));
}

Status TarWriter::write_header(const tar::Entry& entry, const std::string& name,
                               std::uint64_t size) {
  tar::Block header{};
  put(header, tar::kName, name);
  put(header, tar::kMode, entry.mode);
  const auto put_owner = [&](tar::Field number_field, std::uint32_t number, tar::Field name_field,
                             const std::string& owner) {
    put(header, number_field, number <= kMaxShortOctal ? number : 0);
    if (owner.size() < name_field.size) put(header, name_field, owner);
  };
  put_owner(tar::kOwner, entry.owner.user, tar::kUserName, entry.owner.user_name);
  put_owner(tar::kGroup, entry.owner.group, tar::kGroupName, entry.owner.group_name);
  put(header, tar::kSize, size <= kMaxOctal ? size : 0);
  put(header, tar::kModified,
      entry.modified.tv_sec > 0 && fits_octal({entry.modified.tv_sec, 0})
          ? static_cast<std::uint64_t>(entry.modified.tv_sec)
          : 0);
  put(header, tar::kType, std::string_view(&entry.type, 1));
  put(header, tar::kTarget, entry.target);
  put(header, tar::kMagic, tar::kMagicText);
  put(header, tar::kChecksum,
      format("%06o", unsigned{tar::checksum(header)}) + std::string("\0 ", 2));
  return write(header);
}

Status TarWriter::content(std::span<const std::uint8_t> bytes) {
  size_ += bytes.size();
  hasher_.add(bytes);
  return write(bytes);
}

Status TarWriter::zeros(std::uint64_t count) {
  constexpr std::array<std::uint8_t, 4096> kZeros{};
  while (count > 0) {
    const auto step = static_cast<std::size_t>(std::min<std::uint64_t>(count, kZeros.size()));
    CZIP_TRY(content(std::span(kZeros).first(step)));
    count -= step;
  }
  return {};
}

Status TarWriter::end() {
  CZIP_TRY(write(std::string(tar::padding(size_), '\0')));
  members_.back().hash = hasher_.digest();
  members_.back().tar_bytes = position_ - members_.back().tar_offset;
  return {};
}

Status TarWriter::copy(const tar::Entry& entry, std::uint64_t hash) {
  CZIP_TRY(begin(entry, {}));
  members_.back().hash = hash;
  return {};
}

Status TarWriter::finish(bool end_mark) {
  if (end_mark) CZIP_TRY(write(std::string(2 * tar::kBlock, '\0')));
  CZIP_TRY(out_->write(buffer_));
  buffer_.clear();
  return {};
}

Status TarWriter::write(const std::string& text) {
  return write(std::vector<std::uint8_t>(text.begin(), text.end()));
}

Status TarWriter::write(std::span<const std::uint8_t> bytes) {
  position_ += bytes.size();
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  if (buffer_.size() < kBufferSize) return {};
  CZIP_TRY(out_->write(buffer_));
  buffer_.clear();
  return {};
}

}  // namespace czip::tool

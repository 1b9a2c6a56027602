#include "archive/intact_members.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <string_view>

#include "archive/tar_format.hpp"

namespace czip::tool {
namespace {

using tar::kBlock;
using tar::text_of;

std::uint64_t with_padding(std::uint64_t size) { return size + tar::padding(size); }

std::optional<std::uint64_t> number(std::string_view digits, int base) {
  while (digits.starts_with(' ')) digits.remove_prefix(1);
  while (digits.ends_with(' ')) digits.remove_suffix(1);
  std::uint64_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, value, base);
  if (error != std::errc{} || rest != end || value > std::uint64_t{1} << 60) return std::nullopt;
  return value;
}

// Whether it is the header of a member or of extended data.
bool is_header(const tar::Block& header) {
  // The version may be another.
  constexpr std::size_t kMagicBytes = 5;
  return text_of(header, {tar::kMagic.offset, kMagicBytes}) ==
             tar::kMagicText.substr(0, kMagicBytes) &&
         number(text_of(header, tar::kChecksum), 8) == tar::checksum(header);
}

char type_of(const tar::Block& header) { return static_cast<char>(header[tar::kType.offset]); }

std::string name_of(const tar::Block& header) {
  const std::string prefix(text_of(header, tar::kPrefix));
  return (prefix.empty() ? "" : prefix + "/") + std::string(text_of(header, tar::kName));
}

// The value of a key in pax records, each "LENGTH KEY=VALUE\n".
std::optional<std::string> pax_value(std::string_view records, std::string_view key) {
  std::optional<std::string> value;
  while (!records.empty()) {
    const std::size_t space = records.find(' ');
    const auto said = number(records.substr(0, space), 10);
    if (space == std::string_view::npos || !said || *said < space + 2 || *said > records.size())
      break;
    const auto length = static_cast<std::size_t>(*said);
    const auto record = records.substr(space + 1, length - space - 2);
    if (record.starts_with(key) && record.substr(key.size()).starts_with('='))
      value = record.substr(key.size() + 1);
    records.remove_prefix(length);
  }
  return value;
}

// Whether a record may be the end of extended data: its last line is a pax record.
bool ends_extended_data(const tar::Block& record) {
  std::string_view text(reinterpret_cast<const char*>(record.data()), record.size());
  text = text.substr(0, text.find('\0'));
  if (!text.ends_with('\n')) return false;
  const std::size_t before = text.substr(0, text.size() - 1).rfind('\n');
  const auto line = before == std::string_view::npos ? text : text.substr(before + 1);
  return number(line.substr(0, line.find(' ')), 10) == line.size();
}

class MemberFinder {
 public:
  MemberFinder(RandomAccessSource& tar, const std::vector<v2::LostText>& lost) : tar_(&tar) {
    for (const v2::LostText& part : lost)
      lost_.push_back(
          {part.output_offset, part.output_offset + (part.filled ? part.length.value_or(0) : 0)});
  }

  Result<TarMembers> run() {
    CZIP_TRY_ASSIGN(size_, tar_->size());
    while (at_ + kBlock <= size_) CZIP_TRY(step());
    return finished();
  }

 private:
  struct Member {
    v2::FileRange range;
    std::string name;
    std::optional<std::string> hard_link;  // the file that it is another name of
  };

  // A hard link to a file that is damaged is damaged, too.
  TarMembers finished() {
    std::set<std::string> names;
    for (const Member& member : intact_) {
      if (member.hard_link && !names.contains(*member.hard_link)) {
        members_.damaged.push_back(member.name);
        continue;
      }
      names.insert(member.name);
      members_.intact.push_back(member.range);
    }
    return std::move(members_);
  }

  // Whether a part of [begin, end) is lost.
  [[nodiscard]] const v2::FileRange* lost_in(std::uint64_t begin, std::uint64_t end) const {
    const auto first = std::ranges::find_if(
        lost_, [&](const v2::FileRange& lost) { return lost.begin < end && lost.end > begin; });
    return first == lost_.end() ? nullptr : &*first;
  }

  Result<bool> read(std::uint64_t offset, std::span<std::uint8_t> bytes) {
    std::size_t filled = 0;
    while (filled < bytes.size()) {
      CZIP_TRY_ASSIGN(const auto count, tar_->read_at(offset + filled, bytes.subspan(filled)));
      if (count == 0) return false;
      filled += count;
    }
    return true;
  }

  // Takes the member at `at_`, or moves on to where one may be.
  Status step() {
    if (const v2::FileRange* lost = lost_in(at_, at_ + kBlock)) {
      at_ = std::max(lost->end, at_ + 1);
      after_loss_ = true;
      return {};
    }
    tar::Block header{};
    CZIP_TRY(read(at_, header));
    if (is_header(header)) return take_member(header);
    // Where nothing is lost, only the zeros at the end are no header.
    at_ += after_loss_ ? 1 : kBlock;
    return {};
  }

  Status take_member(tar::Block header) {
    const std::uint64_t begin = at_;
    std::uint64_t at = at_;
    std::string name;
    std::optional<std::string> link;
    std::optional<std::uint64_t> size;
    bool whole = true;
    while (type_of(header) == tar::kExtended || type_of(header) == 'g') {
      const auto bytes = number(text_of(header, tar::kSize), 8);
      if (!bytes || *bytes > tar::kMaxExtended) return give_up(begin, name);
      std::string records(static_cast<std::size_t>(*bytes), '\0');
      CZIP_TRY(
          read(at + kBlock, {reinterpret_cast<std::uint8_t*>(records.data()), records.size()}));
      for (const std::string_view key : {tar::kPathKey, tar::kSparseNameKey})
        if (const auto path = pax_value(records, key)) name = *path;
      if (const auto path = pax_value(records, tar::kTargetKey)) link = *path;
      if (const auto text = pax_value(records, tar::kSizeKey)) size = number(*text, 10);
      at += kBlock + with_padding(*bytes);
      CZIP_TRY_ASSIGN(const auto there, read(at, header));
      if (!there || lost_in(begin, at + kBlock) != nullptr || !is_header(header))
        return give_up(begin, name);
    }
    if (name.empty()) name = name_of(header);
    if (!size) size = number(text_of(header, tar::kSize), 8);
    if (!size) return give_up(begin, name);
    const std::uint64_t end = at + kBlock + with_padding(*size);
    if (after_loss_ && at == begin && begin >= kBlock) {
      // Its extended header may have been before it.
      tar::Block before{};
      CZIP_TRY(read(begin - kBlock, before));
      whole = lost_in(begin - kBlock, begin) == nullptr && !ends_extended_data(before);
    }
    after_loss_ = false;
    whole = whole && end <= size_ && lost_in(begin, end) == nullptr;
    const bool is_hard_link = type_of(header) == tar::kHardLink;
    if (!link) link = std::string(text_of(header, tar::kTarget));
    if (whole)
      intact_.push_back({{begin, end}, name, is_hard_link ? link : std::nullopt});
    else
      members_.damaged.push_back(name);
    at_ = end;
    return {};
  }

  Status give_up(std::uint64_t begin, const std::string& name) {
    if (!name.empty()) members_.damaged.push_back(name);
    at_ = begin + 1;
    after_loss_ = true;
    return {};
  }

  RandomAccessSource* tar_;
  std::vector<v2::FileRange> lost_;
  std::uint64_t size_ = 0;
  std::uint64_t at_ = 0;
  bool after_loss_ = false;  // no member has been found since something was lost
  std::vector<Member> intact_;
  TarMembers members_;
};

}  // namespace

Result<TarMembers> find_members(RandomAccessSource& tar, const std::vector<v2::LostText>& lost) {
  return MemberFinder(tar, lost).run();
}

}  // namespace czip::tool

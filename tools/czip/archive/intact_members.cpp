#include "archive/intact_members.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "archive/tar_format.hpp"
#include "archive/tar_parser.hpp"

namespace czip::tool {
namespace {

using tar::kBlock;

// Members are read in pieces of this size, since it may turn out that they are none.
constexpr std::size_t kPiece = std::size_t{8} << 10;

// Where a header is searched for.
constexpr std::size_t kSearched = std::size_t{64} << 10;

// "ustar", which both magics begin with.
constexpr std::string_view kMagicStart = tar::kMagicText.substr(0, 5);

// Bytes that may be read of what turns out to be no member, for each byte of the tar and besides.
// Honest damage does not come near.
constexpr std::uint64_t kMaxVainFactor = 16;
constexpr std::uint64_t kUsualVain = std::uint64_t{64} << 20;

bool is_header(const tar::Block& header) {
  return tar::number_of(header, tar::kChecksum) == tar::checksum(header);
}

// Whether a record may be the end of extended data: its last line is a pax record.
bool ends_extended_data(const tar::Block& record) {
  std::string_view text(reinterpret_cast<const char*>(record.data()), record.size());
  text = text.substr(0, text.find('\0'));
  if (!text.ends_with('\n')) return false;
  const std::size_t before = text.substr(0, text.size() - 1).rfind('\n');
  const auto line = before == std::string_view::npos ? text : text.substr(before + 1);
  return tar::number(line.substr(0, line.find(' ')), 10) == line.size();
}

// A part of a tar.
class PartSource final : public ByteSource {
 public:
  PartSource(RandomAccessSource& tar, std::uint64_t begin, std::uint64_t end)
      : tar_(&tar), at_(begin), end_(end) {}
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override {
    const auto part = buffer.first(
        static_cast<std::size_t>(std::min<std::uint64_t>({end_ - at_, buffer.size(), kPiece})));
    CZIP_TRY_ASSIGN(const auto count, tar_->read_at(at_, part));
    at_ += count;
    return count;
  }
  [[nodiscard]] std::uint64_t at() const { return at_; }

 private:
  RandomAccessSource* tar_;
  std::uint64_t at_;
  std::uint64_t end_;
};

class MemberFinder {
 public:
  MemberFinder(RandomAccessSource& tar, const std::vector<v2::LostText>& lost) : tar_(&tar) {
    for (const v2::LostText& part : lost) {
      if (part.filled && *part.length != 0)
        holes_.push_back({part.output_offset, part.output_offset + *part.length});
      else
        cuts_.push_back(part.output_offset);
    }
  }

  Result<TarMembers> run() {
    CZIP_TRY_ASSIGN(const auto size, tar_->size());
    vain_left_ = kUsualVain + kMaxVainFactor * size;
    // What stands on both sides of a cut does not belong together.
    std::uint64_t begin = 0;
    bool sure = true;
    for (const std::uint64_t cut : cuts_) {
      CZIP_TRY(find_between(begin, std::min(cut, size), sure));
      begin = std::min(cut, size);
      sure = false;
    }
    CZIP_TRY(find_between(begin, size, sure));
    return std::move(members_);
  }

 private:
  // `sure`: a member begins at `begin`, if any does.
  Status find_between(std::uint64_t begin, std::uint64_t end, bool sure) {
    std::optional<std::uint64_t> at = begin;
    part_ = {begin, end};
    after_loss_ = !sure;
    while (at && *at + kBlock <= end && vain_left_ != 0) {
      if (const v2::FileRange* const hole = hole_in({*at, *at + kBlock})) {
        at = hole->end;
        after_loss_ = true;
        continue;
      }
      if (after_loss_) {
        CZIP_TRY_ASSIGN(at, find_header(*at));
        if (!at) break;
      }
      CZIP_TRY_ASSIGN(at, take_members(*at));
    }
    return {};
  }

  // Takes those that follow each other from `at` on, up to one of which something is lost. Returns
  // where to go on; nullopt: nothing is left of this part.
  Result<std::optional<std::uint64_t>> take_members(std::uint64_t at) {
    PartSource source(*tar_, at, part_.end);
    TarParser parser(source);
    for (std::uint64_t before = at;;) {
      const auto entry = parser.next();
      if (entry && !*entry) return std::nullopt;
      if (!entry && entry.error().code != ErrorCode::corrupt &&
          entry.error().code != ErrorCode::truncated)
        return error_of(entry);
      const v2::FileRange range{at + parser.entry_begin(), at + parser.entry_end()};
      if (!parser.extent_known()) {
        vain_left_ -= std::min(vain_left_, source.at() - std::min(source.at(), before));
        after_loss_ = true;
        return range.begin + 1;
      }
      const bool holed = hole_in({before, range.end}) != nullptr;
      // Zeros were skipped before it.
      if (hole_in({before, range.begin}) != nullptr) after_loss_ = true;
      bool whole = entry && range.end <= part_.end && hole_in(range) == nullptr;
      if (whole && after_loss_) {
        CZIP_TRY_ASSIGN(whole, has_all_records(range.begin));
      }
      after_loss_ = false;
      if (whole) members_.intact.push_back(range);
      (whole ? members_.intact_names : members_.damaged).push_back(parser.path());
      if (range.end >= part_.end) return std::nullopt;
      // Holes may be longer than anybody wants to read.
      if (holed || hole_in({range.end, range.end + kBlock}) != nullptr) return range.end;
      before = range.end;
    }
  }

  // Whether no records can have stood before the member at `begin` that are lost.
  Result<bool> has_all_records(std::uint64_t begin) {
    if (begin < part_.begin + kBlock || hole_in({begin - kBlock, begin}) != nullptr) return false;
    tar::Block before{};
    CZIP_TRY_ASSIGN(const auto there, read(begin - kBlock, before));
    return there == before.size() && !ends_extended_data(before);
  }

  // The first header from `at` on, which may stand anywhere.
  Result<std::optional<std::uint64_t>> find_header(std::uint64_t at) {
    std::vector<std::uint8_t> bytes(kSearched);
    while (at + kBlock <= part_.end) {
      if (const v2::FileRange* const hole = hole_in({at, at + kBlock})) {
        at = hole->end;
        continue;
      }
      const std::uint64_t from = at + tar::kMagic.offset;
      const auto wanted = std::span(bytes).first(
          static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), part_.end - from)));
      CZIP_TRY_ASSIGN(const auto count, read(from, wanted));
      const auto searched = wanted.first(count);
      const auto magic =
          std::search(searched.begin(), searched.end(), kMagicStart.begin(), kMagicStart.end());
      if (magic == searched.end()) {
        if (count < kMagicStart.size()) break;
        at += count - (kMagicStart.size() - 1);
        continue;
      }
      at += static_cast<std::uint64_t>(magic - searched.begin());
      tar::Block header{};
      CZIP_TRY_ASSIGN(const auto got, read(at, header));
      if (at + kBlock <= part_.end && got == header.size() && is_header(header)) return at;
      ++at;
    }
    return std::nullopt;
  }

  // The first hole that has a part of `range`; null if there is none.
  [[nodiscard]] const v2::FileRange* hole_in(const v2::FileRange& range) const {
    const auto hole = std::ranges::upper_bound(holes_, range.begin, {}, &v2::FileRange::end);
    return hole != holes_.end() && hole->begin < range.end ? &*hole : nullptr;
  }

  // Returns the number of bytes that there are.
  Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> bytes) {
    std::size_t filled = 0;
    while (filled < bytes.size()) {
      CZIP_TRY_ASSIGN(const auto count, tar_->read_at(offset + filled, bytes.subspan(filled)));
      if (count == 0) break;
      filled += count;
    }
    return filled;
  }

  RandomAccessSource* tar_;
  std::vector<v2::FileRange> holes_;  // in their order
  std::vector<std::uint64_t> cuts_;   // where something is left out
  std::uint64_t vain_left_ = 0;
  v2::FileRange part_;       // between two cuts
  bool after_loss_ = false;  // no member has been found since something was lost
  TarMembers members_;
};

}  // namespace

Result<TarMembers> find_members(RandomAccessSource& tar, const std::vector<v2::LostText>& lost) {
  return MemberFinder(tar, lost).run();
}

}  // namespace czip::tool

#include "archive/member_stream.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>

#include "archive/memory_budget.hpp"
#include "archive/tar_parser.hpp"
#include "archive/tar_writer.hpp"
#include "base/errors.hpp"
#include "io/producer.hpp"

namespace czip::tool {
namespace {

Failure wrong_index(const std::string& path) {
  return fail(ErrorCode::corrupt,
              "the archive's index is damaged: it does not describe " + shown(path));
}

using Members = std::vector<const PlacedMember*>;

// What has to be decoded: an entry of the archive, and the members that it gives.
struct Wanted {
  std::uint64_t text_offset = 0;
  std::uint64_t tar_bytes = 0;
  Members members;
};

// What no index has.
struct Own {
  tar::Owner owner;
  std::vector<tar::Attribute> attributes;
};

// Bytes, at most.
std::uint64_t memory_of(const Own& own) {
  constexpr std::size_t kMapNode = 8 * sizeof(void*);
  std::uint64_t bytes =
      kMapNode + sizeof own + own.owner.user_name.size() + own.owner.group_name.size();
  // A vector may have room for twice as many.
  for (const tar::Attribute& attribute : own.attributes)
    bytes += 2 * sizeof attribute + attribute.name.size() + attribute.value.size();
  return bytes;
}

class MemberStream {
 public:
  MemberStream(const MemberStreamRequest& request, ByteSink& out)
      : request_(&request), writer_(out) {}

  Result<std::vector<Member>> run() {
    sort_members();
    if (request_->expect) request_->expect(decoded_bytes());
    if (request_->whole_entries) CZIP_TRY(read_entries());
    for (const PlacedMember* const folder : folders_)
      CZIP_TRY(writer_.begin(entry_of(*folder, tar::kFolder), {}));
    CZIP_TRY(write_contents());
    for (const PlacedMember* const link : symbolic_links_) {
      tar::Entry entry = entry_of(*link, tar::kSymbolicLink);
      entry.target = link->member.target;
      CZIP_TRY(writer_.begin(entry, {}));
    }
    CZIP_TRY(writer_.finish(request_->end_mark));
    return writer_.take_members();
  }

 private:
  void sort_members() {
    std::map<std::uint64_t, Wanted> contents;  // by their places
    for (const PlacedMember* const placed : request_->members) {
      switch (placed->member.kind) {
        case MemberKind::folder:
          folders_.push_back(placed);
          break;
        case MemberKind::symbolic_link:
          symbolic_links_.push_back(placed);
          break;
        default: {
          const MemberContent& content = placed->content;
          Wanted& wanted = contents[content.text_offset];
          wanted.text_offset = content.text_offset;
          wanted.tar_bytes = content.tar_bytes;
          wanted.members.push_back(placed);
        }
      }
    }
    for (auto& [offset, wanted] : contents) {
      // The file itself comes before its links, if it is wanted.
      std::stable_partition(
          wanted.members.begin(), wanted.members.end(),
          [offset = offset](const PlacedMember* placed) { return placed->text_offset == offset; });
      contents_.push_back(std::move(wanted));
    }
  }

  [[nodiscard]] std::uint64_t decoded_bytes() const {
    std::uint64_t bytes = 0;
    for (const Wanted& wanted : contents_) bytes += wanted.tar_bytes;
    for (const PlacedMember* const placed : request_->members)
      if (request_->whole_entries && !has_content_entry(*placed)) bytes += placed->member.tar_bytes;
    return bytes;
  }

  // Whether its entry comes with a content.
  static bool has_content_entry(const PlacedMember& placed) {
    const MemberKind kind = placed.member.kind;
    return kind != MemberKind::folder && kind != MemberKind::copy &&
           kind != MemberKind::symbolic_link;
  }

  Status write_contents() {
    if (contents_.empty()) return {};
    std::vector<v2::TextRange> ranges;
    for (const Wanted& wanted : contents_) {
      if (!ranges.empty() && ranges.back().start + ranges.back().length > wanted.text_offset)
        return fail(ErrorCode::corrupt, "the archive's index is damaged: its entries overlap");
      ranges.push_back({wanted.text_offset, wanted.tar_bytes});
    }
    return parse_ranges(ranges, [&](TarParser& parser) -> Status {
      for (const Wanted& wanted : contents_) CZIP_TRY(write_content(parser, wanted));
      return {};
    });
  }

  // Decodes ranges of the text, which are whole entries, and calls `parse` with a parser of them.
  template <class Parse>
  Status parse_ranges(const std::vector<v2::TextRange>& ranges, const Parse& parse) {
    v2::DecodeOptions options = request_->options;
    if (options.progress)
      options.progress = [this, before = decoded_](std::uint64_t bytes) {
        return request_->options.progress(before + bytes);
      };
    for (const v2::TextRange& range : ranges) decoded_ += range.length;
    return run_with_producer(
        [&](ByteSink& tar) -> Status {
          CZIP_TRY(v2::decode_ranges(*request_->models, *request_->archive, ranges, tar, options));
          return {};
        },
        [&](ByteSource& tar) -> Status {
          TarParser parser(tar);
          CZIP_TRY(parse(parser));
          // What the last entry leaves unread is checked as well.
          CZIP_TRY(parser.next());
          return {};
        });
  }

  // The entry of which the index says this. Error: corrupt (it is another, or none).
  static Result<tar::Entry> next_entry(TarParser& parser, MemberKind kind, const std::string& path,
                                       std::uint64_t tar_bytes) {
    CZIP_TRY_ASSIGN(auto entry, parser.next());
    if (entry && parser.entry_end() - parser.entry_begin() == tar_bytes) {
      const Member member = member_of(*entry);
      if (member.kind == kind && member.path == path) return std::move(*entry);
    }
    return wrong_index(path);
  }

  Status write_content(TarParser& parser, const Wanted& wanted) {
    const PlacedMember& first = *wanted.members.front();
    const MemberContent& content = first.content;
    CZIP_TRY_ASSIGN(const auto found,
                    next_entry(parser, MemberKind::file, *content.path, content.tar_bytes));
    if (found.size != content.size) return wrong_index(*content.path);
    tar::Entry entry = entry_of(first, tar::kFile);
    entry.size = found.size;
    entry.sparse = found.sparse;
    // A copy has its own.
    if (first.member.kind != MemberKind::copy) {
      entry.owner = found.owner;
      entry.attributes = found.attributes;
    }
    std::vector<tar::Part> parts = parser.parts();
    const std::uint64_t end = parts.empty() ? 0 : parts.back().offset + parts.back().size;
    if (entry.sparse && end < entry.size) parts.push_back({entry.size, 0});
    CZIP_TRY(writer_.begin(entry, parts));
    for (;;) {
      CZIP_TRY_ASSIGN(const auto piece, parser.read());
      if (piece.bytes.empty()) break;
      CZIP_TRY(writer_.content(piece.bytes));
    }
    CZIP_TRY(writer_.end());
    if (writer_.member_hash() != content.hash)
      return fail(ErrorCode::corrupt,
                  "the content of " + shown(*content.path) + " is not that of the index");
    return write_links(wanted);
  }

  // The further members of a content: copies, and hard links to the first of their file.
  Status write_links(const Wanted& wanted) {
    const PlacedMember& first = *wanted.members.front();
    std::map<std::uint64_t, const PlacedMember*> groups{{first.link_group, &first}};
    for (const PlacedMember* const placed : std::span(wanted.members).subspan(1)) {
      tar::Entry entry = entry_of(*placed, tar::kHardLink);
      const auto [group, is_new] = groups.emplace(placed->link_group, placed);
      entry.target = is_new ? first.member.path : group->second->member.path;
      entry.copy = is_new;
      entry.size = is_new ? placed->content.size : 0;
      CZIP_TRY(is_new ? writer_.copy(entry, placed->content.hash) : writer_.begin(entry, {}));
    }
    return {};
  }

  [[nodiscard]] tar::Entry entry_of(const PlacedMember& placed, char type) const {
    const Member& member = placed.member;
    tar::Entry entry{
        .type = type, .path = member.path, .mode = member.mode, .modified = member.modified};
    if (type == tar::kFolder) entry.path += '/';
    if (const auto own = own_.find(&placed); own != own_.end()) {
      entry.owner = own->second.owner;
      entry.attributes = own->second.attributes;
    }
    return entry;
  }

  // Those of folders, copies and symbolic links; a file's comes with its content.
  Status read_entries() {
    MemoryBudget memory(request_->options.memory_limit);
    Members without_content;
    for (const PlacedMember* const placed : request_->members)
      if (!has_content_entry(*placed)) without_content.push_back(placed);
    std::ranges::sort(without_content, {}, &PlacedMember::text_offset);
    std::vector<v2::TextRange> ranges;
    for (const PlacedMember* const placed : without_content)
      ranges.push_back({placed->text_offset, placed->member.tar_bytes});
    return parse_ranges(ranges, [&](TarParser& parser) -> Status {
      for (const PlacedMember* const placed : without_content) {
        const Member& member = placed->member;
        CZIP_TRY_ASSIGN(auto entry, next_entry(parser, member.kind, member.path, member.tar_bytes));
        if (entry.target != member.target) return wrong_index(member.path);
        Own own{.owner = std::move(entry.owner), .attributes = std::move(entry.attributes)};
        CZIP_TRY(memory.take(memory_of(own)));
        own_.emplace(placed, std::move(own));
      }
      return {};
    });
  }

  const MemberStreamRequest* request_;
  TarWriter writer_;
  Members folders_;
  Members symbolic_links_;
  std::uint64_t decoded_ = 0;               // of the archive's text
  std::vector<Wanted> contents_;            // in the order of their places
  std::map<const PlacedMember*, Own> own_;  // of those without content
};

}  // namespace

Result<std::vector<Member>> write_members(const MemberStreamRequest& request, ByteSink& out) {
  try {
    return MemberStream(request, out).run();
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::out_of_memory, "not enough memory for the archive's members");
  }
}

}  // namespace czip::tool

// Extracts what is intact of a salvaged archive.
#include <algorithm>
#include <cstddef>
#include <set>
#include <span>
#include <string>

#include "archive/archive.hpp"
#include "archive/archive_view.hpp"
#include "archive/intact_members.hpp"
#include "archive/tar_parser.hpp"
#include "archive/tar_reader.hpp"
#include "base/text.hpp"
#include "cli/console.hpp"
#include "cli/session.hpp"
#include "io/streams.hpp"

namespace czip::tool {
namespace {

constexpr std::size_t kMaxNamed = 1000;

// The intact members, one after another.
class MemberSource final : public ByteSource {
 public:
  MemberSource(RandomAccessSource& tar, const std::vector<v2::FileRange>& members)
      : tar_(&tar), members_(members) {}

  Result<std::size_t> read(std::span<std::uint8_t> buffer) override {
    while (!members_.empty() && members_.front().begin + used_ == members_.front().end) {
      members_ = members_.subspan(1);
      used_ = 0;
    }
    if (members_.empty()) return 0;
    const v2::FileRange& member = members_.front();
    const std::uint64_t left = member.end - member.begin - used_;
    const auto part =
        buffer.first(static_cast<std::size_t>(std::min<std::uint64_t>(left, buffer.size())));
    CZIP_TRY_ASSIGN(const auto count, tar_->read_at(member.begin + used_, part));
    used_ += count;
    return count;
  }

 private:
  RandomAccessSource* tar_;
  std::span<const v2::FileRange> members_;
  std::uint64_t used_ = 0;  // of the first
};

// The members that the archive's index has and `found` lacks.
std::set<std::string> without_trace(const Session& session, const Input& input,
                                    const TarMembers& found) {
  FileRandomAccess archive(input.file.get());
  std::set<std::string> paths = paths_in_indexes(archive, session.memory_limit());
  for (const auto* const names : {&found.intact_names, &found.damaged})
    for (const std::string& name : *names)
      paths.erase(name.substr(0, name.find_last_not_of('/') + 1));
  return paths;
}

}  // namespace

Result<std::size_t> extract_intact(const Session& session, const Input& input, int tar,
                                   const std::vector<v2::LostText>& lost) {
  FileRandomAccess file(tar);
  CZIP_TRY_ASSIGN(const auto members, find_members(file, lost));
  std::size_t left_out = 0;
  const auto tell = [&](const std::string& name, const char* what) {
    if (++left_out <= kMaxNamed) session.console.warning(input.label(), shown(name) + what);
  };
  const auto leave_out = [&](const std::string& name) {
    tell(name, " is damaged and was not extracted");
  };
  for (const std::string& name : members.damaged) leave_out(name);
  for (const std::string& name : without_trace(session, input, members)) tell(name, " is lost");
  if (!members.intact.empty()) {
    MemberSource source(file, members.intact);
    CZIP_TRY(extract_tar(session, input, [&](UnpackRequest request) {
      request.refused = leave_out;
      return unpack_tar(request, source);
    }));
  }
  if (left_out > kMaxNamed)
    session.console.warning(input.label(), "and " + grouped(left_out - kMaxNamed) + " more");
  return left_out;
}

}  // namespace czip::tool

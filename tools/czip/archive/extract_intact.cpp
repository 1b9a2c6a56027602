// Extracts what is intact of a salvaged archive.
#include <algorithm>
#include <cstddef>
#include <span>
#include <string>

#include "archive/archive.hpp"
#include "archive/intact_members.hpp"
#include "archive/tar_reader.hpp"
#include "base/text.hpp"
#include "cli/console.hpp"
#include "cli/session.hpp"
#include "io/streams.hpp"

namespace czip::tool {
namespace {

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

}  // namespace

Status extract_intact(const Session& session, const Input& input, int tar,
                      const std::vector<v2::LostText>& lost) {
  FileRandomAccess file(tar);
  CZIP_TRY_ASSIGN(const auto members, find_members(file, lost));
  for (const std::string& name : members.damaged)
    session.console.warning(input.label(), printable(name) + " is damaged and was not extracted");
  if (members.intact.empty()) return {};
  MemberSource source(file, members.intact);
  return extract_tar(session, input,
                     [&](const UnpackRequest& request) { return unpack_tar(request, source); });
}

}  // namespace czip::tool

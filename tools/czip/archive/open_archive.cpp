#include "archive/open_archive.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/errors.hpp"
#include "base/name_filter.hpp"
#include "base/text.hpp"
#include "io/streams.hpp"
#include "v2/options.hpp"

namespace czip::tool {
namespace {

// Whether the pattern names the member or a folder above it: with wildcards, or letter by letter.
bool selects(const std::string& pattern, const std::string& path) {
  for (std::size_t end = path.size(); end != std::string::npos && end > 0;
       end = path.rfind('/', end - 1)) {
    const std::string above = path.substr(0, end);
    if (above == pattern || fnmatch(pattern.c_str(), above.c_str(), 0) == 0) return true;
  }
  return false;
}

}  // namespace

Result<ArchiveView> open_archive(const Session& session, ModelStore& models, Input& input) {
  FileRandomAccess file(input.file.get());
  CZIP_TRY_ASSIGN(auto view, read_indexes(file, session.memory_limit()));
  if (view) return std::move(*view);
  session.console.detail(printable(input.label()) +
                         " : has no index that can be used; all of it is decoded");
  auto scanned = scan_archive(models.finder(), file, decode_options_v2(session));
  if (!scanned) {
    input.damaged = blames_data(scanned.error());
    return Failure(advise(scanned.error()));
  }
  return scanned;
}

Result<ArchiveView> open_any_archive(const Session& session, ModelStore& models, Input& input) {
  CZIP_TRY(make_seekable(input));
  return open_archive(session, models, input);
}

Result<ArchiveState> wanted_state(const Session& session, const ArchiveView& view) {
  const std::size_t newest = view.versions.size();
  const std::size_t number = session.arguments.at == 0 ? newest : session.arguments.at;
  if (number > newest)
    return usage_error("has " + grouped(newest) + (newest == 1 ? " version" : " versions") +
                       "; --at " + std::to_string(number) + " names another");
  return view.state(number);
}

Result<std::vector<const PlacedMember*>> select_members(const Session& session,
                                                        const ArchiveState& state,
                                                        const std::vector<std::string>& patterns) {
  const NameFilter& filter = session.arguments.names;
  std::vector<bool> used(patterns.size());
  std::vector<const PlacedMember*> members;
  for (const auto& [path, placed] : state) {
    bool wanted = patterns.empty();
    for (std::size_t i = 0; i < patterns.size(); ++i) {
      std::string pattern = patterns[i];
      while (pattern.size() > 1 && pattern.ends_with('/')) pattern.pop_back();
      if (!selects(pattern, path)) continue;
      used[i] = true;
      wanted = true;
    }
    const bool is_folder = placed.member.kind == MemberKind::folder;
    if (wanted && (is_folder || filter.includes(path)) && !filter.excludes_above(path))
      members.push_back(&placed);
  }
  const auto unused = std::ranges::find(used, false);
  if (unused != used.end())
    return usage_error("holds no member that " +
                       printable(patterns[static_cast<std::size_t>(unused - used.begin())]) +
                       " names; czip -l lists them");
  return members;
}

}  // namespace czip::tool

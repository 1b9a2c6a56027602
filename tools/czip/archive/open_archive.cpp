#include "archive/open_archive.hpp"

#include <fnmatch.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/errors.hpp"
#include "base/name_filter.hpp"
#include "base/text.hpp"
#include "cli/progress.hpp"
#include "io/streams.hpp"
#include "v2/coders.hpp"
#include "v2/options.hpp"

namespace czip::tool {
namespace {

// What a command names: names letter by letter, each found without a look at the others, and
// patterns with wildcards.
class Selection {
 public:
  explicit Selection(const std::vector<std::string>& names) {
    for (std::string name : names) {
      without_slashes(name);
      if (name.find_first_of("*?[\\") != std::string::npos && !names_.contains(name))
        patterns_.push_back(name);
      names_.emplace(std::move(name), false);
    }
  }

  // Whether something names the member or a folder above it.
  bool selects(std::string path) {
    bool selected = false;
    while (!path.empty()) {
      if (const auto name = names_.find(path); name != names_.end()) name->second = selected = true;
      for (const std::string& pattern : patterns_)
        if (fnmatch(pattern.c_str(), path.c_str(), 0) == 0) names_[pattern] = selected = true;
      const std::size_t slash = path.rfind('/');
      path.resize(slash == std::string::npos ? 0 : slash);
    }
    return selected;
  }

  // Whether this name, one of those given, has selected anything.
  [[nodiscard]] bool used(std::string name) const {
    without_slashes(name);
    return names_.at(name);
  }

 private:
  static void without_slashes(std::string& name) {
    while (name.size() > 1 && name.ends_with('/')) name.pop_back();
  }

  std::map<std::string, bool> names_;  // and patterns; whether they have selected anything
  std::vector<std::string> patterns_;
};

}  // namespace

Result<ArchiveView> open_archive(const Session& session, ModelStore& models, Input& input) {
  FileRandomAccess file(input.file.get());
  CZIP_TRY_ASSIGN(auto view, read_indexes(file, session.memory_limit()));
  if (view) return std::move(*view);
  session.console.detail(printable(input.label()) +
                         " : has no index that can be used; all of it is decoded");
  ProgressBar progress(std::string(input.label()) + " (reading)", announced_text(session, input),
                       session.wants_progress());
  v2::DecodeOptions options = decode_options_v2(session);
  options.progress = progress.follow();
  auto scanned = scan_archive(models.finder(), file, options);
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
  Selection selection(patterns);
  std::vector<const PlacedMember*> members;
  for (const auto& [path, placed] : state) {
    if (!patterns.empty() && !selection.selects(path)) continue;
    const bool is_folder = placed.member.kind == MemberKind::folder;
    if ((is_folder || filter.includes(path)) && !filter.excludes_above(path))
      members.push_back(&placed);
  }
  for (const std::string& pattern : patterns)
    if (!selection.used(pattern))
      return usage_error("holds no member that " + printable(pattern) +
                         " names; czip -l lists them");
  return members;
}

}  // namespace czip::tool

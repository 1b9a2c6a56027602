// Opens an archive for the commands that look into it.
#pragma once

#include "archive/archive_view.hpp"
#include "cli/session.hpp"
#include "czip/base/error.hpp"
#include "io/input.hpp"
#include "models/model_store.hpp"

namespace czip::tool {

// Reads the indexes of an archive; where they are missing or damaged, decodes all of it, and says
// so. Errors: invalid_argument (no archive), those of read_indexes() and scan_archive().
Result<ArchiveView> open_archive(const Session& session, ModelStore& models, Input& input);

// The same of any input, which becomes seekable: what is none becomes a copy.
Result<ArchiveView> open_any_archive(const Session& session, ModelStore& models, Input& input);

// The state of the version that --at names, or of the newest. Error: invalid_argument (there is no
// such version).
Result<ArchiveState> wanted_state(const Session& session, const ArchiveView& view);

// The members that the command names (all where it names none): those that match one of the
// patterns or are in a folder that does, and are not excluded. `patterns` are shell patterns.
// Error: invalid_argument (a pattern matches nothing).
Result<std::vector<const PlacedMember*>> select_members(const Session& session,
                                                        const ArchiveState& state,
                                                        const std::vector<std::string>& patterns);

}  // namespace czip::tool

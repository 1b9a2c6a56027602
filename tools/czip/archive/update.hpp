// Adds a version to an archive.
#pragma once

#include <string>
#include <vector>

#include "cli/exit_status.hpp"
#include "cli/session.hpp"
#include "czip/base/error.hpp"
#include "czip/codec/v2/model.hpp"
#include "models/model_store.hpp"

namespace czip::tool {

// Appends what is new or changed below `roots` to the archive at `path`, which must exist, as its
// next version; nothing before it is written to. Whatever interrupts it, the archive has the old
// versions or all of the new one, too. Errors: those of opening, packing and encoding; another
// update is at work.
Result<ExitStatus> update_archive(const Session& session, ModelStore& models,
                                  const v2::Model& model, const std::string& path,
                                  const std::vector<std::string>& roots);

}  // namespace czip::tool

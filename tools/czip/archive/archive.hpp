// Directories: a tar stream (packer.hpp, tar_reader.hpp) inside a CZIPv2 file.
#pragma once

#include <string>
#include <vector>

#include "cli/exit_status.hpp"
#include "cli/session.hpp"
#include "czip/base/error.hpp"
#include "czip/codec/v2/model.hpp"
#include "io/input.hpp"
#include "models/model_store.hpp"

namespace czip::tool {

// Packs files and directories into one archive. Names on the console what is left out, or is not
// packed as it is, and returns the status for that.
Result<ExitStatus> compress_archive(const Session& session, const v2::Model& model,
                                    const std::vector<std::string>& roots);

// Unpacks an archive beside itself, or into the directory that -o names.
Status extract_archive(const Session& session, ModelStore& models, Input& input);

}  // namespace czip::tool

// Directories: a tar stream (tar_writer.hpp, tar_reader.hpp) inside a CZIPv2 file.
#pragma once

#include <string>
#include <vector>

#include "cli/arguments.hpp"
#include "cli/session.hpp"
#include "czip/base/error.hpp"
#include "czip/codec/v2/model.hpp"
#include "czip/codec/v2/salvage.hpp"
#include "io/input.hpp"
#include "models/model_store.hpp"

namespace czip::tool {

// Packs files and directories into one archive.
Status compress_archive(const Session& session, const v2::Model& model,
                        const std::vector<std::string>& roots);

// Unpacks an archive beside itself, or into the directory that -o names.
Status extract_archive(const Session& session, ModelStore& models, Input& input);

// Decompresses or tests what is left of a damaged CZIPv2 file, archive or not. Error: something is
// lost.
Status salvage_v2(const Session& session, ModelStore& models, Input& input);

// The folder into which an archive is extracted: "" or ending in a slash.
[[nodiscard]] std::string extraction_target(const Arguments& arguments, const Input& input);

// Extracts the members of a salvaged archive that no lost part of the tar touches, and names the
// others. `tar` is a seekable file.
Status extract_intact(const Session& session, const Input& input, int tar,
                      const std::vector<v2::LostText>& lost);

}  // namespace czip::tool

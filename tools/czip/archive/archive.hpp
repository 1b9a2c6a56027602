// Directories: a tar stream (packer.hpp, tar_reader.hpp) inside a CZIPv2 file.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "archive/tar_reader.hpp"
#include "cli/arguments.hpp"
#include "cli/exit_status.hpp"
#include "cli/session.hpp"
#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v2/model.hpp"
#include "czip/codec/v2/salvage.hpp"
#include "io/input.hpp"
#include "models/model_store.hpp"

namespace czip::tool {

// Packs files and directories into one archive. Names on the console what is left out, or is not
// packed as it is, and returns the status for that.
Result<ExitStatus> compress_archive(const Session& session, const v2::Model& model,
                                    const std::vector<std::string>& roots);

// Writes the members of a version as an archive of one version, to -o, or with -f in the place of
// the archive.
Status repack_archive(const Session& session, ModelStore& models, const v2::Model& model,
                      Input& input);

// Unpacks an archive, or the members of it that the command names, beside itself or into the
// directory that -o names.
Status extract_archive(const Session& session, ModelStore& models, Input& input);

// Writes a tar to a stream: that of an archive of one version as it is, else one with the members
// that the command names, of the newest version where it names none.
Status write_archive_tar(const Session& session, ModelStore& models, Input& input);

// Whether the command names members or a version of an archive.
[[nodiscard]] bool selects_members(const Arguments& arguments);

// Decodes the members that the command names.
Status test_members(const Session& session, ModelStore& models, Input& input);

// Writes a tar of the members that the command names.
Status write_selected(const Session& session, ModelStore& models, Input& input, ByteSink& out,
                      bool end_mark);

// Decompresses or tests what is left of a damaged CZIPv2 file, archive or not. Error: something is
// lost.
Status salvage_v2(const Session& session, ModelStore& models, Input& input);

// Unpacks a tar stream to where an archive's content goes, all of it or nothing. `unpack` calls
// unpack_tar() with the request that it is given.
using TarUnpacking = std::function<Result<Unpacked>(const UnpackRequest& request)>;
Status extract_tar(const Session& session, const Input& input, const TarUnpacking& unpack);

// Extracts the members of a salvaged archive that no lost part of the tar touches, and names the
// others, those of which only the archive's index tells as well. Returns their number. `tar` is a
// seekable file.
Result<std::size_t> extract_intact(const Session& session, const Input& input, int tar,
                                   const std::vector<v2::LostText>& lost);

}  // namespace czip::tool

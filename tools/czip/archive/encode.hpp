// Encodes a version of an archive: its tar as a frame, and its index behind it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "archive/member_index.hpp"
#include "archive/packer.hpp"
#include "cli/exit_status.hpp"
#include "cli/session.hpp"
#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/model.hpp"

namespace czip::tool {

// What the options say of packing. Failures are named on the console and counted in `status`, which
// must outlive the request. Errors: io (--newer or --files-from cannot be read), invalid_argument.
Result<PackRequest> pack_request(const Session& session, const std::vector<std::string>& roots,
                                 ExitStatus& status);

// What the options say of coding. Without --block-size, blocks are so small that a member is
// quickly extracted.
[[nodiscard]] v2::EncodeOptions archive_options(const Session& session, const v2::Model& model);

struct EncodedVersion {
  v2::CodingReport coding;  // of the frame; file_bytes counts the index, too
  PackReport packed;
};

// Packs and encodes at the same time.
Result<EncodedVersion> encode_packed(const Session& session, const v2::Model& model,
                                     const PackRequest& request, const std::string& label,
                                     ByteSink& out, const v2::EncodeOptions& options);

// Told the length that a tar will have.
using ExpectTar = std::function<void(std::uint64_t bytes)>;
// Writes a tar, and tells its length beforehand as well as that is known.
using TarProducer = std::function<Result<PackReport>(ByteSink& tar, const ExpectTar& expect)>;

// Does the same for the tar that `produce` writes, on a thread of its own.
Result<EncodedVersion> encode_version(const Session& session, const v2::Model& model,
                                      const TarProducer& produce, const std::string& label,
                                      ByteSink& out, v2::EncodeOptions options);

}  // namespace czip::tool

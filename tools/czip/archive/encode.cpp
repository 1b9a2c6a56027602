#include "archive/encode.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <utility>

#include "archive/name_list.hpp"
#include "base/errors.hpp"
#include "cli/progress.hpp"
#include "czip/codec/v2/attachment.hpp"
#include "io/limited_sink.hpp"
#include "io/producer.hpp"
#include "v2/coders.hpp"
#include "v2/options.hpp"

namespace czip::tool {
namespace {

// Decodes in less than a second at the default level.
constexpr std::uint32_t kBlockBytes = std::uint32_t{384} << 10;

}  // namespace

Result<PackRequest> pack_request(const Session& session, const std::vector<std::string>& roots,
                                 ExitStatus& status) {
  const Arguments& arguments = session.arguments;
  PackRequest request;
  request.extended_attributes = arguments.extended_attributes;
  request.owners = arguments.owners;
  WalkRequest& walk = request.walk;
  walk.roots = roots;
  walk.filter = arguments.names;
  walk.one_file_system = arguments.one_file_system;
  walk.report = [&session, &status](const std::string& path, const Error& error) {
    status = more_severe(status, session.console.error(path, error));
  };
  CZIP_TRY_ASSIGN(walk.listed, listed_names(arguments));
  if (!arguments.newer.empty()) {
    struct stat reference {};
    if (stat(arguments.newer.c_str(), &reference) != 0)
      return system_failure("--newer " + arguments.newer, errno);
    walk.newer_than = reference.st_mtim;
  }
  return request;
}

v2::EncodeOptions archive_options(const Session& session, const v2::Model& model) {
  v2::EncodeOptions options = encode_options_v2(session);
  options.archive = true;
  if (options.block_bytes != 0) return options;
  const v2::LevelSettings level = v2::level_settings(options.level);
  const bool with_language_model =
      model.has_language_model() && level.language_model_block_bytes != 0;
  options.block_bytes = std::min(
      kBlockBytes, with_language_model ? level.language_model_block_bytes : level.block_bytes);
  return options;
}

Result<EncodedVersion> encode_packed(const Session& session, const v2::Model& model,
                                     const PackRequest& request, const std::string& label,
                                     ByteSink& out, const v2::EncodeOptions& options) {
  const auto produce = [&](ByteSink& tar, const ExpectTar& expect) {
    PackRequest followed = request;
    followed.expect = expect;
    return pack(followed, tar);
  };
  return encode_version(session, model, produce, label, out, options);
}

Result<EncodedVersion> encode_version(const Session& session, const v2::Model& model,
                                      const TarProducer& produce, const std::string& label,
                                      ByteSink& out, v2::EncodeOptions options) {
  EncodedVersion version;
  ProgressBar progress(label, 0, session.wants_progress());
  const ExpectTar expect = [&progress](std::uint64_t bytes) { progress.expect(bytes); };
  LimitedSink limited(out, session.arguments.max_output, "--max-output");
  const auto coding = run_with_producer(
      [&](ByteSink& tar) -> Status {
        CZIP_TRY_ASSIGN(version.packed, produce(tar, expect));
        return {};
      },
      [&](ByteSource& tar) { return encode_v2(session, model, progress, tar, limited, options); });
  CZIP_TRY(coding);
  version.coding = *coding;
  MemberIndex index{.frame_bytes = version.coding.file_bytes,
                    .text_bytes = version.coding.text_bytes,
                    .members = std::move(version.packed.members)};
  CZIP_TRY_ASSIGN(const auto content, serialize(index));
  version.packed.members = std::move(index.members);
  CZIP_TRY_ASSIGN(const auto added, v2::write_attachment(v2::kIndexAttachment, content, limited));
  version.coding.file_bytes += added;
  return version;
}

}  // namespace czip::tool

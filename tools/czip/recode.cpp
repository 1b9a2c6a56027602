#include "recode.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstdint>
#include <span>
#include <vector>

#include "console.hpp"
#include "czip/codec/byte_stream.hpp"
#include "payload.hpp"

namespace czip::tool {

Result<std::vector<std::uint8_t>> read_back(int fd) {
  struct stat status {};
  if (fstat(fd, &status) != 0) return tl::unexpected(system_error("cannot read back", errno));
  FileSource source(fd);
  if (const auto begun = source.rewind(); !begun) return tl::unexpected(begun.error());
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(status.st_size));
  for (std::size_t filled = 0; filled < bytes.size();) {
    const auto n = source.read(std::span(bytes).subspan(filled));
    if (!n) return tl::unexpected(n.error());
    if (*n == 0) return fail(ErrorCode::io, "became shorter while it was read");
    filled += *n;
  }
  return bytes;
}

Status prove_by_coding_again(const Session& session, const CodingModel& model, const Input& file,
                             std::span<const std::uint8_t> text, Dialect dialect) {
  const auto bytes = read_back(file.file.get());
  if (!bytes) return tl::unexpected(bytes.error());
  MemorySource source(*bytes);
  const auto info = v1::inspect(source);
  if (!info) return tl::unexpected(info.error());
  if (const auto again = source.rewind(); !again) return again;
  const auto found = v1::read_payload(source);
  if (!found) return tl::unexpected(found.error());
  const auto level = level_of(*info, model.network.context_log2);
  if (!level) return tl::unexpected(level.error());

  v1::EncodeOptions options = session.encode_options();
  options.level = *level;
  options.dialect = dialect;
  ProgressBar progress(std::string(file.label()) + " (proving)", text.size(),
                       session.wants_progress());
  options.progress = [&progress](std::uint64_t done) { progress.update(done); };
  const auto expected = v1::encode_payload(model, text, options);
  if (!expected) return tl::unexpected(expected.error());
  if (const auto difference = compare_payloads(*expected, *found))
    return fail(ErrorCode::corrupt, "decodes, but not to the text that was compressed (" +
                                        difference->what +
                                        "); it is damaged, or -m names the wrong model");
  return {};
}

}  // namespace czip::tool

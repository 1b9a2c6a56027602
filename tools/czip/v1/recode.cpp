#include "v1/recode.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstdint>
#include <span>
#include <vector>

#include "cli/console.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "v1/payload.hpp"

namespace czip::tool {

Result<std::vector<std::uint8_t>> read_back(int fd) {
  struct stat status {};
  if (fstat(fd, &status) != 0) return tl::unexpected(system_error("cannot read back", errno));
  FileSource source(fd);
  CZIP_TRY(source.rewind());
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(status.st_size));
  for (std::size_t filled = 0; filled < bytes.size();) {
    CZIP_TRY_ASSIGN(const auto n, source.read(std::span(bytes).subspan(filled)));
    if (n == 0) return fail(ErrorCode::io, "became shorter while it was read");
    filled += n;
  }
  return bytes;
}

Status prove_by_coding_again(const Session& session, const v1::Model& model, const Input& file,
                             std::span<const std::uint8_t> text, v1::Dialect dialect) {
  CZIP_TRY_ASSIGN(const auto bytes, read_back(file.file.get()));
  MemorySource source(bytes);
  CZIP_TRY_ASSIGN(const auto info, v1::inspect(source));
  CZIP_TRY(source.rewind());
  CZIP_TRY_ASSIGN(const auto found, v1::read_payload(source));
  CZIP_TRY_ASSIGN(const auto level, level_of(info, model.network.context_log2));

  v1::EncodeOptions options = session.encode_options();
  options.level = level;
  options.dialect = dialect;
  ProgressBar progress(std::string(file.label()) + " (proving)", text.size(),
                       session.wants_progress());
  options.progress = [&progress](std::uint64_t done) {
    progress.update(done);
    return true;
  };
  CZIP_TRY_ASSIGN(const auto expected, v1::encode_payload(model, text, options));
  if (const auto difference = compare_payloads(expected, found))
    return fail(ErrorCode::corrupt, "decodes, but not to the text that was compressed (" +
                                        difference->what +
                                        "); it is damaged, or -m names the wrong model");
  return {};
}

}  // namespace czip::tool

#include "v1/coding_proof.hpp"

#include <cstdint>

#include "base/errors.hpp"
#include "cli/progress.hpp"
#include "cli/session.hpp"
#include "czip/codec/v1/compare.hpp"
#include "io/input.hpp"
#include "io/mapped_file.hpp"
#include "io/streams.hpp"
#include "v1/file_level.hpp"
#include "v1/options.hpp"

namespace czip::tool {

Status prove_by_coding_again(const Session& session, const v1::Model& model, const Input& file,
                             int text_fd, v1::Dialect dialect) {
  FileSource source(file.file.get());
  CZIP_TRY(source.rewind());
  CZIP_TRY_ASSIGN(const auto info, v1::inspect(source));
  CZIP_TRY(source.rewind());
  CZIP_TRY_ASSIGN(const auto level, level_of(info, model.network.context_log2));
  CZIP_TRY_ASSIGN(auto text, MappedFile::open(text_fd, file.label()));

  v1::EncodeOptions options = encode_options_v1(session);
  options.level = level;
  options.dialect = dialect;
  ProgressBar progress(std::string(file.label()) + " (proving)", text.bytes().size(),
                       session.wants_progress());
  options.progress = [&](std::uint64_t done) {
    progress.update(done);
    text.release_before(done);
    return true;
  };
  const auto difference = v1::compare_payload(model, text.bytes(), source, options);
  if (!difference) return Failure(advise(difference.error()));
  if (*difference)
    return fail(ErrorCode::corrupt, "decodes, but not to the text that was compressed (" +
                                        (*difference)->what +
                                        "); it is damaged, or -m names the wrong model");
  return {};
}

}  // namespace czip::tool

#include "v1/coding_proof.hpp"

#include <cstdint>
#include <span>
#include <vector>

#include "cli/progress.hpp"
#include "cli/session.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "io/input.hpp"
#include "io/streams.hpp"
#include "v1/options.hpp"
#include "v1/payload.hpp"

namespace czip::tool {

Status prove_by_coding_again(const Session& session, const v1::Model& model, const Input& file,
                             std::span<const std::uint8_t> text, v1::Dialect dialect) {
  CZIP_TRY_ASSIGN(const auto bytes, read_from_start(file.file.get()));
  MemorySource source(bytes);
  CZIP_TRY_ASSIGN(const auto info, v1::inspect(source));
  CZIP_TRY(source.rewind());
  CZIP_TRY_ASSIGN(const auto found, v1::read_payload(source));
  CZIP_TRY_ASSIGN(const auto level, level_of(info, model.network.context_log2));

  v1::EncodeOptions options = encode_options_v1(session);
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

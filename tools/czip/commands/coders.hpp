// What the commands do with one input, by format.
#pragma once

#include <string>
#include <vector>

#include "cli/session.hpp"
#include "czip/base/error.hpp"
#include "czip/codec/v1/model.hpp"
#include "io/file_io.hpp"
#include "io/staged_output.hpp"
#include "models/model_store.hpp"

namespace czip::tool {

Status compress_v1(const Session& session, const v1::Model& model, Input& input);
Status decompress_v1(const Session& session, const v1::Model& model, Input& input);
Status test_v1(const Session& session, const v1::Model& model, Input& input);

// Encoding with a progress bar.
Result<v2::CodingReport> encode_v2(const Session& session, const v2::Model& model,
                                   const std::string& label, ByteSource& text, ByteSink& out,
                                   v2::EncodeOptions options);
// Verifies what `sink` wrote to `output`, puts it in its place and removes the input if asked.
Status publish_v2(const Session& session, const v2::Model& model, const Input& input,
                  const OutputPlan& plan, StagedOutput& output, FileSink& sink,
                  const v2::CodingReport& report);
void summarize_v2(const Session& session, const Input& input, const OutputPlan& plan,
                  const v2::CodingReport& report);

Status compress_v2(const Session& session, const v2::Model& model, Input& input);
// One archive of several files and directories.
Status compress_archive(const Session& session, const v2::Model& model,
                        const std::vector<std::string>& roots);
Status decompress_v2(const Session& session, ModelStore& models, Input& input);
// Puts the files of an archive beside it, or into the directory that -o names.
Status extract_archive(const Session& session, ModelStore& models, Input& input);
Status test_v2(const Session& session, ModelStore& models, Input& input);

// Decodes an input with a progress bar; errors with advice.
Result<v1::CodingReport> decode_v1(const Session& session, const v1::Model& model, Input& input,
                                   RewindableSink& sink);
Result<v2::CodingReport> decode_v2(const Session& session, ModelStore& models, Input& input,
                                   ByteSink& sink);

// An error that damage explains, with what to do about it.
[[nodiscard]] Error advise_copy(Error error);

}  // namespace czip::tool

// What the commands do with one input of CZIPv2.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/exit_status.hpp"
#include "cli/progress.hpp"
#include "cli/session.hpp"
#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v2/codec.hpp"
#include "czip/codec/v2/model.hpp"
#include "io/input.hpp"
#include "io/staged_output.hpp"
#include "io/streams.hpp"
#include "models/model_store.hpp"

namespace czip::tool {

Status compress_v2(const Session& session, const v2::Model& model, Input& input);
// Writes an archive as the tar inside; archive/archive.hpp unpacks it.
Status decompress_v2(const Session& session, ModelStore& models, Input& input);
// Decodes without writing.
Status test_v2(const Session& session, ModelStore& models, Input& input);

// Compresses an input to a file of the records that --records names.
Status compress_records(const Session& session, const v2::Model& model, Input& input);
// Writes the records that --record names.
Result<v2::CodingReport> decode_records(const Session& session, ModelStore& models, Input& input,
                                        ByteSink& sink);
// Of a record file, checks that its text is as its index says; of any other file, does nothing.
Status test_records(const Session& session, ModelStore& models, Input& input);
// Whether a file that can be opened ends with an index of records.
[[nodiscard]] bool is_record_file(const std::string& path);
// Appends the records of files to a record file, all or none.
Result<ExitStatus> append_records(const Session& session, const v2::Model& model,
                                  const std::string& path, const std::vector<std::string>& names);

// Replaces a damaged input by a copy that its recovery data mended; false where they do not
// suffice, unless `partly`.
Result<bool> mend_input(const Session& session, Input& input, bool partly = false);

// Writes a mended copy of an input.
Status repair_v2(const Session& session, Input& input);

// Encodes, and shows that on the progress bar.
Result<v2::CodingReport> encode_v2(const Session& session, const v2::Model& model,
                                   ProgressBar& progress, ByteSource& text, ByteSink& out,
                                   v2::EncodeOptions options);
// With -v, says how many blocks were coded with the language model, if any were.
void tell_language_model_blocks(const Session& session, const v2::CodingReport& report);
// The text's length as a file's headers state it, for a progress bar; 0: unknown, or no bar is
// shown. Decoding does not trust it.
std::uint64_t announced_text(const Session& session, const Input& input);
// Decodes an input with a progress bar. Errors end in advice. Where garbage follows the text and
// recovery data mend it, the input becomes the mended copy, and the error is that it was damaged.
Result<v2::CodingReport> decode_v2(const Session& session, ModelStore& models, Input& input,
                                   ByteSink& sink);

// Appends the recovery data that --recovery asks for, with a progress bar. Returns their bytes.
Result<std::uint64_t> add_recovery(const Session& session, RandomAccessFile& file,
                                   std::string_view label);

// Verifies what `sink` wrote to `output`, publishes it and removes the input if --rm asks for that.
Status publish_v2(const Session& session, const v2::Model& model, const Input& input,
                  const OutputPlan& plan, StagedOutput& output, FileSink& sink,
                  const v2::CodingReport& report);
// Prints sizes, and with -v the details.
void summarize_v2(const Session& session, const Input& input, const OutputPlan& plan,
                  const v2::CodingReport& report);

}  // namespace czip::tool

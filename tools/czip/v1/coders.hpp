// What the commands do with one input of CZIPv1.
#pragma once

#include "cli/session.hpp"
#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v1/codec.hpp"
#include "czip/codec/v1/model.hpp"
#include "io/input.hpp"

namespace czip::tool {

Status compress_v1(const Session& session, const v1::Model& model, Input& input);
Status decompress_v1(const Session& session, const v1::Model& model, Input& input);
// Decodes without writing, and codes the text again (v1/coding_proof.hpp) unless --no-verify.
Status test_v1(const Session& session, const v1::Model& model, Input& input);

// Decodes an input with a progress bar. Errors end in advice.
Result<v1::CodingReport> decode_v1(const Session& session, const v1::Model& model, Input& input,
                                   RewindableSink& sink);

}  // namespace czip::tool

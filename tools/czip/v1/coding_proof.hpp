// Proves that a decoded text is the one that was compressed. CZIPv1 has no checksum, but coding is
// deterministic: the text coded again gives the file's payload, unless the file was damaged or
// written with another tokenizer.
#pragma once

#include "cli/session.hpp"
#include "czip/base/error.hpp"
#include "czip/codec/v1/codec.hpp"
#include "io/input.hpp"

namespace czip::tool {

// Codes the text in a file of our own with the context of `file` in `dialect` and compares what
// comes out, in memory that does not grow with the text.
Status prove_by_coding_again(const Session& session, const v1::Model& model, const Input& file,
                             int text_fd, v1::Dialect dialect);

}  // namespace czip::tool

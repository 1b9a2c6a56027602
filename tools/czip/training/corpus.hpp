// The texts that `czip train` learns from.
#pragma once

#include "cli/session.hpp"
#include "czip/base/error.hpp"
#include "czip/training/corpus.hpp"

namespace czip::tool {

// Reads the texts that the arguments name. Each is a source and is cut into documents. A file named
// *.czip is decoded.
Result<Corpus> read_corpus(Session& session);

}  // namespace czip::tool

// The texts that `czip train` learns from.
#pragma once

#include "cli/session.hpp"
#include "czip/base/error.hpp"
#include "czip/training/corpus.hpp"

namespace czip::tool {

// The texts that the arguments name, each as a source of its own, cut into documents. A file named
// *.czip is decoded.
Result<Corpus> read_corpus(Session& session);

}  // namespace czip::tool

// The texts that `czip train` learns from.
#pragma once

#include "cli/session.hpp"
#include "czip/base/error.hpp"
#include "czip/training/v2/trainer.hpp"

namespace czip::tool {

// Adds the texts that the arguments name. Each is a source and is cut into documents. A file named
// *.czip is decoded.
Status add_corpus(Session& session, v2::Trainer& trainer);

}  // namespace czip::tool

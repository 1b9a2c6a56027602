// How long a public language model will take, which is minutes where everything else takes seconds:
// said before the work begins, on a terminal or with -v.
#pragma once

#include "cli/session.hpp"
#include "czip/codec/v2/model.hpp"
#include "io/input.hpp"
#include "models/model_store.hpp"

namespace czip::tool {

// Of compressing an input whose length is known. Says nothing where the level uses no language
// model, or the work takes some seconds.
void tell_compressing_time(const Session& session, const v2::Model& model, const Input& input);

// Of decompressing or testing a file. Where it does not say how many streams it has, the time is
// that of one stream.
void tell_decompressing_time(const Session& session, ModelStore& models, const Input& input);

}  // namespace czip::tool

// The part of `czip train` that gives a model's language model a prior.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "cli/arguments.hpp"
#include "cli/session.hpp"
#include "czip/base/error.hpp"
#include "czip/base/hash128.hpp"
#include "czip/codec/v2/model.hpp"
#include "czip/training/corpus.hpp"

namespace czip::tool {

// Error: the arguments ask for what a model with a language model, `name`, does not get.
Status check_prior_arguments(const Arguments& arguments, const std::string& name);

struct WrittenPrior {
  std::uint64_t model_bytes = 0;
  Hash128 model_hash{};
  std::size_t tokens = 0;
  std::uint64_t text_bytes = 0;  // that the tokens stand for
};

// Writes `model`, of the file `name`, with the corpus as its language model's prior, in place of
// one that it had. The arguments' description replaces what the model says.
Result<WrittenPrior> write_with_prior(const Session& session, const v2::Model& model,
                                      const std::string& name, const Corpus& corpus);

}  // namespace czip::tool

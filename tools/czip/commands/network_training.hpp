// The part of `czip train` that needs CZIP_TRAIN_NETWORK.
#pragma once

#include <cstdint>
#include <vector>

#include "cli/session.hpp"
#include "czip/base/error.hpp"
#include "czip/codec/v2/model.hpp"
#include "czip/training/corpus.hpp"

namespace czip::tool {

// The file of a network for `model`, trained on the corpus as the arguments say; trained further
// from the network in the file `start` where they name one. Error where this czip is built without
// the training of networks: unsupported.
Result<std::vector<std::uint8_t>> train_network(const Session& session, const Corpus& corpus,
                                                const v2::Model& model,
                                                std::vector<std::uint8_t> start);

// A czip-model-v1 file, trained on the corpus. Errors as above.
Result<std::vector<std::uint8_t>> train_model_v1(const Session& session, const Corpus& corpus);

}  // namespace czip::tool

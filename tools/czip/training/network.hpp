// The part of `czip train` that needs CZIP_TRAIN_NETWORK.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/session.hpp"
#include "czip/base/error.hpp"
#include "czip/codec/v2/model.hpp"
#include "czip/training/corpus.hpp"

namespace czip::tool {

// Error unsupported: this czip cannot train networks.
Status can_train_networks();

// Whether training can resume from the file of --checkpoint, as far as it can be known before the
// network.
Status check_checkpoint_file(const std::string& path);

// Trains a network for `model` on the documents of `corpus` and returns its file. Trains the
// network in the file `start` further if the arguments name one. Error: unsupported, in a czip that
// cannot train networks.
Result<std::vector<std::uint8_t>> train_network(const Session& session, const Corpus& corpus,
                                                const v2::Model& model,
                                                std::vector<std::uint8_t> start);

// Trains a czip-model-v1 on the documents of `corpus` and returns its file. Errors as above.
Result<std::vector<std::uint8_t>> train_model_v1(const Session& session, const Corpus& corpus);

}  // namespace czip::tool

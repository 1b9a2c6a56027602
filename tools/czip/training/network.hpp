// The part of `czip train` that needs CZIP_TRAIN_NETWORK.
#pragma once

#include <cstdint>
#include <vector>

#include "cli/session.hpp"
#include "czip/base/error.hpp"
#include "czip/codec/v2/model.hpp"
#include "czip/training/v2/trainer.hpp"

namespace czip::tool {

// A network's file for `model`, trained on the documents that `trainer` has, as the arguments say;
// from the network in the file `start` on where they name one. Error where this czip is built
// without the training of networks: unsupported.
Result<std::vector<std::uint8_t>> train_network(const Session& session, const v2::Trainer& trainer,
                                                const v2::Model& model,
                                                std::vector<std::uint8_t> start);

// A czip-model-v1 file, trained on the documents that `corpus` has. Errors as above.
Result<std::vector<std::uint8_t>> train_model_v1(const Session& session, const v2::Trainer& corpus);

}  // namespace czip::tool

// One run of a recurrent network's training, up to its parameters in floats.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "czip/base/error.hpp"
#include "czip/training/v2/recurrent_trainer.hpp"
#include "v2/recurrent/code_paths.hpp"
#include "v2/recurrent/optimizer.hpp"
#include "v2/recurrent/parameters.hpp"

namespace czip::v2::training {

// `save` gets the parameters now and then, if it is set. The ranks and options have been checked.
Result<RecurrentParameters> train_parameters(
    std::span<const std::uint16_t> ranks, const CodePaths& paths,
    const RecurrentTrainingOptions& options, const RecurrentRates& rates,
    const std::function<Status(const RecurrentParameters&)>& save);

}  // namespace czip::v2::training

// Trains the profiles' initial states by coding held-out text with the adaptive predictor, text
// after text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "czip/base/error.hpp"
#include "czip/codec/v2/coding/predictor.hpp"
#include "czip/codec/v2/model/network.hpp"
#include "czip/tokenizer/v2/tokenizer.hpp"
#include "v2/mixer/mixer_text.hpp"

namespace czip::v2::training {

// Called after each text with the profile, the bytes that it has coded so far and the bits that
// they took. An error ends the training.
using MixerProgress = std::function<Status(std::size_t profile, std::uint64_t bytes, double bits)>;

// The states of the profiles from `first` on, each trained from its value in `states`, with the
// network (null: without one). Errors: out_of_memory, those of `progress`.
Result<TrainedStates> train_mixer(const PredictorTables& tables, const Tokenizer& tokenizer,
                                  const ModelNetwork* network, TrainedStates states,
                                  std::size_t first, std::span<const MixerText> texts,
                                  const MixerProgress& progress);

}  // namespace czip::v2::training

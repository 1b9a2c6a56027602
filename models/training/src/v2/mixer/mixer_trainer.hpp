// Trains the profiles' initial states by coding held-out text with the adaptive predictor, text
// after text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "czip/codec/v2/coding/predictor.hpp"
#include "czip/tokenizer/v2/tokenizer.hpp"
#include "v2/mixer/mixer_text.hpp"

namespace czip::v2 {

// Called after each text with the profile at hand, the bytes that it has coded so far and the bits
// that they took.
using MixerProgress = std::function<void(std::size_t profile, std::uint64_t bytes, double bits)>;

// The states of the profiles from `first` on, each trained from what it is in `states`.
TrainedStates train_mixer(const PredictorTables& tables, const Tokenizer& tokenizer,
                          TrainedStates states, std::size_t first, std::span<const MixerText> texts,
                          const MixerProgress& progress);

}  // namespace czip::v2

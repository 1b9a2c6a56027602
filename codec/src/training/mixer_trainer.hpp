// Trains the profiles' initial states by coding held-back text with the adaptive predictor, text
// after text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "czip/tokenizer/byte_tokenizer.hpp"
#include "training/mixer_text.hpp"
#include "v2/predictor.hpp"

namespace czip::v2 {

// Called after each text with the profile at hand, the bytes that it has coded so far and the bits
// that they took.
using MixerProgress = std::function<void(std::size_t profile, std::uint64_t bytes, double bits)>;

// The states of the profiles from `first` on, each trained from what it is in `states`.
TrainedStates train_mixer(const PredictorTables& tables, const ByteTokenizer& tokenizer,
                          TrainedStates states, std::size_t first, std::span<const MixerText> texts,
                          const MixerProgress& progress);

}  // namespace czip::v2

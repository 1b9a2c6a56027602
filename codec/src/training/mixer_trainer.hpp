// Trains a profile's initial state by coding held-back text with the adaptive predictor, text after
// text.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "czip/tokenizer/byte_tokenizer.hpp"
#include "v2/predictor.hpp"

namespace czip::v2 {

// Called after each text with the bytes coded so far and the bits that they took.
using MixerProgress = std::function<void(std::uint64_t bytes, double bits)>;

// `texts` hold ranks; `state` is what the profile begins with.
TrainedState train_mixer(const PredictorTables& tables, const ByteTokenizer& tokenizer,
                         const Profile& profile, TrainedState state,
                         std::span<const std::vector<std::uint16_t>> texts,
                         const MixerProgress& progress);

}  // namespace czip::v2

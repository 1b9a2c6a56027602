// The held-out documents, as texts for the mixer to learn from.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/tokenizer/v2/tokenizer.hpp"
#include "czip/training/corpus.hpp"
#include "v2/mixer/mixer_text.hpp"

namespace czip::v2::training {

// Takes about `bytes` of each source's held-out documents, joins them to texts of 1 to 100 * 2^10
// tokens and shuffles these, the same way each time. Where no source has a held-out document, all
// documents count as such. `lone`: no documents are joined. `ranks` holds each token's rank.
// Errors: invalid_argument if there is no document, out_of_memory.
Result<std::vector<MixerText>> held_out_texts(const Corpus& corpus, const Tokenizer& tokenizer,
                                              std::span<const std::uint16_t> ranks,
                                              std::uint64_t bytes, bool lone);

}  // namespace czip::v2::training

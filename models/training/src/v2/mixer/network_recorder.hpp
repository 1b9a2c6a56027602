// Runs a network over the texts that the mixer learns from, once for all profiles: its predictions
// are slow to compute and small to keep, one number for each decision.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "czip/base/error.hpp"
#include "czip/codec/v2/coding/code_tree.hpp"
#include "czip/codec/v2/coding/logistic.hpp"
#include "czip/codec/v2/model/network.hpp"
#include "v2/mixer/mixer_text.hpp"

namespace czip::v2::training {

// Called after each text, never from two threads at once, with the bytes done so far and the bits
// that they take when coded with the network's prediction alone. An error ends the recording.
using RecorderProgress = std::function<Status(std::uint64_t bytes, double bits)>;

// Sets each text's streams as the encoder does, and its network inputs. The result is the same for
// any number of threads (0: as many as the machine has). Errors: out_of_memory, those of
// `progress`.
Status record_network(const ModelNetwork& network, const CodeTree& tree, const Logistic& logistic,
                      std::span<MixerText> texts, unsigned threads,
                      const RecorderProgress& progress);

}  // namespace czip::v2::training

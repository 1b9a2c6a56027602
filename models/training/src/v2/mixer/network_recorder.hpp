// Runs a network over the texts that the mixer learns from, once for all profiles: what it expects
// costs much to compute and little to keep, one number for each decision.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "czip/base/error.hpp"
#include "czip/codec/v2/coding/code_tree.hpp"
#include "czip/codec/v2/coding/logistic.hpp"
#include "czip/codec/v2/model/network.hpp"
#include "v2/mixer/mixer_text.hpp"

namespace czip::v2 {

// Called after each text, never from two threads at once, with the bytes done so far and the bits
// that they would take by the network's word alone.
using RecorderProgress = std::function<void(std::uint64_t bytes, double bits)>;

// Gives each text as many streams as the encoder gives it, and the network's inputs. The same
// whatever the threads (0: as many as the machine has). Errors: out_of_memory.
Status record_network(const ModelNetwork& network, const CodeTree& tree, const Logistic& logistic,
                      std::span<MixerText> texts, unsigned threads,
                      const RecorderProgress& progress);

}  // namespace czip::v2

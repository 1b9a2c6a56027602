// The trained states of a model, each read when it is first asked for: a short text takes less time
// than the reading of all.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "czip/base/threads.hpp"
#include "czip/codec/v2/coding/trained_state.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/engine/safetensors/tensor_reader.hpp"

namespace czip::v2 {

// Asks the reader for the tensors of all states, those with a network only where the model has one.
// It keeps the error where one is missing or has another shape.
void require_states(safetensors::TensorReader& reader, bool with_network);

class StateCache {
 public:
  // A profile's state, from a file whose reader required it. `file` must be the same each time. May
  // be called by several threads at once; the state is valid as long as the cache. May throw
  // std::bad_alloc.
  const TrainedState& get(const safetensors::File& file, std::size_t profile, bool network) const;

 private:
  mutable Mutex mutex_;
  // Without a network, then with one. They never move.
  mutable std::array<std::optional<TrainedState>, 2 * kProfiles.size()> states_;
};

}  // namespace czip::v2

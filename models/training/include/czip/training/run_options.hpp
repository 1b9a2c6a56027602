// Options and progress of one run of a network's training, for the networks of both formats.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "czip/base/error.hpp"

namespace czip::nn {

struct Progress {
  std::uint64_t tokens = 0;      // trained on in this run
  double fraction = 0;           // of this run's budget
  double seconds_left = 0;       // estimated
  double tokens_per_second = 0;  // in this run
  double training_bits = 0;      // per byte, since the last report
  double held_out_bits = 0;      // per byte of held-out text; 0: not measured this time
};

struct RunOptions {
  // The budget of this run, which ends when either is used up; 0: unlimited. One must be given.
  std::uint64_t tokens = 0;
  double seconds = 0;
  std::uint64_t seed = 1;  // of the initial weights and the order of the text
  unsigned threads = 0;    // 0: as many as the machine has
  // A checkpoint to resume from, of a run of the same network and seed, with the same tokens, on
  // the same text; empty: start from initial weights.
  std::vector<std::uint8_t> checkpoint;
  // Called every few minutes while the learning rate is constant, and once when it begins to fall:
  // resuming there gives a better network than resuming after it has fallen. An error ends the run.
  std::function<Status(std::span<const std::uint8_t>)> save_checkpoint;
  // Called every few seconds from the thread that called. An error ends the run; so a caller
  // cancels it.
  std::function<Status(const Progress&)> progress;
};

// Whether this is a whole and undamaged checkpoint, of whatever network. Errors: corrupt,
// truncated, unsupported (of another version of czip).
Status check_checkpoint(std::span<const std::uint8_t> file);

}  // namespace czip::nn

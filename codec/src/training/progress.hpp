// Reports the stages of training that go over texts held back.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "czip/codec/training.hpp"
#include "training/mixer_text.hpp"
#include "training/mixer_trainer.hpp"
#include "training/network_recorder.hpp"

namespace czip::v2 {

class ProgressReporter {
 public:
  using Report = std::function<void(const TrainingProgress&)>;

  // `report`, which may be empty, must outlive what the functions below return.
  ProgressReporter(const Report& report, std::span<const MixerText> texts);

  // `part`: what follows the profile in the name of the part at hand.
  [[nodiscard]] MixerProgress mixer(const std::string& part) const;
  [[nodiscard]] RecorderProgress network() const;

 private:
  const Report* report_;
  std::uint64_t total_ = 0;
};

}  // namespace czip::v2

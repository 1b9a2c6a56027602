// Reports the stages of training that go over texts held out.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "czip/training/v2/trainer.hpp"
#include "v2/mixer/mixer_text.hpp"
#include "v2/mixer/mixer_trainer.hpp"
#include "v2/mixer/network_recorder.hpp"

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

// Reports of the stages of training that go over the held-out texts.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "czip/training/v2/model_trainer.hpp"
#include "v2/mixer/mixer_text.hpp"
#include "v2/mixer/mixer_trainer.hpp"

namespace czip::v2::training {

class ProgressReporter {
 public:
  using Report = std::function<Status(const TrainingProgress&)>;

  // `report`, which may be empty, must outlive the functions returned below.
  ProgressReporter(const Report& report, std::span<const MixerText> texts);

  // `part` follows the profile's name in the reports.
  [[nodiscard]] MixerProgress mixer(const std::string& part) const;

 private:
  const Report* report_;
  std::uint64_t total_ = 0;
};

}  // namespace czip::v2::training

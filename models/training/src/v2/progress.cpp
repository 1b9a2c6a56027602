#include "v2/progress.hpp"

#include <array>
#include <string_view>

#include "czip/codec/v2/coding/profile.hpp"

namespace czip::v2::training {
namespace {

// As the format's pages name them.
constexpr std::array<std::string_view, kProfiles.size()> kProfileNames{"fast", "light", "normal"};

Status send(const ProgressReporter::Report& report, TrainingProgress progress, double bits) {
  if (!report) return {};
  if (progress.done > 0) progress.bits_per_byte = bits / static_cast<double>(progress.done);
  return report(progress);
}

}  // namespace

ProgressReporter::ProgressReporter(const Report& report, std::span<const MixerText> texts)
    : report_(&report) {
  for (const MixerText& text : texts) total_ += text.bytes;
}

MixerProgress ProgressReporter::mixer(const std::string& part) const {
  return [report = report_, total = total_, part](std::size_t profile, std::uint64_t bytes,
                                                  double bits) {
    const std::string name = std::string(kProfileNames[profile]) + " profile" + part;
    return send(*report, {.stage = "mixer", .part = name, .done = bytes, .total = total}, bits);
  };
}

}  // namespace czip::v2::training

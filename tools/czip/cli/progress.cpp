#include "cli/progress.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "cli/console.hpp"
#include "czip/base/utf8.hpp"

namespace czip::tool {
namespace {

constexpr std::size_t kBar = 24;
constexpr std::size_t kFigures = 44;  // percentage, rate and time left

std::string clock_time(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
  const auto unit = [](std::uint64_t n) { return static_cast<unsigned>(n % 60); };
  if (whole < 3600) return format("%u:%02u", unit(whole / 60), unit(whole));
  return format("%llu:%02u:%02u", static_cast<unsigned long long>(whole / 3600), unit(whole / 60),
                unit(whole));
}

}  // namespace

ProgressBar::ProgressBar(std::string label, std::uint64_t total, bool wanted, std::string unit)
    : label_(std::move(label)),
      unit_(std::move(unit)),
      total_(total),
      enabled_(wanted && Console::interactive()) {}

ProgressBar::~ProgressBar() {
  if (drawn_) Console::draw_status("");
}

void ProgressBar::update(std::uint64_t done) {
  if (!enabled_) return;
  const Clock::time_point now = Clock::now();
  if (now < next_) return;
  next_ = now + std::chrono::milliseconds(200);
  draw(done, std::chrono::duration<double>(now - start_).count());
}

Progress ProgressBar::follow(std::uint64_t before) {
  return [this, before](std::uint64_t done) {
    update(before + done);
    return true;
  };
}

void ProgressBar::draw(std::uint64_t done, double elapsed) {
  const std::size_t width = Console::width();
  const std::uint64_t total = total_;
  const double rate = per_second(done, elapsed);
  std::string line;
  if (total == 0 || done > total) {  // unknown, or wrong
    line = amount_text(done) + "  " + rate_text(rate);
  } else {
    const double share = percent(done, total);
    const double left = rate > 0 ? static_cast<double>(total - done) / rate : 0;
    line = format("%5.1f %%  ", share) + rate_text(rate) + "  ";
    line += rate > 0 ? clock_time(left) + " left" : std::string("starting");
    if (width > kFigures + kBar) {
      const auto filled = static_cast<std::size_t>(share / 100 * static_cast<double>(kBar));
      line = "[" + std::string(filled, '#') + std::string(kBar - filled, '.') + "] " + line;
    }
  }
  if (width > line.size() + 12) {
    std::string label = printable(label_).substr(0, width - line.size() - 4);
    label.resize(valid_utf8_prefix(label));
    line.insert(0, label + ": ");
  }
  Console::draw_status(line);
  drawn_ = true;
}

std::string ProgressBar::rate_text(double rate) const {
  if (unit_.empty())
    return rate < 1000 ? format("%.0f B/s", rate) : format("%.1f kB/s", rate / 1000);
  return rate < 10 ? format("%.2f ", rate) + unit_ + "/s"
                   : grouped(static_cast<std::uint64_t>(rate)) + " " + unit_ + "/s";
}

std::string ProgressBar::amount_text(std::uint64_t done) const {
  return unit_.empty() ? grouped(done / 1000) + " kB" : grouped(done) + " " + unit_;
}

}  // namespace czip::tool

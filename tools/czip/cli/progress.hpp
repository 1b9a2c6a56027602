// The progress bar. It appears on stderr, if that is a terminal, when work takes longer than a
// second.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace czip::tool {

class ProgressBar {
 public:
  // Expects `total` bytes. Draws nothing unless `wanted`.
  ProgressBar(std::string label, std::uint64_t total, bool wanted);
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  // Clears the line.
  ~ProgressBar();

  // Must be called by one thread at a time.
  void update(std::uint64_t done);

  [[nodiscard]] bool enabled() const { return enabled_; }

 private:
  using Clock = std::chrono::steady_clock;
  void draw(std::uint64_t done, double elapsed);

  std::string label_;
  std::uint64_t total_;
  bool enabled_;
  bool drawn_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point next_ = start_ + std::chrono::seconds(1);
};

}  // namespace czip::tool

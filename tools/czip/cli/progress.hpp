// The progress bar. It appears on stderr, if that is a terminal, when work takes longer than a
// second.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

#include "czip/codec/io/progress.hpp"

namespace czip::tool {

class ProgressBar {
 public:
  // Expects `total` bytes; 0: unknown, and there is neither share nor time left. Draws nothing
  // unless `wanted`. `unit`, a plural, is what is counted where that is not bytes.
  ProgressBar(std::string label, std::uint64_t total, bool wanted, std::string unit = {});
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  // Clears the line.
  ~ProgressBar();

  // Must be called by one thread at a time.
  void update(std::uint64_t done);
  // Expects another total from now on. May be called from any thread.
  void expect(std::uint64_t total) { total_ = total; }

  // Progress for a coder, which this must outlive, of a part of the work; `before` was done before
  // it.
  [[nodiscard]] Progress follow(std::uint64_t before = 0);

  [[nodiscard]] bool enabled() const { return enabled_; }

 private:
  using Clock = std::chrono::steady_clock;
  void draw(std::uint64_t done, double elapsed);
  [[nodiscard]] std::string rate_text(double rate) const;
  [[nodiscard]] std::string amount_text(std::uint64_t done) const;

  std::string label_;
  std::string unit_;
  std::atomic<std::uint64_t> total_;
  bool enabled_;
  bool drawn_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point next_ = start_ + std::chrono::seconds(1);
};

}  // namespace czip::tool

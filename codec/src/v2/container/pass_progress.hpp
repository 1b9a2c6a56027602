// Progress of a part of the work over which several passes may go: a block, which is coded with
// several settings and verified, or what a recovery record covers. Each pass counts for a share of
// the part's bytes.
#pragma once

#include <cstdint>

#include "czip/base/error.hpp"
#include "czip/codec/io/pass_report.hpp"
#include "czip/codec/io/progress_sum.hpp"

namespace czip::v2 {

class PassProgress {
 public:
  // The part counts `bytes` in `all`, which must outlive this.
  PassProgress(ProgressSum& all, std::uint64_t bytes) : all_(&all), bytes_(bytes) {}

  // Begins the next pass. `left` is the weight of this pass and of those that may come after it;
  // they share what the passes before have left.
  void begin_pass(std::uint64_t weight, std::uint64_t left) {
    begin_ = end_;
    end_ += share(bytes_ - begin_, weight, left);
  }
  void begin_last_pass() { begin_pass(1, 1); }

  // For the pass; valid as long as this.
  [[nodiscard]] PassReport report() {
    return [this](std::uint64_t done, std::uint64_t total) {
      return reach(begin_ + share(end_ - begin_, done, total));
    };
  }

  // Counts what is left of the part. Error: cancelled.
  Status finish() { return reach(bytes_); }

 private:
  // bytes * part / whole for part <= whole, below 2^32, without overflow.
  static std::uint64_t share(std::uint64_t bytes, std::uint64_t part, std::uint64_t whole) {
    return bytes / whole * part + bytes % whole * part / whole;
  }

  Status reach(std::uint64_t bytes) {
    if (bytes <= counted_) return {};
    const std::uint64_t more = bytes - counted_;
    counted_ = bytes;
    return all_->add(more);
  }

  ProgressSum* all_;
  std::uint64_t bytes_;
  std::uint64_t begin_ = 0;    // of the pass
  std::uint64_t end_ = 0;      // of the pass
  std::uint64_t counted_ = 0;  // so far
};

}  // namespace czip::v2

// Adds up what several threads have done, for one Progress.
#pragma once

#include <cstdint>

#include "czip/base/error.hpp"
#include "czip/base/threads.hpp"
#include "czip/codec/io/progress.hpp"

namespace czip {

class ProgressSum {
 public:
  // `progress`, which may be empty, must outlive the sum.
  explicit ProgressSum(const Progress& progress) : progress_(&progress) {}

  // Counts `bytes` more and tells the sum. May be called from any thread. Once the caller has
  // cancelled, it is not asked again. Error: cancelled.
  [[nodiscard]] Status add(std::uint64_t bytes) {
    if (!*progress_) return {};
    const Lock lock(mutex_);
    if (cancelled_) return report_cancelled();
    done_ += bytes;
    Status status = report_progress(*progress_, done_);
    cancelled_ = !status.has_value();
    return status;
  }

 private:
  const Progress* progress_;
  Mutex mutex_;
  std::uint64_t done_ = 0;
  bool cancelled_ = false;
};

}  // namespace czip

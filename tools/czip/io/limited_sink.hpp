// A sink that takes no more bytes than the user allows.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "io/output_limit.hpp"

namespace czip::tool {

class LimitedSink final : public RewindableSink {
 public:
  // `sink` must outlive this object. `option` is named where the limit is reached: "--max-output".
  LimitedSink(ByteSink& sink, std::optional<std::uint64_t> limit, const char* option)
      : sink_(&sink), limit_(limit, option) {}
  LimitedSink(RewindableSink& sink, std::optional<std::uint64_t> limit, const char* option)
      : LimitedSink(static_cast<ByteSink&>(sink), limit, option) {
    rewindable_ = &sink;
  }

  // Error besides those of the sink: over_limit; the sink gets none of these bytes then.
  Status write(std::span<const std::uint8_t> bytes) override {
    CZIP_TRY(count(bytes.size()));
    return sink_->write(bytes);
  }
  Status write_zeros(std::uint64_t zeros) override {
    CZIP_TRY(count(zeros));
    return sink_->write_zeros(zeros);
  }
  // Only where the sink can be rewound.
  Status rewind() override {
    size_ = 0;
    if (rewindable_ == nullptr) return fail(ErrorCode::internal, "a stream cannot be rewound");
    return rewindable_->rewind();
  }

 private:
  Status count(std::uint64_t bytes) {
    CZIP_TRY(limit_.check(size_, bytes));
    size_ += bytes;
    return {};
  }

  ByteSink* sink_;
  RewindableSink* rewindable_ = nullptr;
  OutputLimit limit_;
  std::uint64_t size_ = 0;
};

}  // namespace czip::tool

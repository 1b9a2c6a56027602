// Where a stream's two sides meet: the codec, which pulls text and pushes results on a thread of
// the stream's own, and the caller, who pushes input and pulls output by calls.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "czip.h"
#include "czip/base/error.hpp"
#include "czip/base/threads.hpp"
#include "czip/codec/io/byte_stream.hpp"

namespace czip::c_api {

enum class Directive : std::uint8_t { more, flush, end };

// Copies between the codec's and the caller's buffers, while the caller is in a call; between calls
// the codec waits, unless it has work to do without them.
class Exchange {
 public:
  // The codec's side.

  // Waits until there is input, or none will follow; false in that case, except for the first part,
  // which may be empty. A part ends where the caller flushes, and with the input.
  Result<bool> begin_part();
  // Text of the part, at least one byte unless it has ended: then, and from then on, 0.
  Result<std::size_t> read(std::span<std::uint8_t> buffer);
  Status write(std::span<const std::uint8_t> bytes);
  // Nothing more is read or written.
  void finish(Status status);
  [[nodiscard]] bool cancelled() const { return cancelled_; }

  // The caller's side.

  // Returns when the codec needs what the buffers no longer have, or is at an end; whether the
  // directive has been fulfilled. Error: that of finish.
  Result<bool> exchange(czip_out_buffer& out, czip_in_buffer& in, Directive directive);
  // The codec's calls fail from now on. No exchange may follow.
  void cancel();

 private:
  enum class Wait : std::uint8_t { none, part, input, room };

  // Waits until `ready`, or the caller cancels.
  template <class Ready>
  Status wait(Lock& lock, Wait what, const Ready& ready);
  [[nodiscard]] bool fulfilled() const;
  [[nodiscard]] bool at_rest() const;

  Mutex mutex_;
  ConditionVariable changed_;
  // The caller's buffers and directive, while it is in a call.
  bool in_call_ = false;
  std::span<const std::uint8_t> input_;
  std::span<std::uint8_t> room_;
  Directive directive_ = Directive::more;
  // The codec's state.
  Wait wait_ = Wait::none;  // for what
  bool any_part_ = false;
  bool part_ended_ = false;
  bool finished_ = false;
  Status status_;
  std::atomic<bool> cancelled_ = false;
};

class ExchangeSource final : public ByteSource {
 public:
  explicit ExchangeSource(Exchange& exchange) : exchange_(&exchange) {}
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override {
    return exchange_->read(buffer);
  }

 private:
  Exchange* exchange_;
};

class ExchangeSink final : public ByteSink {
 public:
  explicit ExchangeSink(Exchange& exchange) : exchange_(&exchange) {}
  Status write(std::span<const std::uint8_t> bytes) override { return exchange_->write(bytes); }

 private:
  Exchange* exchange_;
};

}  // namespace czip::c_api

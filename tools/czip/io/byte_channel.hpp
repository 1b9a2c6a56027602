// A pipe between two threads, in bounded memory.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"

namespace czip::tool {

class ByteChannel final : public ByteSource, public ByteSink {
 public:
  // The writer's side. `write` waits while too much is unread. After the reader has left, it fails
  // with an error without a message.
  Status write(std::span<const std::uint8_t> bytes) override;
  // Ends the stream. Where `status` is an error, the reader gets that instead of the end.
  void finish(const Status& status);

  // The reader's side. `read` waits for bytes or the end.
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override;
  // Declares that nothing more will be read.
  void abandon();

 private:
  static constexpr std::size_t kCapacity = std::size_t{1} << 22;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::vector<std::uint8_t>> pieces_;
  std::size_t size_ = 0;  // bytes in all pieces
  std::size_t used_ = 0;  // bytes read of the first piece
  std::optional<Status> end_;
  bool abandoned_ = false;
};

// Calls abandon() at the end of a scope, so that the writer does not wait for ever.
class ChannelReader {
 public:
  explicit ChannelReader(ByteChannel& channel) : channel_(&channel) {}
  ChannelReader(const ChannelReader&) = delete;
  ChannelReader& operator=(const ChannelReader&) = delete;
  ~ChannelReader() { channel_->abandon(); }

 private:
  ByteChannel* channel_;
};

}  // namespace czip::tool

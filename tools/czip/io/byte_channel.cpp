#include "io/byte_channel.hpp"

#include <algorithm>

namespace czip::tool {

Status ByteChannel::write(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return {};
  std::vector<std::uint8_t> piece(bytes.begin(), bytes.end());
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return abandoned_ || size_ < kCapacity; });
  if (abandoned_) return fail(ErrorCode::io, {});
  size_ += piece.size();
  pieces_.push_back(std::move(piece));
  changed_.notify_all();
  return {};
}

void ByteChannel::finish(const Status& status) {
  const std::lock_guard lock(mutex_);
  end_ = status;
  changed_.notify_all();
}

Result<std::size_t> ByteChannel::read(std::span<std::uint8_t> buffer) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !pieces_.empty() || end_; });
  if (pieces_.empty()) {
    if (!*end_) return error_of(*end_);
    return 0;
  }
  const std::vector<std::uint8_t>& piece = pieces_.front();
  const std::size_t count = std::min(buffer.size(), piece.size() - used_);
  std::copy_n(piece.begin() + static_cast<std::ptrdiff_t>(used_), count, buffer.begin());
  used_ += count;
  size_ -= count;
  if (used_ == piece.size()) {
    pieces_.pop_front();
    used_ = 0;
  }
  changed_.notify_all();
  return count;
}

void ByteChannel::abandon() {
  const std::lock_guard lock(mutex_);
  abandoned_ = true;
  changed_.notify_all();
}

}  // namespace czip::tool

#include "c_api/exchange.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "czip/codec/io/progress.hpp"

namespace czip::c_api {

template <class Ready>
Status Exchange::wait(Lock& lock, Wait what, const Ready& ready) {
  wait_ = what;
  changed_.notify_all();
  changed_.wait(lock, [&] { return cancelled_ || (in_call_ && ready()); });
  wait_ = Wait::none;
  if (cancelled_) return report_cancelled();
  return {};
}

Result<bool> Exchange::begin_part() {
  Lock lock(mutex_);
  CZIP_TRY(
      wait(lock, Wait::part, [this] { return !input_.empty() || directive_ == Directive::end; }));
  if (input_.empty() && any_part_) return false;
  any_part_ = true;
  part_ended_ = false;
  return true;
}

Result<std::size_t> Exchange::read(std::span<std::uint8_t> buffer) {
  if (buffer.empty()) return std::size_t{0};
  Lock lock(mutex_);
  if (part_ended_) return std::size_t{0};
  CZIP_TRY(
      wait(lock, Wait::input, [this] { return !input_.empty() || directive_ != Directive::more; }));
  const std::size_t count = std::min(buffer.size(), input_.size());
  part_ended_ = count == 0;
  if (count != 0) std::memcpy(buffer.data(), input_.data(), count);
  input_ = input_.subspan(count);
  return count;
}

Status Exchange::write(std::span<const std::uint8_t> bytes) {
  Lock lock(mutex_);
  while (!bytes.empty()) {
    CZIP_TRY(wait(lock, Wait::room, [this] { return !room_.empty(); }));
    const std::size_t count = std::min(bytes.size(), room_.size());
    std::memcpy(room_.data(), bytes.data(), count);
    bytes = bytes.subspan(count);
    room_ = room_.subspan(count);
  }
  return {};
}

void Exchange::finish(Status status) {
  const Lock lock(mutex_);
  finished_ = true;
  status_ = std::move(status);
  changed_.notify_all();
}

// Whether the codec has done all that the directive asks for.
bool Exchange::fulfilled() const {
  if (finished_) return true;
  if (!input_.empty() || directive_ == Directive::end) return false;
  return wait_ == Wait::part || (wait_ == Wait::input && directive_ == Directive::more);
}

// Whether the codec can do nothing more with the caller's buffers.
bool Exchange::at_rest() const { return fulfilled() || (wait_ == Wait::room && room_.empty()); }

Result<bool> Exchange::exchange(czip_out_buffer& out, czip_in_buffer& in, Directive directive) {
  Lock lock(mutex_);
  const std::size_t input = in.size - in.pos;
  const std::size_t room = out.size - out.pos;
  // Of a null pointer without bytes, no address is taken.
  if (input != 0) input_ = {static_cast<const std::uint8_t*>(in.src) + in.pos, input};
  if (room != 0) room_ = {static_cast<std::uint8_t*>(out.dst) + out.pos, room};
  directive_ = directive;
  in_call_ = true;
  changed_.notify_all();
  changed_.wait(lock, [this] { return at_rest(); });
  in_call_ = false;
  const bool done = fulfilled();
  in.pos += input - std::exchange(input_, {}).size();
  out.pos += room - std::exchange(room_, {}).size();
  if (finished_) CZIP_TRY(status_);
  return done;
}

void Exchange::cancel() {
  const Lock lock(mutex_);
  cancelled_ = true;
  changed_.notify_all();
}

}  // namespace czip::c_api

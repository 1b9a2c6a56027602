// A stream that was begun: the exchange with the caller and the thread of the codec.
#pragma once

#include <new>
#include <system_error>
#include <utility>

#include "c_api/exchange.hpp"
#include "czip/base/threads.hpp"

namespace czip::c_api {

// Destroying it cancels the codec and waits for it.
class Stream {
 public:
  // Runs `code`, which takes an Exchange& and returns a Status, on a thread of its own. Throws
  // std::system_error, where the machine refuses one.
  template <class Code>
  explicit Stream(Code code) : thread_([this, code = std::move(code)] { run(code); }) {}
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { exchange_.cancel(); }

  [[nodiscard]] Exchange& exchange() { return exchange_; }

 private:
  template <class Code>
  void run(const Code& code) {
    Status status;
    try {
      status = code(exchange_);
    } catch (const std::bad_alloc&) {
      // The message is short enough to need no memory.
      status = fail(ErrorCode::out_of_memory, "out of memory");
    } catch (...) {
      status = fail(ErrorCode::internal, "an exception");
    }
    exchange_.finish(std::move(status));
  }

  Exchange exchange_;
  Thread thread_;  // joined first
};

}  // namespace czip::c_api

// What contexts of both directions share: callbacks, threads, the stream that was begun.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "c_api/bytes.hpp"
#include "c_api/exchange.hpp"
#include "c_api/status.hpp"
#include "c_api/stream.hpp"
#include "czip.h"
#include "czip/base/parallel.hpp"
#include "czip/codec/io/progress.hpp"

namespace czip::c_api {

struct Callbacks {
  czip_progress progress = nullptr;
  void* progress_user = nullptr;
  Executor executor{};

  // Tells the caller's callback, if there is one, and stops when the stream is cancelled. A codec's
  // call counts from 0, `before` being done already.
  [[nodiscard]] Progress follow(const Exchange* stream = nullptr, std::uint64_t before = 0) const {
    if (progress == nullptr && stream == nullptr) return {};
    return [callback = progress, user = progress_user, stream, before](std::uint64_t text_bytes) {
      if (stream != nullptr && stream->cancelled()) return false;
      return callback == nullptr || callback(user, before + text_bytes) != 0;
    };
  }
  // Null: none was set.
  [[nodiscard]] const Executor* threads() const {
    return executor.run != nullptr ? &executor : nullptr;
  }
};

[[nodiscard]] inline Status check_value(std::int64_t value, std::int64_t least, std::int64_t most,
                                        const char* name) {
  if (value >= least && value <= most) return {};
  return fail(ErrorCode::invalid_argument, std::string(name) + " is " + std::to_string(value) +
                                               ", outside " + std::to_string(least) + " to " +
                                               std::to_string(most));
}
inline constexpr std::int64_t kMostBytes = std::numeric_limits<std::int64_t>::max();

[[nodiscard]] inline tl::unexpected<Error> unknown_parameter(int parameter) {
  return fail(ErrorCode::invalid_argument, "there is no parameter " + std::to_string(parameter));
}

[[nodiscard]] inline Status check_idle(const std::unique_ptr<Stream>& stream) {
  if (stream == nullptr) return {};
  return fail(ErrorCode::invalid_argument, "a stream has begun; end it or reset the context first");
}

// A new context; null where memory runs out.
template <class Context>
Context* create_context() {
  Context* context = nullptr;
  const czip_status status = guarded([&]() -> Status {
    context = new Context;
    return {};
  });
  return status == CZIP_OK ? context : nullptr;
}

// Runs a function that changes a context in which no stream has begun.
template <class Context, class Change>
czip_status change(Context* context, const Change& change) {
  return guarded([&]() -> Status {
    if (context == nullptr) return null_pointer("context");
    CZIP_TRY(check_idle(context->stream));
    return change(*context);
  });
}

template <class Context>
czip_status set_progress(Context* context, czip_progress progress, void* user) {
  return change(context, [&](Context& to) -> Status {
    to.callbacks.progress = progress;
    to.callbacks.progress_user = user;
    return {};
  });
}

template <class Context>
czip_status set_executor(Context* context, czip_executor executor, void* user) {
  return change(context, [&](Context& to) -> Status {
    to.callbacks.executor = {user, executor};
    return {};
  });
}

// Ends the stream; of all that was set, `forget_models` makes the context forget the models.
template <class Context, class ForgetModels>
czip_status reset_context(Context* context, int what, const ForgetModels& forget_models) {
  return guarded([&]() -> Status {
    if (context == nullptr) return null_pointer("context");
    CZIP_TRY(check_value(what, CZIP_RESET_STREAM, CZIP_RESET_ALL, "what to reset"));
    context->stream.reset();
    if (what == CZIP_RESET_STREAM) return {};
    context->parameters = {};
    context->callbacks = {};
    forget_models(*context);
    return {};
  });
}

// The arguments of a call of a stream, with null pointers and positions behind the end refused.
inline Status check_buffers(const czip_out_buffer* out, const czip_in_buffer* in, const int* done) {
  if (out == nullptr) return null_pointer("out");
  if (in == nullptr) return null_pointer("in");
  if (done == nullptr) return null_pointer("done");
  if (out->pos > out->size || in->pos > in->size)
    return fail(ErrorCode::invalid_argument, "a buffer's pos is beyond its size");
  if (out->dst == nullptr && out->size != 0) return null_pointer("out->dst");
  if (in->src == nullptr && in->size != 0) return null_pointer("in->src");
  return {};
}

inline Result<Directive> directive_of(int directive, bool can_flush) {
  if (directive == CZIP_CONTINUE) return Directive::more;
  if (directive == CZIP_END) return Directive::end;
  if (directive == CZIP_FLUSH && can_flush) return Directive::flush;
  return fail(ErrorCode::invalid_argument,
              "there is no directive " + std::to_string(directive) + " of this stream");
}

// Begins the stream if there is none, and goes on with it.
template <class Code>
Status advance(std::unique_ptr<Stream>& stream, const Code& code, czip_out_buffer& out,
               czip_in_buffer& in, Directive directive, int& done) {
  if (stream == nullptr) {
    try {
      stream = std::make_unique<Stream>(code);
    } catch (const std::system_error&) {
      return fail(ErrorCode::out_of_memory, "the machine refuses the thread that a stream needs");
    }
  }
  CZIP_TRY_ASSIGN(const bool fulfilled, stream->exchange().exchange(out, in, directive));
  done = fulfilled ? 1 : 0;
  if (fulfilled && directive == Directive::end) stream.reset();
  return {};
}

}  // namespace czip::c_api

// A producer and a consumer of bytes at the same time.
#pragma once

#include <new>
#include <system_error>
#include <thread>
#include <type_traits>

#include "czip/base/error.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "io/byte_channel.hpp"
#include "io/descriptor.hpp"
#include "io/signals.hpp"
#include "io/streams.hpp"

namespace czip::tool {

// Collects in a file, until a signal arrives that an InterruptWatch has to handle.
class InterruptibleSink final : public ByteSink {
 public:
  explicit InterruptibleSink(FileSink& sink) : sink_(&sink) {}
  Status write(std::span<const std::uint8_t> bytes) override {
    return InterruptWatch::arrived() ? fail(ErrorCode::io, {}) : sink_->write(bytes);
  }

 private:
  FileSink* sink_;
};

// Calls produce(sink); std::bad_alloc becomes an error.
template <class Produce>
Status guarded_produce(const Produce& produce, ByteSink& sink) try {
  return produce(sink);
} catch (const std::bad_alloc&) {
  return fail(ErrorCode::out_of_memory, "out of memory");
}

// Calls produce(ByteSink&), which returns a Status, on a thread of its own, and
// consume(ByteSource&), which returns a Result, on this one; returns what consume returns. An error
// of produce reaches consume as an error of reading. Where the machine refuses a thread, produce
// comes first and fills a temporary file. Of exceptions, `produce` may throw std::bad_alloc.
template <class Produce, class Consume>
auto run_with_producer(const Produce& produce, const Consume& consume)
    -> std::invoke_result_t<const Consume&, ByteSource&> {
  ByteChannel channel;
  std::jthread producer;
  try {
    producer = std::jthread([&] { channel.finish(guarded_produce(produce, channel)); });
  } catch (const std::system_error&) {
  } catch (const std::bad_alloc&) {
  }
  if (producer.joinable()) {
    const ChannelReader reader(channel);
    return consume(channel);
  }
  CZIP_TRY_ASSIGN(auto temporary, anonymous_file());
  FileSink file(temporary.file.get(), temporary.label);
  InterruptibleSink sink(file);
  CZIP_TRY(guarded_produce(produce, sink));
  CZIP_TRY(file.flush());
  FileSource source(temporary.file.get());
  CZIP_TRY(source.rewind());
  return consume(source);
}

}  // namespace czip::tool

#include "czip/engine/llm/state.hpp"

#include <algorithm>
#include <new>
#include <string>
#include <utility>

#include "llm/forward_pass.hpp"
#include "llm/state_buffers.hpp"
#include "llm/team.hpp"

namespace czip::llm {
namespace {

Status check(const char* what, std::uint32_t value, std::uint32_t least, std::uint32_t most) {
  if (value >= least && value <= most) return {};
  return fail(ErrorCode::invalid_argument, std::to_string(value) + " " + what + ", expected " +
                                               std::to_string(least) + " to " +
                                               std::to_string(most));
}

}  // namespace

State::State(std::unique_ptr<StateBuffers> buffers) : buffers_(std::move(buffers)) {}
State::State(State&&) noexcept = default;
State& State::operator=(State&&) noexcept = default;
State::~State() = default;

Result<State> State::create(const Network& network, const StateOptions& options) {
  const std::uint32_t context = network.config().context;
  const std::uint32_t window = options.window == 0 ? context : options.window;
  CZIP_TRY(check("streams", options.streams, 1, kMaxStreams));
  CZIP_TRY(check("slots of a window", window, Limits::kLeastWindow, context));
  CZIP_TRY(check("rows at a time", options.rows, 1, kMaxRows));
  CZIP_TRY(check("threads", options.threads, 1, kMaxThreads));
  std::unique_ptr<StateBuffers> buffers(new (std::nothrow) StateBuffers);
  const auto no_memory = [&] {
    return fail(ErrorCode::out_of_memory, "not enough memory for " +
                                              std::to_string(options.streams) +
                                              " streams of a language model");
  };
  if (buffers == nullptr) return no_memory();
  buffers->network = network.prepared_.get();
  buffers->streams = options.streams;
  buffers->window = window;
  buffers->most_rows = options.rows;
  buffers->threads = options.threads;
  try {
    if (!buffers->allocate()) return no_memory();
  } catch (const std::bad_alloc&) {
    return no_memory();
  }
  return State(std::move(buffers));
}

void State::reset(std::uint32_t stream) { buffers_->positions[stream] = 0; }

void State::reset() { std::fill_n(buffers_->positions.data(), buffers_->streams, 0U); }

std::uint32_t State::position(std::uint32_t stream) const { return buffers_->positions[stream]; }

void State::forward(std::span<const Row> rows, std::span<std::int32_t> logits) {
  StateBuffers& b = *buffers_;
  Team team(b.threads);
  ForwardPass forward_pass(b, team);
  team.run([&] {
    for (std::size_t done = 0; done < rows.size();) {
      const std::size_t taken = b.begin_pass(rows.subspan(done));
      forward_pass.run(logits.empty() ? nullptr : logits.data() + done * b.config().vocabulary);
      done += taken;
    }
  });
}

}  // namespace czip::llm

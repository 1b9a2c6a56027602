// What becomes of a command that reads a mapped file which another program has made shorter, or
// whose disk fails: the system reports that by a signal, SIGBUS, and there is no error to return.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace czip::tool {

// From now on, the signal calls `end` with the line of the file at fault (FaultLine), or nullptr
// where it has none. `end` must end the command, and may call only what is safe in a signal
// handler.
void install_mapping_fault_handler(void (*end)(const char* line));

// What is said where one of `bytes` can no longer be read, while this exists. Only the first
// kMostFaultLines that exist at a time are known; the others have no line.
inline constexpr std::size_t kMostFaultLines = 64;
class FaultLine {
 public:
  FaultLine(std::span<const std::uint8_t> bytes, std::string line);
  FaultLine(FaultLine&& other) noexcept;
  FaultLine& operator=(FaultLine&&) = delete;
  ~FaultLine();

 private:
  std::unique_ptr<const std::string> line_;  // on the heap: the signal handler reads it
  std::size_t place_ = kMostFaultLines;
};

}  // namespace czip::tool

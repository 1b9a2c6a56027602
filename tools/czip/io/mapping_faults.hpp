// What becomes of a command that reads a mapped file which another program has made shorter, or
// whose disk fails: the system reports that by a signal, SIGBUS, and there is no error to return.
#pragma once

#include <csignal>

namespace czip::tool {

class MappingFaults {
 public:
  // While this exists, the signal calls `end`, which must end the command, and may call only what
  // is safe in a signal handler. One may exist at a time.
  explicit MappingFaults(void (*end)());
  MappingFaults(const MappingFaults&) = delete;
  MappingFaults& operator=(const MappingFaults&) = delete;
  ~MappingFaults();

 private:
  struct sigaction before_ {};
};

}  // namespace czip::tool

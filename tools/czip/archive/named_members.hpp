// Tells inputs from members on the command line: czip -d ARCHIVE MEMBER...
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/exit_status.hpp"
#include "cli/session.hpp"
#include "czip/base/error.hpp"
#include "io/input.hpp"
#include "models/model_store.hpp"

namespace czip::tool {

struct NamedInput {
  std::string name;
  std::vector<std::string> members;  // of the archive of that name; empty: all
  // It is there, but cannot be read: so nobody knows what the names behind it are, and it must not
  // be handled as if it had been read.
  std::optional<Error> unreadable;
};

// What follows an archive is a member of it if the archive has one that it names, or if there is no
// such file. All else is an input, and registered as one.
[[nodiscard]] std::vector<NamedInput> inputs_and_members(const Session& session, ModelStore& models,
                                                         const std::vector<std::string>& names);

// Calls `handle` for each input, while the session's arguments have its members.
ExitStatus for_each_named_input(Session& session, const std::vector<NamedInput>& inputs,
                                const std::function<Status(Input&)>& handle);

}  // namespace czip::tool

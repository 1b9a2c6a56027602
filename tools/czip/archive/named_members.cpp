#include "archive/named_members.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "archive/archive_view.hpp"
#include "archive/open_archive.hpp"
#include "cli/console.hpp"
#include "cli/inputs.hpp"
#include "io/armoured_input.hpp"
#include "io/formats.hpp"
#include "io/input_registry.hpp"

namespace czip::tool {
namespace {

bool exists(const std::string& name) {
  struct stat status {};
  return lstat(name.c_str(), &status) == 0;
}

bool is_regular(const std::string& name) {
  struct stat status {};
  return stat(name.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

Result<FileFormat> format_of(Input& input) {
  CZIP_TRY(remove_armour(input));
  return detect_format(input);
}

// The archive that the names behind it may be members of. Its index is read once, when a name needs
// it.
class LastArchive {
 public:
  LastArchive(const Session& session, ModelStore& models) : session_(&session), models_(&models) {}

  void forget() { input_.reset(); }
  void open(Input input) {
    input_ = std::move(input);
    view_.reset();
    state_.reset();
    is_read_ = false;
  }
  [[nodiscard]] bool is_open() const { return input_.has_value(); }

  // False also where the archive cannot be read, which its own handling reports.
  [[nodiscard]] bool has_member(const std::string& name) {
    if (!is_read_) read();
    return state_ && select_members(*session_, *state_, {name}).has_value();
  }

 private:
  void read() {
    is_read_ = true;
    auto view = open_any_archive(*session_, *models_, *input_);
    if (!view) return;
    view_ = std::move(*view);
    auto state = wanted_state(*session_, *view_);
    if (state) state_ = std::move(*state);
  }

  const Session* session_;
  ModelStore* models_;
  std::optional<Input> input_;
  std::optional<ArchiveView> view_;
  std::optional<ArchiveState> state_;  // refers to the view
  bool is_read_ = false;
};

}  // namespace

std::vector<NamedInput> inputs_and_members(const Session& session, ModelStore& models,
                                           const std::vector<std::string>& names) {
  std::vector<NamedInput> inputs;
  LastArchive archive(session, models);
  for (const std::string& name : names) {
    const bool is_member =
        archive.is_open() && name != "-" && (!exists(name) || archive.has_member(name));
    if (is_member) {
      inputs.back().members.push_back(name);
      continue;
    }
    inputs.push_back({name, {}, {}});
    register_input(name, InputRole::text);
    archive.forget();
    // What cannot be read twice is no archive with members.
    if (name == "-" || !is_regular(name)) continue;
    auto input = open_input(name, {.follow_links = true, .role = std::nullopt});
    const auto format = input ? format_of(*input) : error_of(input);
    if (!format && format.error().code == ErrorCode::io)
      inputs.back().unreadable = format.error();
    else if (format && *format == FileFormat::czip_v2_archive)
      archive.open(std::move(*input));
  }
  return inputs;
}

ExitStatus for_each_named_input(Session& session, const std::vector<NamedInput>& inputs,
                                const std::function<Status(Input&)>& handle) {
  ExitStatus status = ExitStatus::ok;
  for (const NamedInput& named : inputs) {
    session.arguments.members = named.members;
    status =
        more_severe(status, named.unreadable ? session.console.error(named.name, *named.unreadable)
                                             : for_each_input(session, {named.name}, handle));
  }
  return status;
}

}  // namespace czip::tool

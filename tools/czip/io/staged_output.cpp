#include "io/staged_output.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "armour/armour.hpp"
#include "base/errors.hpp"
#include "base/text.hpp"
#include "czip/base/error.hpp"
#include "czip/base/utf8.hpp"
#include "io/armoured_output.hpp"
#include "io/descriptor.hpp"
#include "io/input.hpp"
#include "io/input_registry.hpp"
#include "io/output_limit.hpp"
#include "io/signals.hpp"
#include "io/standard_streams.hpp"
#include "io/streams.hpp"

namespace czip::tool {
namespace {

constexpr int kNameAttempts = 100;

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "./" : path.substr(0, slash + 1);
}

std::string base_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string random_suffix() {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz012345";
  static_assert(kLetters.size() == 32);
  std::array<std::uint8_t, 6> bytes{};
  // Names need not be secret, for O_EXCL refuses existing ones.
  if (getrandom(bytes.data(), bytes.size(), 0) < 0) bytes[0] = static_cast<std::uint8_t>(getpid());
  std::string suffix;
  for (const std::uint8_t byte : bytes) suffix += kLetters[byte % 32];
  return suffix;
}

// Begins like the file's own name, and is short enough for every file system.
std::string temporary_name(const std::string& path) {
  constexpr std::size_t kKept = 40;
  std::string name = base_of(path);
  if (name.size() > kKept) name.resize(valid_utf8_prefix(name.substr(0, kKept)));
  return folder_of(path) + "." + name + ".czip-" + random_suffix();
}

mode_t default_mode() {
  const mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

// Sets owner and group where permitted. Returns the mode: where the group cannot be kept, the new
// group gets no more access than others had to the source.
mode_t keep_owner(int fd, const struct stat& source) {
  mode_t mode = source.st_mode & 0777;
  [[maybe_unused]] const int only_root_may = fchown(fd, source.st_uid, static_cast<gid_t>(-1));
  const bool group_kept = fchown(fd, static_cast<uid_t>(-1), source.st_gid) == 0;
  if (!group_kept) mode &= ~static_cast<mode_t>(070) | ((mode & 07) << 3);
  return mode;
}

Status copy_attributes(int fd, const Input& source) {
  if (!source.is_regular() || source.is_stdin()) {
    if (fchmod(fd, default_mode()) == 0) return {};
    return system_failure("cannot set its permissions", errno);
  }
  if (fchmod(fd, keep_owner(fd, source.status)) != 0)
    return system_failure("cannot set its permissions", errno);
  const std::array<struct timespec, 2> times{source.status.st_atim, source.status.st_mtim};
  if (futimens(fd, times.data()) != 0) return system_failure("cannot set its time", errno);
  return {};
}

// The rename must survive a crash before the source may be removed.
Status sync_folder(const std::string& folder) {
  const Descriptor fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // A folder that cannot be read cannot be synced, nor can those of some file systems.
  if (fd.get() < 0 || fsync(fd.get()) == 0 || errno == EINVAL || errno == ENOTSUP) return {};
  return system_failure("cannot sync its folder", errno);
}

// Renames unless the target exists. Returns 0 or an errno.
int rename_new(const char* from, const char* to) {
  if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // The file system has no such flag. A hard link does not replace either.
  if (link(from, to) == 0) return unlink(from) == 0 ? 0 : errno;
  if (errno == EEXIST) return errno;
  // Without hard links, checking first is the best that is left.
  struct stat status {};
  if (lstat(to, &status) == 0) return EEXIST;
  return rename(from, to) == 0 ? 0 : errno;
}

Status check_replaces_no_input(const OutputPlan& plan) {
  struct stat file {};
  if (stat(plan.path.c_str(), &file) != 0) return {};
  if (plan.own_input == identity_of(file) && !is_helper(file)) return {};
  return check_is_no_input(file, plan.path);
}

}  // namespace

std::string without_links(const std::string& path) {
  constexpr int kMostLinks = 40;  // as many as Linux follows
  struct stat named {};
  struct stat found {};
  const bool exists = stat(path.c_str(), &named) == 0;
  std::string target = path;
  for (int links = 0; links < kMostLinks; ++links) {
    std::error_code error;
    const std::filesystem::path next = std::filesystem::read_symlink(target, error);
    if (error) break;
    target = std::filesystem::path(target).parent_path() / next;
  }
  // What the links of /proc/self/fd say of pipes and removed files is no name.
  const bool same = !exists || (stat(target.c_str(), &found) == 0 && found.st_dev == named.st_dev &&
                                found.st_ino == named.st_ino);
  return same ? target : path;
}

Result<Descriptor> open_stream(const OutputPlan& plan) {
  if (plan.path.empty()) return standard_output();
  Descriptor stream(open(plan.path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
  struct stat status {};
  if (stream.get() < 0 || fstat(stream.get(), &status) != 0)
    return system_failure("cannot open " + printable(plan.path), errno);
  CZIP_TRY(check_is_no_input(status, plan.path));
  return stream;
}

Result<StagedOutput> StagedOutput::create(const OutputPlan& plan) {
  StagedOutput output(plan);
  if (!plan.path.empty()) CZIP_TRY(check_replaces_no_input(plan));
  if (!plan.is_stream && !plan.armoured) {
    CZIP_TRY(output.create_temporary());
    return output;
  }
  // Not only when the work is done, which may take long.
  if (!plan.is_stream && access(folder_of(plan.path).c_str(), W_OK) != 0)
    return system_failure("cannot create a file in " + folder_of(plan.path), errno);
  CZIP_TRY_ASSIGN(auto temporary, anonymous_file());
  output.file_ = std::move(temporary.file);
  output.label_ = std::move(temporary.label);
  return output;
}

Status StagedOutput::create_temporary() {
  for (int attempt = 0; attempt < kNameAttempts; ++attempt) {
    auto name = std::make_unique<std::string>(temporary_name(plan_.path));
    const SignalsHeld held;
    file_ = Descriptor(open(name->c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (file_.get() >= 0) {
      temporary_ = std::move(name);
      set_unfinished_file(temporary_->c_str());
      return {};
    }
    if (errno != EEXIST) break;
  }
  return system_failure("cannot create a file in " + folder_of(plan_.path), errno);
}

StagedOutput::~StagedOutput() {
  if (temporary_ == nullptr) return;
  const SignalsHeld held;
  unlink(temporary_->c_str());
  set_unfinished_file(nullptr);
}

Status StagedOutput::publish(const Input& source) {
  if (plan_.armoured) {
    CZIP_TRY_ASSIGN(const auto bytes, FileRandomAccess(fd()).size());
    CZIP_TRY(OutputLimit(plan_.most_text, "--max-output").check(0, armour_size(bytes)));
  }
  if (plan_.is_stream) return copy_to_stream();
  if (plan_.armoured) CZIP_TRY(put_armour_on());
  CZIP_TRY(copy_attributes(fd(), source));
  if (fsync(fd()) != 0) return system_failure("cannot write " + plan_.path, errno);
  CZIP_TRY(file_.close());
  CZIP_TRY(rename_into_place());
  return sync_folder(folder_of(plan_.path));
}

Status StagedOutput::rename_into_place() {
  CZIP_TRY(check_replaces_no_input(plan_));
  const SignalsHeld held;
  const char* const from = temporary_->c_str();
  const char* const to = plan_.path.c_str();
  const int error = plan_.replace ? (rename(from, to) == 0 ? 0 : errno) : rename_new(from, to);
  if (error == EEXIST)
    return fail(ErrorCode::io,
                "appeared in the meantime and was not overwritten; use -f to overwrite it");
  if (error != 0) return system_failure("cannot put the output in place", error);
  set_unfinished_file(nullptr);
  temporary_.reset();
  return {};
}

Status StagedOutput::put_armour_on() {
  const Descriptor data = std::move(file_);
  CZIP_TRY(create_temporary());
  label_ = OutputLabel(std::string(plan_.label()));
  FileSink sink(fd(), label_);
  CZIP_TRY(write_armour(data.get(), sink));
  CZIP_TRY(sink.flush());
  return check_armour(data.get(), fd());
}

Status StagedOutput::copy_to_stream() {
  CZIP_TRY_ASSIGN(auto target, open_stream(plan_));
  if (plan_.armoured) {
    StreamSink sink(target.get(), std::string(plan_.label()));
    CZIP_TRY(write_armour(fd(), sink));
    return target.close();
  }
  FileSource source(fd());
  CZIP_TRY(source.rewind());
  std::vector<std::uint8_t> block(1 << 18);
  for (;;) {
    CZIP_TRY_ASSIGN(const auto n, source.read(block));
    if (n == 0) return target.close();
    CZIP_TRY(write_all(target.get(), std::span(block).first(n), std::string(plan_.label())));
  }
}

OutputPlan file_plan(const std::string& path, bool replace) {
  OutputPlan plan{.path = without_links(path), .is_stream = false, .replace = replace};
  struct stat existing {};
  plan.is_stream = stat(plan.path.c_str(), &existing) == 0 && !S_ISREG(existing.st_mode) &&
                   !S_ISDIR(existing.st_mode);
  return plan;
}

Status write_file(const std::string& path, std::span<const std::uint8_t> bytes, bool replace) {
  auto output = StagedOutput::create(file_plan(path, replace));
  CZIP_TRY(output);
  CZIP_TRY(write_all(output->fd(), bytes, output->label()));
  return output->publish(Input{});
}

}  // namespace czip::tool

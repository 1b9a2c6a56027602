// The unpacking of a tar stream. Checksums of headers are mended first, so that the inside is
// reached. Whatever the stream holds, nothing appears outside the folder.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <set>
#include <string>

#include "archive/tar_reader.hpp"
#include "czip/codec/io/byte_stream.hpp"
#include "fuzz/fuzz.hpp"
#include "fuzz/tools/tar_checksums.hpp"

namespace fs = std::filesystem;
namespace {

using namespace czip;
using namespace czip::test;

// A folder of its own, with the target in it and beside it something that must stay as it is.
class Workplace {
 public:
  Workplace() {
    std::string pattern = (fs::temp_directory_path() / "fuzz-tar-XXXXXX").string();
    insist(mkdtemp(pattern.data()) != nullptr, "a temporary folder can be made");
    root_ = pattern;
    fs::create_directory(root_ / "target");
    folder_ = open((root_ / "target").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;
  ~Workplace() {
    close(folder_);
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }

  [[nodiscard]] int folder() const { return folder_; }
  [[nodiscard]] fs::path target() const { return root_ / "target"; }
  void check_outside() const {
    for (const auto& entry : fs::directory_iterator(root_))
      insist(entry.path().filename() == "target", "nothing is written beside the folder");
  }

 private:
  fs::path root_;
  int folder_ = -1;
};

void check_entry(const fs::path& path) {
  struct stat status {};
  insist(lstat(path.c_str(), &status) == 0, "an entry can be examined");
  insist(S_ISREG(status.st_mode) || S_ISDIR(status.st_mode) || S_ISLNK(status.st_mode),
         "only files, folders and symbolic links are made");
  insist((status.st_mode & (S_ISUID | S_ISGID | S_ISVTX)) == 0 || S_ISLNK(status.st_mode),
         "no special permissions are set");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes tar(data, data + size);
  mend_checksums(tar);
  const Workplace work;
  std::set<std::string> asked;
  int steps = 0;
  const tool::UnpackRequest request{
      .folder = work.folder(),
      .may_create = [&](const std::string& name, bool) -> Status {
        asked.insert(name);
        return {};
      },
      // A sparse file may be large: what counts here is what is written.
      .may_go_on = [&]() -> Status {
        if (++steps < 2000) return {};
        return fail(ErrorCode::cancelled, "long enough");
      }};
  MemorySource source(tar);
  const auto unpacked = [&] {
    const MemoryBound bound((std::size_t{4} << 20) + 64 * size);
    return tool::unpack_tar(request, source);
  }();
  work.check_outside();
  std::set<std::string> found;
  for (const auto& entry : fs::directory_iterator(work.target()))
    found.insert(entry.path().filename().string());
  for (const auto& entry : fs::recursive_directory_iterator(work.target())) {
    check_entry(entry.path());
  }
  if (!unpacked) {
    insist(!unpacked.error().message.empty(), "an error has a message");
    return 0;
  }
  for (const std::string& name : found) insist(asked.contains(name), "each name was asked for");
  for (const std::string& name : unpacked->names)
    insist(found.contains(name), "each name that is reported exists: " + name);
  return 0;
}

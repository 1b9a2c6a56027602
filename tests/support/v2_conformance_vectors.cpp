#include "support/v2_conformance_vectors.hpp"

#include "support/files.hpp"
#include "support/sample_text.hpp"

namespace czip::test {

std::vector<StoredFileV2> stored_files_v2() {
  std::vector<StoredFileV2> files;
  for (const std::string name : {"empty.txt", "english.txt", "repeated.txt", "bytes.bin"})
    for (const int level : {1, 6, 9})
      files.push_back({"v2/" + name + "." + std::to_string(level) + ".czip",
                       read_file(CZIP_CONFORMANCE_DIR "/v1/" + name),
                       {.level = level, .threads = 1}});
  files.push_back({"v2/words.czip",
                   words(150000),
                   {.level = 6, .threads = 2, .block_bytes = v2::kMinBlockBytes}});
  for (StoredFileV2& file : files) file.options.text_bytes = file.text.size();
  return files;
}

}  // namespace czip::test

#include "support/v2_conformance_vectors.hpp"

#include "support/files.hpp"
#include "support/sample_text.hpp"

namespace czip::test {

namespace {

// A line over and over, which takes a block of its own, between words.
Bytes with_lines() {
  Bytes text = words(1000);
  const Bytes line = to_bytes("one line, again and again\n");
  while (text.size() < 80'000) text.insert(text.end(), line.begin(), line.end());
  const Bytes end = words(500);
  text.insert(text.end(), end.begin(), end.end());
  return text;
}

}  // namespace

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
  files.push_back({"v2/lines.czip", with_lines(), {.level = 6, .threads = 1}});
  for (StoredFileV2& file : files) file.options.text_bytes = file.text.size();
  return files;
}

}  // namespace czip::test

// Writes tiny public language models into a folder, which must exist: tiny.gguf; the same as
// parts-00001-of-00003.gguf and so on; qwen2.gguf; folder/, which must exist, too, with the files
// of Hugging Face; and what czip import refuses: mamba.gguf, iq1.gguf, tokens.gguf, hostile.gguf.
// Usage: make_public_models FOLDER
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "import/gguf_builder.hpp"
#include "import/tiny_gguf.hpp"
#include "import/tiny_hugging_face.hpp"
#include "support/bytes.hpp"
#include "support/files.hpp"

namespace {

using namespace czip::test;

using File = std::pair<std::string, Bytes>;

// A tensor of a type that czip does not read.
Bytes file_of_other_type() {
  constexpr std::uint32_t kIq1S = 19;
  return gguf_file({gguf_pair("general.architecture", "llama")},
                   {gguf_tensor("token_embd.weight", {256, 4}, kIq1S, 0)}, Bytes(200));
}

std::vector<File> all_files() {
  constexpr std::uint32_t kParts = 3;
  const TinyGguf tiny = tiny_gguf("llama");
  std::vector<File> files{{"tiny.gguf", tiny.file()},
                          {"qwen2.gguf", tiny_gguf("qwen2").file()},
                          {"mamba.gguf", tiny_gguf("mamba").file()},
                          {"hostile.gguf", tiny_gguf("\x1b[2Jx\n").file()},
                          {"tokens.gguf", tiny_gguf("llama", "ab").file()},
                          {"iq1.gguf", file_of_other_type()}};
  for (std::uint32_t i = 0; i < kParts; ++i)
    files.emplace_back("parts-0000" + std::to_string(i + 1) + "-of-00003.gguf",
                       tiny.part(i, kParts));
  const TinyHuggingFace folder = tiny_hugging_face("llama");
  files.emplace_back("folder/config.json", to_bytes(folder.config));
  files.emplace_back("folder/tokenizer.json", to_bytes(folder.tokenizer));
  files.emplace_back("folder/model.safetensors", weights_file(folder.tensors));
  return files;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: make_public_models FOLDER\n"), 2;
  for (const auto& [name, bytes] : all_files()) {
    const std::string path = std::string(argv[1]) + "/" + name;
    if (!write_file(path.c_str(), bytes))
      return std::fprintf(stderr, "make_public_models: cannot write %s\n", path.c_str()), 1;
  }
  return 0;
}

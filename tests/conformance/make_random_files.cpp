// Writes random valid files of CZIPv2, their texts, and random models, for a decoder to be tried
// with. The same numbers give the same files. In DIR, "files" has a line "MODEL FILE TEXT KIND" for
// each file, KIND being "text" or "archive". Usage: make_random_files SEED COUNT DIR [MODEL.czm],
// with that model instead of random ones.
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

#include "support/files.hpp"
#include "support/results.hpp"
#include "support/splitmix64.hpp"
#include "support/v2_random_files.hpp"
#include "support/v2_random_model.hpp"

namespace {

using namespace czip::test;

constexpr std::uint64_t kFilesOfModel = 5;
// Of a block in the file with all settings. A given model may have a large network, which is slow.
constexpr std::size_t kBlockBytes = 600;
constexpr std::size_t kSmallBlockBytes = 200;

void write(const std::string& path, const Bytes& bytes) {
  if (!write_file(path, bytes)) throw std::runtime_error("cannot write " + path);
}

class Maker {
 public:
  Maker(std::uint64_t seed, std::string folder) : random_(seed), folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
  }

  void use_model(const std::string& path) {
    model_path_ = path;
    given_ = true;
    take_model(read_file(path));
  }

  void make(std::uint64_t count) {
    std::string list;
    for (std::uint64_t i = 0; i < count; ++i) {
      const bool first_of_model = given_ ? i == 0 : i % kFilesOfModel == 0;
      if (first_of_model && !given_) make_model(std::to_string(i));
      const std::uint64_t seed = random_.next();
      const RandomFileV2 made =
          first_of_model
              ? make_file_of_all_settings_v2(*model_, given_ ? kSmallBlockBytes : kBlockBytes, seed)
              : make_random_file_v2(*model_, seed);
      const std::string name = folder_ + "/" + std::to_string(i);
      write(name + ".czip", made.file);
      write(name + ".text", made.text);
      list += model_path_ + " " + name + ".czip " + name + ".text " +
              (made.archive ? "archive" : "text") + "\n";
    }
    write(folder_ + "/files", to_bytes(list));
  }

 private:
  void make_model(const std::string& name) {
    model_path_ = folder_ + "/" + name + ".czm";
    take_model(make_random_model_v2(random_model_recipe_v2(random_.next())));
    write(model_path_, model_file_);
  }
  // The model refers to its file.
  void take_model(Bytes file) {
    model_.reset();
    model_file_ = std::move(file);
    model_.emplace(value_of(czip::v2::Model::parse(model_file_)));
  }

  SplitMix64 random_;
  std::string folder_;
  std::string model_path_;
  bool given_ = false;
  Bytes model_file_;
  std::optional<czip::v2::Model> model_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4 && argc != 5)
    return std::fprintf(stderr, "usage: %s SEED COUNT DIR [MODEL.czm]\n", argv[0]), 1;
  try {
    Maker maker(std::stoull(argv[1]), argv[3]);
    if (argc == 5) maker.use_model(argv[4]);
    maker.make(std::stoull(argv[2]));
  } catch (const std::exception& error) {
    return std::fprintf(stderr, "make_random_files: %s\n", error.what()), 1;
  }
}

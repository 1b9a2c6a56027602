#include "importing/public_source.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "czip/base/error.hpp"
#include "czip/engine/safetensors/reader.hpp"
#include "czip/import/gguf/model.hpp"
#include "czip/import/gguf/reader.hpp"
#include "czip/import/hugging_face/weights.hpp"
#include "czip/import/model/public_model.hpp"
#include "czip/import/network/llama2c.hpp"
#include "importing/source_files.hpp"
#include "io/input.hpp"
#include "io/input_registry.hpp"

namespace czip::tool {
namespace {

namespace fs = std::filesystem;
using Bytes = std::span<const std::uint8_t>;

constexpr std::string_view kModelSuffix = ".czm";
constexpr std::string_view kWeightsFile = "model.safetensors";
constexpr std::string_view kIndexName = "model.safetensors.index.json";

std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool begins_with(Bytes file, std::string_view start) {
  return file.size() >= start.size() && std::equal(start.begin(), start.end(), file.begin());
}

// A split's files: NAME-00002-of-00003.gguf.
class PartName {
 public:
  static constexpr std::string_view kForm = "-00001-of-00001.gguf";

  explicit PartName(const std::string& path) {
    if (path.size() <= kForm.size()) return;
    const std::string_view end = std::string_view(path).substr(path.size() - kForm.size());
    for (std::size_t i = 0; i < kForm.size(); ++i) {
      const bool digit = kForm[i] == '0' || kForm[i] == '1';
      if (digit ? end[i] < '0' || end[i] > '9' : end[i] != kForm[i]) return;
    }
    stem_ = path.substr(0, path.size() - kForm.size());
    count_ = static_cast<unsigned>(std::stoul(std::string(end.substr(10, 5))));
  }

  // Empty: it is no such name.
  [[nodiscard]] const std::string& stem() const { return stem_; }
  [[nodiscard]] unsigned count() const { return count_; }
  // The name of part `number`, from 1 on.
  [[nodiscard]] std::string part(unsigned number) const {
    return stem_ + format("-%05u-of-%05u.gguf", number, count_);
  }

 private:
  std::string stem_;
  unsigned count_ = 0;
};

// A file's name without folders and ending, for a model that states none.
std::string stem_of(const std::string& path) {
  return fs::path(default_model_path(path)).stem().string();
}

// The result, with the file's name in front of an error.
template <class T>
Result<T> in_file(const std::string& path, Result<T> result) {
  if (!result) return failure_in(path, result.error());
  return result;
}

// The first file of a split leads to the others, which are beside it.
Result<std::vector<importer::gguf::File>> parse_parts(const std::string& path, Bytes first,
                                                      SourceFiles& files) {
  std::vector<importer::gguf::File> parts;
  CZIP_TRY_ASSIGN(auto parsed, in_file(path, importer::gguf::File::parse(first)));
  constexpr std::uint64_t kMostParts = 99'999;
  CZIP_TRY_ASSIGN(const std::uint64_t count,
                  in_file(path, parsed.metadata().count_or("split.count", kMostParts, 1)));
  parts.push_back(std::move(parsed));
  if (count == 1) return parts;
  const PartName name(path);
  if (name.count() != count || name.part(1) != path)
    return failure_in(path, {ErrorCode::invalid_argument,
                             format("is one of %u files of a model; name the first one, whose name "
                                    "ends in -00001-of-%05u.gguf",
                                    static_cast<unsigned>(count), static_cast<unsigned>(count))});
  for (unsigned number = 2; number <= name.count(); ++number) {
    const std::string part = name.part(number);
    CZIP_TRY_ASSIGN(const Bytes bytes, files.add(part));
    CZIP_TRY_ASSIGN(auto further, in_file(part, importer::gguf::File::parse(bytes)));
    parts.push_back(std::move(further));
  }
  return parts;
}

Result<importer::PublicModel> read_gguf(const std::string& path, Bytes first, SourceFiles& files) {
  CZIP_TRY_ASSIGN(const auto parts, parse_parts(path, first, files));
  CZIP_TRY_ASSIGN(const auto model, in_file(path, importer::gguf::Model::join(parts)));
  return in_file(path, importer::read_gguf_model(model));
}

// The files of weights: one, or those that an index names.
Result<std::vector<safetensors::File>> parse_weights(const fs::path& folder, SourceFiles& files) {
  std::vector<std::string> names{std::string(kWeightsFile)};
  importer::WeightIndex index;
  std::error_code error;
  if (!fs::exists(folder / kWeightsFile, error)) {
    const std::string path = folder / kIndexName;
    if (!fs::exists(path, error))
      return failure_in(folder,
                        {ErrorCode::io, "has neither " + std::string(kWeightsFile) + " nor " +
                                            std::string(kIndexName) + "; name another folder"});
    CZIP_TRY_ASSIGN(const auto text, in_file(path, read_regular_file(path, InputRole::helper)));
    CZIP_TRY_ASSIGN(index, in_file(folder, importer::parse_weight_index(as_text(text))));
    names = index.files;
  }
  std::vector<safetensors::File> weights;
  for (const std::string& name : names) {
    const std::string path = folder / name;
    CZIP_TRY_ASSIGN(const Bytes bytes, files.add(path));
    CZIP_TRY_ASSIGN(auto file, in_file(path, safetensors::File::parse(bytes)));
    weights.push_back(std::move(file));
  }
  if (const auto complete = importer::check_complete(index, weights); !complete)
    return failure_in(folder, complete.error());
  return weights;
}

Result<importer::PublicModel> read_folder(const fs::path& folder, SourceFiles& files) {
  std::error_code error;
  if (!fs::exists(folder / "config.json", error))
    return failure_in(folder, {ErrorCode::io,
                               "has no config.json; name a GGUF file, or a folder with "
                               "config.json, tokenizer.json and " +
                                   std::string(kWeightsFile)});
  CZIP_TRY_ASSIGN(const auto config, files.add_text(folder / "config.json"));
  CZIP_TRY_ASSIGN(const auto tokenizer, files.add_text(folder / "tokenizer.json"));
  CZIP_TRY_ASSIGN(const auto weights, parse_weights(folder, files));
  std::vector<std::uint8_t> settings;
  if (const std::string path = folder / "tokenizer_config.json"; fs::exists(path, error)) {
    CZIP_TRY_ASSIGN(settings, in_file(path, read_regular_file(path, InputRole::helper)));
  }
  return in_file(folder, importer::read_hugging_face_model({.config = config,
                                                            .tokenizer = tokenizer,
                                                            .tokenizer_config = as_text(settings),
                                                            .weights = weights}));
}

// What a safetensors file is: never a source by itself.
Error refuse_safetensors(const safetensors::File& file) {
  const auto format = file.metadata().find("format");
  if (format != file.metadata().end() && format->second.starts_with("czip-model"))
    return {ErrorCode::invalid_argument, "is a model of czip already; it needs no import"};
  return {ErrorCode::invalid_argument,
          "has weights alone; name its folder, with config.json and tokenizer.json in it"};
}

Error refuse_unknown(Bytes file) {
  struct Kind {
    std::string_view start;
    std::string_view what;
  };
  constexpr std::array kKinds{
      Kind{"24ka", "is a file of llama2.c of a later version; czip imports version 0"},
      Kind{"PK\x03\x04", "is a ZIP archive, such as PyTorch writes; take the model's safetensors"},
      Kind{"lmgg", "is of ggml's format before GGUF; convert it to GGUF"},
      Kind{"tjgg", "is of ggml's format before GGUF; convert it to GGUF"}};
  for (const Kind& kind : kKinds)
    if (begins_with(file, kind.start)) return {ErrorCode::unsupported, std::string(kind.what)};
  if (importer::read_llama2c(file))
    return {ErrorCode::invalid_argument,
            "is a model of llama2.c; name its tokenizer.bin with --tokenizer"};
  return {ErrorCode::unsupported,
          "is no model that czip imports: a GGUF file, a folder with config.json, "
          "tokenizer.json and safetensors, or llama2.c's with --tokenizer"};
}

bool may_be_safetensors(Bytes file) {
  constexpr std::size_t kBrace = sizeof(std::uint64_t);
  return file.size() > kBrace && file[kBrace] == '{' && file[kBrace - 1] == 0;
}

Result<importer::PublicModel> read_file(const std::string& path, const std::string& tokenizer,
                                        SourceFiles& files) {
  CZIP_TRY_ASSIGN(const Bytes file, files.add(path));
  const bool is_gguf = importer::gguf::is_gguf(file);
  const bool is_safetensors = !is_gguf && may_be_safetensors(file);
  if (!tokenizer.empty() && (is_gguf || is_safetensors))
    return usage_error("--tokenizer is for models of llama2.c; leave it out");
  if (is_gguf) return read_gguf(path, file, files);
  if (is_safetensors) {
    CZIP_TRY_ASSIGN(const auto parsed, in_file(path, safetensors::File::parse(file)));
    return failure_in(path, refuse_safetensors(parsed));
  }
  if (tokenizer.empty()) return failure_in(path, refuse_unknown(file));
  CZIP_TRY_ASSIGN(const Bytes tokens, files.add(tokenizer));
  return in_file(path, importer::read_llama2c_model(file, tokens));
}

Result<importer::PublicModel> read_model(const std::string& path, const std::string& tokenizer,
                                         SourceFiles& files) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return read_file(path, tokenizer, files);
  if (!tokenizer.empty()) return usage_error("--tokenizer is for models of llama2.c; leave it out");
  return read_folder(path, files);
}

}  // namespace

Result<PublicSource> open_public_source(const std::string& path, const std::string& tokenizer) {
  PublicSource source;
  CZIP_TRY_ASSIGN(source.model, read_model(path, tokenizer, source.files));
  if (source.model.name.empty()) source.model.name = stem_of(path);
  return source;
}

std::string default_model_path(const std::string& source) {
  std::error_code error;
  if (fs::is_directory(source, error)) {
    fs::path folder = fs::absolute(source, error).lexically_normal();
    if (!folder.has_filename()) folder = folder.parent_path();
    return folder.string() + std::string(kModelSuffix);
  }
  if (const PartName name(source); !name.stem().empty())
    return name.stem() + std::string(kModelSuffix);
  const std::string ending = fs::path(source).extension();
  const bool known = ending == ".gguf" || ending == ".bin";
  return source.substr(0, source.size() - (known ? ending.size() : 0)) + std::string(kModelSuffix);
}

}  // namespace czip::tool

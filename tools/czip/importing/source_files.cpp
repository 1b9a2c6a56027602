#include "importing/source_files.hpp"

#include <sha2.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "czip/base/error.hpp"
#include "io/input.hpp"
#include "io/input_registry.hpp"
#include "io/mapped_file.hpp"

namespace czip::tool {
namespace {

constexpr std::size_t kHashedAtOnce = std::size_t{1} << 20;

}  // namespace

Result<std::span<const std::uint8_t>> SourceFiles::add(const std::string& path) {
  auto input =
      open_input(path, {.follow_links = true, .allow_special = false, .role = InputRole::helper});
  if (!input) return failure_in(path, input.error());
  auto map = MappedFile::open(input->file.get(), path);
  if (!map) return failure_in(path, map.error());
  files_.push_back(std::make_unique<File>(File{*std::move(input), *std::move(map)}));
  return files_.back()->map.bytes();
}

Result<std::string_view> SourceFiles::add_text(const std::string& path) {
  CZIP_TRY_ASSIGN(const auto bytes, add(path));
  return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

std::string SourceFiles::names() const {
  std::string names;
  for (const auto& file : files_) {
    if (!names.empty()) names += ", ";
    names += std::filesystem::path(file->input.name).filename().string();
  }
  return names;
}

std::uint64_t SourceFiles::bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& file : files_) bytes += file->map.bytes().size();
  return bytes;
}

std::string SourceFiles::hash(const std::function<void(std::uint64_t)>& progress) const {
  SHA2_CTX context;
  SHA256Init(&context);
  std::uint64_t done = 0;
  for (const auto& file : files_) {
    auto rest = file->map.bytes();
    while (!rest.empty()) {
      const auto piece = rest.first(std::min(rest.size(), kHashedAtOnce));
      SHA256Update(&context, piece.data(), piece.size());
      rest = rest.subspan(piece.size());
      progress(done += piece.size());
    }
  }
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
  SHA256Final(digest.data(), &context);
  std::string text = "sha256:";
  for (const std::uint8_t byte : digest) text += format("%02x", unsigned{byte});
  return text;
}

Status SourceFiles::check_unchanged() const {
  for (const auto& file : files_) {
    const std::string change = describe_change(file->input, file->map.bytes().size());
    if (!change.empty())
      return failure_in(file->input.name,
                        {ErrorCode::io, "changed while it was read; import it again"});
  }
  return {};
}

}  // namespace czip::tool

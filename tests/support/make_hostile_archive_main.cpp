// Writes an archive that no czip writes, to test that it is refused or made harmless.
// Usage: make_hostile_archive MODEL FILE ENTRY... with entries "TYPE:NAME[:CONTENT or TARGET]";
// types as in tar: 0 file, 1 hard link, 2 symbolic link, 3 device, 5 folder, 6 pipe; s: a
// set-user-id file.
#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "czip/codec/io/byte_stream.hpp"
#include "czip/codec/v2/codec.hpp"
#include "support/files.hpp"

namespace {

using czip::test::Bytes;

constexpr std::size_t kBlock = 512;

void put(Bytes& header, std::size_t offset, std::string_view text) {
  std::copy(text.begin(), text.end(), header.begin() + static_cast<std::ptrdiff_t>(offset));
}

std::string octal(std::size_t number, int digits) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%0*zo", digits, number);
  return text.data();
}

void append_entry(Bytes& tar, std::string_view entry) {
  const char type = entry.front();
  entry.remove_prefix(2);
  const std::string_view name = entry.substr(0, entry.find(':'));
  entry.remove_prefix(std::min(entry.size(), name.size() + 1));
  const bool has_content = type == '0' || type == 's';
  Bytes header(kBlock);
  put(header, 0, name);
  put(header, 100, type == 's' ? "0006755" : "0000644");
  put(header, 108, "0000000");
  put(header, 116, "0000000");
  put(header, 124, octal(has_content ? entry.size() : 0, 11));
  put(header, 136, "00000000000");
  put(header, 148, "        ");
  header[156] = static_cast<std::uint8_t>(type == 's' ? '0' : type);
  if (!has_content) put(header, 157, entry);
  put(header, 257, std::string_view("ustar\00000", 8));
  std::size_t sum = 0;
  for (const std::uint8_t byte : header) sum += byte;
  put(header, 148, octal(sum, 6) + std::string("\0 ", 2));
  tar.insert(tar.end(), header.begin(), header.end());
  if (!has_content) return;
  tar.insert(tar.end(), entry.begin(), entry.end());
  tar.resize((tar.size() + kBlock - 1) / kBlock * kBlock);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return std::fprintf(stderr, "usage: make_hostile_archive MODEL FILE ENTRY...\n"), 2;
  const Bytes model_file = czip::test::read_file(argv[1]);
  const auto model = czip::v2::Model::parse(model_file);
  if (!model) return std::fprintf(stderr, "%s\n", model.error().message.c_str()), 1;
  Bytes tar;
  for (int i = 3; i < argc; ++i) append_entry(tar, argv[i]);
  tar.resize(tar.size() + 2 * kBlock);
  czip::MemorySink sink;
  czip::v2::EncodeOptions options;
  options.archive = true;
  if (!czip::v2::encode(*model, tar, sink, options)) return 1;
  return czip::test::write_file(argv[2], sink.bytes()) ? 0 : 1;
}

// Writes an archive that no czip writes, to test that it is refused or made harmless.
// Usage: make_hostile_archive MODEL FILE ENTRY... with entries "TYPE[,FIELD=VALUE]...:NAME[:REST]".
// TYPE is tar's: 0 file, 1 hard link, 2 symbolic link, 5 folder, x records of the next entry, or
// any other letter; s: a set-user-id file. REST is the target of a link, else the content; "\0" in it is
// a zero byte. "x:KEY=VALUE" is one record; several in a row share a header, unless "X" begins
// another. FIELD is size, mode, mtime, sum, magic or prefix, and VALUE the text of that field.
// "@FILE" adds a file's bytes as they are.
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

struct Field {
  std::string_view name;
  std::size_t offset;
  std::size_t size;
};
constexpr std::array kFields{Field{"size", 124, 12},  Field{"mode", 100, 8},
                             Field{"mtime", 136, 12}, Field{"sum", 148, 8},
                             Field{"magic", 257, 8},  Field{"prefix", 345, 155}};

// Removes and returns what is in front of `mark`.
std::string_view cut(std::string_view& text, char mark) {
  const std::string_view part = text.substr(0, text.find(mark));
  text.remove_prefix(std::min(text.size(), part.size() + 1));
  return part;
}

std::string with_zeros(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const bool zero = text.starts_with("\\0");
    result += zero ? '\0' : text.front();
    text.remove_prefix(zero ? 2 : 1);
  }
  return result;
}

std::string record(std::string_view text) {
  std::string rest(1, ' ');
  rest += with_zeros(text);
  rest += '\n';
  std::size_t length = rest.size() + 1;
  while (std::to_string(length).size() + rest.size() != length) ++length;
  return std::to_string(length) + rest;
}

void append_entry(Bytes& tar, char type, std::string_view fields, std::string_view name,
                  std::string_view rest) {
  const bool is_link = type == '1' || type == '2';
  const std::string content = is_link || type == 'x' ? std::string(rest) : with_zeros(rest);
  Bytes header(kBlock);
  put(header, 0, name.substr(0, 100));
  put(header, 100, type == 's' ? "0006755" : "0000644");
  put(header, 108, "0000000");
  put(header, 116, "0000000");
  put(header, 124, octal(is_link ? 0 : content.size(), 11));
  put(header, 136, "00000000000");
  put(header, 148, "        ");
  header[156] = static_cast<std::uint8_t>(type == 's' ? '0' : type);
  if (is_link) put(header, 157, content.substr(0, 100));
  put(header, 257, std::string_view("ustar\00000", 8));
  std::string sum;
  while (!fields.empty()) {
    std::string_view value = cut(fields, ',');
    const std::string_view key = cut(value, '=');
    for (const Field& field : kFields)
      if (field.name == key) {
        std::fill_n(header.begin() + static_cast<std::ptrdiff_t>(field.offset), field.size,
                    static_cast<std::uint8_t>(key == "sum" ? ' ' : '\0'));
        if (key == "sum") sum = value;
        if (key != "sum") put(header, field.offset, value.substr(0, field.size));
      }
  }
  std::size_t total = 0;
  for (const std::uint8_t byte : header) total += byte;
  put(header, 148, sum.empty() ? octal(total, 6) + std::string("\0 ", 2) : sum);
  tar.insert(tar.end(), header.begin(), header.end());
  if (is_link) return;
  tar.insert(tar.end(), content.begin(), content.end());
  tar.resize((tar.size() + kBlock - 1) / kBlock * kBlock);
}

void append_all(Bytes& tar, int count, char** entries) {
  std::string records;
  for (int i = 0; i < count; ++i) {
    std::string_view entry = entries[i];
    if (entry.starts_with('@')) {
      const Bytes file = czip::test::read_file(std::string(entry.substr(1)));
      tar.insert(tar.end(), file.begin(), file.end());
      continue;
    }
    if (entry.starts_with("x:")) {
      records += record(entry.substr(2));
      continue;
    }
    if (!records.empty()) append_entry(tar, 'x', "", "records", records);
    records.clear();
    if (entry == "X") continue;
    std::string_view type = cut(entry, ':');
    const std::string_view letter = cut(type, ',');
    const std::string_view name = cut(entry, ':');
    append_entry(tar, letter.front(), type, name, entry);
  }
  if (!records.empty()) append_entry(tar, 'x', "", "records", records);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return std::fprintf(stderr, "usage: make_hostile_archive MODEL FILE ENTRY...\n"), 2;
  const Bytes model_file = czip::test::read_file(argv[1]);
  const auto model = czip::v2::Model::parse(model_file);
  if (!model) return std::fprintf(stderr, "%s\n", model.error().message.c_str()), 1;
  Bytes tar;
  append_all(tar, argc - 3, argv + 3);
  tar.resize(tar.size() + 2 * kBlock);
  czip::MemorySink sink;
  czip::v2::EncodeOptions options;
  options.archive = true;
  if (!czip::v2::encode(*model, tar, sink, options)) return 1;
  return czip::test::write_file(argv[2], sink.bytes()) ? 0 : 1;
}

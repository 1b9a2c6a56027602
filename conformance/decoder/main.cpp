// czip_reference_decoder [--stages COUNT] MODEL.czm FILE.czip > TEXT
// czip_reference_decoder --raw-record PROFILE MODEL.czm RECORD > TEXT
// czip_reference_decoder --record NUMBER MODEL.czm FILE.czip > RECORD
// czip_reference_decoder --llm WINDOW MODEL.czm TOKEN...
//
// Decodes a whole CZIPv2 file, or the text that stands for it, and writes its text if every check
// passes. With --stages, it writes instead what it computed for the first COUNT decisions, as JSON
// (stages.hpp). With --llm, it writes what the model's language model computes for these tokens of
// one stream (llm_stages.hpp). With --raw-record, it decodes a raw record without a context, and
// with --record, one record of a record file, counted from 1 (records.hpp). Exit status: 0 success,
// 1 usage or a file that cannot be read or written, 2 refused data, or garbage after the text.
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "armour.hpp"
#include "container.hpp"
#include "llm_stages.hpp"
#include "model.hpp"
#include "records.hpp"
#include "stages.hpp"

namespace {

using reference::Bytes;

Bytes read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot open " + path);
  Bytes bytes{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (stream.bad()) throw std::runtime_error("cannot read " + path);
  return bytes;
}

template <class Text>
void write_text(const Text& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw std::runtime_error("cannot write the text");
}

void write_language_stages(const std::vector<std::string>& arguments) {
  std::vector<reference::llm::Row> rows;
  for (std::size_t i = 2; i < arguments.size(); ++i) rows.push_back({0, std::stoul(arguments[i])});
  write_text(reference::llm::stages(read_file(arguments[1]), std::stoul(arguments[0]), rows));
}

}  // namespace

int main(int argc, char** argv) {
  const bool of_language_model = argc >= 5 && std::string(argv[1]) == "--llm";
  const std::string option = argc == 5 ? argv[1] : "";
  const bool of_stages = option == "--stages";
  const bool of_records = option == "--raw-record" || option == "--record";
  if (argc != 3 && !of_stages && !of_records && !of_language_model) {
    std::cerr << "usage: czip_reference_decoder [--stages COUNT] MODEL.czm FILE.czip > TEXT\n"
                 "       czip_reference_decoder --raw-record PROFILE MODEL.czm RECORD > TEXT\n"
                 "       czip_reference_decoder --record NUMBER MODEL.czm FILE.czip > RECORD\n"
                 "       czip_reference_decoder --llm WINDOW MODEL.czm TOKEN...\n";
    return 1;
  }
  try {
    if (of_language_model) {
      write_language_stages({argv + 2, argv + argc});
      return 0;
    }
    // Both must outlive the decoding, which points into them.
    const Bytes model_file = read_file(argv[argc - 2]);
    Bytes file = read_file(argv[argc - 1]);
    const reference::Model model = reference::parse_model(model_file);
    if (of_records) {
      const std::size_t number = std::stoul(argv[2]);
      write_text(option == "--record" ? reference::decode_record(model, file, number)
                                      : reference::decode_raw_record(model, number, file));
      return 0;
    }
    file = reference::without_armour(file);
    if (of_stages) {
      write_text(reference::stages(model, file, std::stoul(argv[2])));
      return 0;
    }
    const auto decoded = reference::decode_file(model, file);
    write_text(decoded.text);
    if (decoded.ends_well) return 0;
    throw reference::Refused("garbage follows the last frame; the text is whole");
  } catch (const reference::Refused& refused) {
    std::cerr << "czip_reference_decoder: " << refused.what() << '\n';
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "czip_reference_decoder: " << error.what() << '\n';
    return 1;
  }
}

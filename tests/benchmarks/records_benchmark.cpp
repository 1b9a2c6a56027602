// What short texts cost: raw records and record files, beside zstd with a trained dictionary.
//
//   records_benchmark MODEL.czm TRAINING TEXTS
//
// TRAINING and TEXTS have one text in each line; tools/bench/make_records.py makes some. The model
// is one of `czip train --records lines` on TRAINING, of which zstd trains its dictionary.
#include <zdict.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "czip/codec/v2/record.hpp"
#include "czip/codec/v2/record_file.hpp"
#include "support/bytes.hpp"
#include "support/files.hpp"
#include "support/results.hpp"

namespace {

using namespace czip;
using test::Bytes;

constexpr int kRounds = 3;

std::vector<Bytes> lines_of(const Bytes& text) {
  std::vector<Bytes> lines;
  for (auto begin = text.begin(); begin != text.end();) {
    const auto end = std::find(begin, text.end(), std::uint8_t{'\n'});
    lines.emplace_back(begin, end);
    begin = end == text.end() ? end : end + 1;
  }
  return lines;
}

// Processor time of the fastest of some rounds.
template <class Work>
double seconds(const Work& work) {
  double best = 1e9;
  for (int i = 0; i < kRounds; ++i) {
    const std::clock_t begin = std::clock();
    work();
    best = std::min(best, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
  }
  return best;
}

struct Measured {
  std::size_t bytes = 0;
  double writing = 0;
  double reading = 0;
};

void print(const std::string& name, const std::vector<Bytes>& texts, const Measured& measured) {
  std::size_t bytes = 0;
  for (const Bytes& text : texts) bytes += text.size();
  const auto count = static_cast<double>(texts.size());
  std::printf("%-28s %8.2f bytes a record %6.1f %% %9.0f records/s %9.0f back\n", name.c_str(),
              static_cast<double>(measured.bytes) / count,
              100.0 * static_cast<double>(measured.bytes) / static_cast<double>(bytes),
              count / measured.writing, count / measured.reading);
}

Measured measure_records(const v2::Model& model, int level, const std::vector<Bytes>& texts,
                         const Bytes& context) {
  auto coder = test::value_of(v2::RecordCoder::create(model, {.level = level}, context));
  std::vector<Bytes> records(texts.size());
  Measured measured;
  measured.writing = seconds([&] {
    for (std::size_t i = 0; i < texts.size(); ++i) test::insist(coder.encode(texts[i], records[i]));
  });
  Bytes text;
  measured.reading = seconds([&] {
    for (std::size_t i = 0; i < texts.size(); ++i) {
      test::insist(coder.decode(records[i], text));
      if (text != texts[i]) throw std::runtime_error("another text came back");
    }
  });
  for (const Bytes& record : records) measured.bytes += record.size();
  return measured;
}

Bytes trained_dictionary(const std::vector<Bytes>& texts) {
  Bytes joined;
  std::vector<std::size_t> sizes;
  for (const Bytes& text : texts) {
    joined.insert(joined.end(), text.begin(), text.end());
    sizes.push_back(text.size());
  }
  Bytes dictionary(std::size_t{112640});  // as zstd --train
  const std::size_t size =
      ZDICT_trainFromBuffer(dictionary.data(), dictionary.size(), joined.data(), sizes.data(),
                            static_cast<unsigned>(sizes.size()));
  if (ZDICT_isError(size) != 0) throw std::runtime_error(ZDICT_getErrorName(size));
  dictionary.resize(size);
  return dictionary;
}

// Without checksum, length of content and number of the dictionary.
Measured measure_zstd(int level, const std::vector<Bytes>& texts, const Bytes& dictionary) {
  const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> writer(ZSTD_createCCtx(),
                                                                       ZSTD_freeCCtx);
  const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> reader(ZSTD_createDCtx(),
                                                                       ZSTD_freeDCtx);
  for (const auto& [parameter, value] :
       std::initializer_list<std::pair<ZSTD_cParameter, int>>{{ZSTD_c_compressionLevel, level},
                                                              {ZSTD_c_contentSizeFlag, 0},
                                                              {ZSTD_c_dictIDFlag, 0},
                                                              {ZSTD_c_checksumFlag, 0}})
    ZSTD_CCtx_setParameter(writer.get(), parameter, value);
  ZSTD_CCtx_loadDictionary(writer.get(), dictionary.data(), dictionary.size());
  ZSTD_DCtx_loadDictionary(reader.get(), dictionary.data(), dictionary.size());
  std::vector<Bytes> records(texts.size());
  Measured measured;
  measured.writing = seconds([&] {
    for (std::size_t i = 0; i < texts.size(); ++i) {
      records[i].resize(ZSTD_compressBound(texts[i].size()));
      const std::size_t size = ZSTD_compress2(writer.get(), records[i].data(), records[i].size(),
                                              texts[i].data(), texts[i].size());
      if (ZSTD_isError(size) != 0) throw std::runtime_error(ZSTD_getErrorName(size));
      records[i].resize(size);
    }
  });
  measured.reading = seconds([&] {
    for (std::size_t i = 0; i < texts.size(); ++i) {
      Bytes text(texts[i].size());
      const std::size_t size = ZSTD_decompressDCtx(reader.get(), text.data(), text.size(),
                                                   records[i].data(), records[i].size());
      if (ZSTD_isError(size) != 0 || text != texts[i])
        throw std::runtime_error("another text came back from zstd");
    }
  });
  for (const Bytes& record : records) measured.bytes += record.size();
  return measured;
}

// Of a file whose frames have so much text, the bytes of a record and the time to read one.
void measure_file(const v2::Model& model, int level, std::uint32_t frame_text, const Bytes& text) {
  v2::CodingContext context;
  MemorySource source(text);
  MemorySink sink;
  const auto report = test::value_of(v2::write_records(
      model, source, sink,
      {.frame_text = frame_text, .encoding = {.level = level, .threads = 1, .context = &context}}));
  MemorySource file(sink.bytes());
  const auto records = test::value_of(v2::RecordFile::open(file));
  const v2::ModelFinder finder = [&](const v2::ModelReference& wanted) {
    return v2::matching_model(model, wanted);
  };
  constexpr std::uint64_t kReads = 100;
  const double reading = seconds([&] {
    for (std::uint64_t i = 0; i < kReads; ++i) {
      NullSink out;
      const std::uint64_t n = 1 + i * 7919 % records.records();
      test::value_of(records.read(finder, file, n, n, out, {.threads = 1, .context = &context}));
    }
  });
  std::printf("-%d, frames of %5u bytes %8.2f bytes a record; %6.2f ms to read one\n", level,
              frame_text,
              static_cast<double>(sink.bytes().size()) / static_cast<double>(report.records),
              1000 * reading / static_cast<double>(kReads));
}

void measure(const Bytes& model_file, const Bytes& training, const Bytes& text) {
  const auto model = test::value_of(v2::Model::parse(model_file));
  const std::vector<Bytes> texts = lines_of(text);
  const std::vector<Bytes> training_texts = lines_of(training);
  std::size_t bytes = 0;
  for (const Bytes& one : texts) bytes += one.size();
  std::printf("%zu records of %.1f bytes\n", texts.size(),
              static_cast<double>(bytes) / static_cast<double>(texts.size()));
  for (const int level : {1, 3, 6})
    print("raw records, -" + std::to_string(level), texts,
          measure_records(model, level, texts, {}));
  const Bytes context(
      training.end() - static_cast<std::ptrdiff_t>(std::min<std::size_t>(training.size(), 16'384)),
      training.end());
  for (const int level : {1, 6})
    print("  with a context of 16 KiB, -" + std::to_string(level), texts,
          measure_records(model, level, texts, context));
  const Bytes dictionary = trained_dictionary(training_texts);
  for (const int level : {3, 19})
    print("zstd -" + std::to_string(level) + ", dictionary of " +
              std::to_string(dictionary.size() / 1024) + " KiB",
          texts, measure_zstd(level, texts, dictionary));
  for (const int level : {1, 6})
    for (const std::uint32_t frame_text : {2048U, 4096U, 8192U, 16384U, 65535U})
      measure_file(model, level, frame_text, text);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4)
    return std::fprintf(stderr, "usage: records_benchmark MODEL.czm TRAINING TEXTS\n"), 1;
  try {
    measure(test::read_file(argv[1]), test::read_file(argv[2]), test::read_file(argv[3]));
  } catch (const std::exception& error) {
    return std::fprintf(stderr, "%s\n", error.what()), 1;
  }
}

#include "cli/options.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "czip/engine/simd.hpp"

namespace czip::tool {
namespace {

constexpr unsigned kFiles = bit(Command::files);
constexpr unsigned kCompress = bit(Command::compress);
constexpr unsigned kDecompress = bit(Command::decompress);
constexpr unsigned kTest = bit(Command::test);
constexpr unsigned kList = bit(Command::list);
constexpr unsigned kVerify = bit(Command::verify);
constexpr unsigned kSelftest = bit(Command::selftest);
constexpr unsigned kBench = bit(Command::bench);
constexpr unsigned kTrain = bit(Command::train);
constexpr unsigned kZipCompress = bit(Command::zip_compress);
constexpr unsigned kZipDecompress = bit(Command::zip_decompress);
constexpr unsigned kZip = kZipCompress | kZipDecompress;
constexpr unsigned kOwnWriters = kFiles | kCompress | kDecompress;
constexpr unsigned kOwnCoders = kOwnWriters | kTest;
constexpr unsigned kCoders = kOwnCoders | kZip | kBench;
constexpr unsigned kEvery = (kZipDecompress << 1) - 1;

using Id = OptionId;

constexpr std::array kOptions = {
    OptionRow{Id::decompress, 'd', "decompress", nullptr, kFiles, "decompress"},
    OptionRow{Id::decompress, 0, "uncompress", nullptr, kFiles, nullptr},
    OptionRow{Id::test, 't', "test", nullptr, kFiles, "test: decode, write nothing"},
    OptionRow{Id::list, 'l', "list", nullptr, kFiles, "list what files hold"},
    OptionRow{Id::input, 'i', "input", "IN", kZip, "file to read"},
    OptionRow{Id::output, 'o', "output", "OUT", kZip, "file to write; replaced if it exists"},
    OptionRow{Id::model, 'm', "model", "MODEL", kCoders | kList,
              "model file, or its name in the folders of CZIP_MODEL_PATH\n"
              "(default: the built-in one)"},
    OptionRow{Id::tokenizer, 't', "tokenizer", "FILE", kZip,
              "tokenizer JSON to use instead of the model's own"},
    OptionRow{Id::tokenizer, 0, "tokenizer", "FILE", (kCoders | kVerify) & ~kZip,
              "tokenizer JSON to use instead of the model's own"},
    OptionRow{Id::output, 'o', "output", "FILE", kOwnWriters,
              "write to FILE (- is standard output)"},
    OptionRow{Id::stdout_, 'c', "stdout", nullptr, kOwnWriters, "write to standard output"},
    OptionRow{Id::keep, 'k', "keep", nullptr, kOwnCoders, "keep the input (the default)"},
    OptionRow{Id::remove, 0, "rm", nullptr, kOwnCoders,
              "remove the input once its output is verified and on disk"},
    OptionRow{Id::force, 'f', "force", nullptr, kOwnCoders | kZip | kList,
              "overwrite; follow symbolic links; read devices and pipes;\n"
              "compress files named *.czip"},
    OptionRow{Id::recursive, 'r', "recursive", nullptr, kOwnCoders | kList,
              "compress a directory to one archive; otherwise, and with\n"
              "format 1, handle each file in directories"},
    OptionRow{Id::level_digit, '1', nullptr, nullptr, kFiles | kCompress | kBench,
              "effort: more is smaller and slower (default: 6); from 7 on with\n"
              "the model's network, four times as slow. In format 1, 1 to 5:\n"
              "contexts of 64 to 1024 tokens (default: the model's)",
              "-1 ... -9"},
    OptionRow{Id::level_digit, '2', nullptr, nullptr, kFiles | kCompress | kBench, nullptr},
    OptionRow{Id::level_digit, '3', nullptr, nullptr, kFiles | kCompress | kBench, nullptr},
    OptionRow{Id::level_digit, '4', nullptr, nullptr, kFiles | kCompress | kBench, nullptr},
    OptionRow{Id::level_digit, '5', nullptr, nullptr, kFiles | kCompress | kBench, nullptr},
    OptionRow{Id::level_digit, '6', nullptr, nullptr, kFiles | kCompress | kBench, nullptr},
    OptionRow{Id::level_digit, '7', nullptr, nullptr, kFiles | kCompress | kBench, nullptr},
    OptionRow{Id::level_digit, '8', nullptr, nullptr, kFiles | kCompress | kBench, nullptr},
    OptionRow{Id::level_digit, '9', nullptr, nullptr, kFiles | kCompress | kBench, nullptr},
    OptionRow{Id::level, 'L', "level", "1..5", kZipCompress,
              "context of 64, 128, 256, 512 or 1024 tokens (default: the model's own)"},
    OptionRow{Id::codec, 'c', "codec", "CODEC", kZipCompress,
              "outer codec: brotli (default) or zstd"},
    OptionRow{Id::codec, 0, "codec", "CODEC", kFiles | kCompress,
              "format 1's outer codec: brotli (default) or zstd"},
    OptionRow{Id::output, 'o', "output", "MODEL", kTrain, "model file to write"},
    OptionRow{Id::format, 0, "format", "1|2", kTrain,
              "of the model. 2 (default): czip's own; 1: compress.zip's, a\n"
              "network alone, which needs --minutes or --tokens"},
    OptionRow{Id::model, 'm', "model", "MODEL", kTrain,
              "what texts named *.czip were made with (default: the built-in\n"
              "model)"},
    OptionRow{Id::force, 'f', "force", nullptr, kTrain, "overwrite MODEL"},
    OptionRow{Id::recursive, 'r', "recursive", nullptr, kTrain,
              "train on every file in directories"},
    OptionRow{Id::vocabulary, 0, "vocabulary", "N", kTrain, "tokens, 257 to 8192 (default: 8192)"},
    OptionRow{Id::prior_size, 0, "prior-size", "BYTES", kTrain,
              "most bytes of the n-gram prior (default: 20000000)"},
    OptionRow{Id::from, 0, "from", "MODEL", kTrain,
              "add a network to MODEL, made of the same texts in the same\n"
              "order, and train only what goes with it"},
    OptionRow{Id::minutes, 0, "minutes", "N", kTrain, "train a network for that long"},
    OptionRow{Id::tokens, 0, "tokens", "N", kTrain, "train a network on N tokens of the texts"},
    OptionRow{Id::seed, 0, "seed", "N", kTrain,
              "of the network's first weights and the order of the texts that\n"
              "it reads (default: 1)"},
    OptionRow{Id::network_size, 0, "network-size", "SIZE", kTrain,
              "small, base (default) or large"},
    OptionRow{Id::checkpoint, 0, "checkpoint", "FILE", kTrain,
              "where to keep the state of the network's training"},
    OptionRow{Id::resume, 0, "resume", nullptr, kTrain, "go on from the checkpoint"},
    OptionRow{Id::save_network, 0, "save-network", "FILE", kTrain,
              "also write the network by itself, for --network"},
    OptionRow{Id::network, 0, "network", "FILE", kTrain,
              "a network trained before, by itself or in a model, to go with\n"
              "--from; with --minutes or --tokens, it is trained further"},
    OptionRow{Id::name, 0, "name", "TEXT", kTrain, "the model's name"},
    OptionRow{Id::description, 0, "description", "TEXT", kTrain, "what the model is for"},
    OptionRow{Id::license, 0, "license", "TEXT", kTrain, "the model's licence"},
    OptionRow{Id::training_data, 0, "training-data", "TEXT", kTrain, "what it was trained on"},
    OptionRow{Id::range, 0, "range", "START:LEN", kFiles | kDecompress,
              "decompress only LEN bytes from START on, with -c or -o"},
    OptionRow{Id::threads, 'T', "threads", "N", kCoders | kVerify | kTrain,
              "threads (default, and 0: all processors)"},
    OptionRow{Id::json, 0, "json", nullptr, kFiles | kList | kVerify | kSelftest | kBench,
              "report as JSON (with --list)"},
    OptionRow{Id::no_verify, 0, "no-verify", nullptr, kOwnCoders | kZip,
              "skip proving the result: after compressing, decoding what was\n"
              "written; in format 1 also coding a text again with -t and --rm"},
    OptionRow{Id::no_progress, 0, "no-progress", nullptr, kOwnCoders | kZip, "no progress bar"},
    OptionRow{Id::against, 0, "against", "FILE", kVerify,
              "also prove that FILE is the compression of --text TEXT"},
    OptionRow{Id::text, 0, "text", "TEXT", kVerify, "the text of --against"},
    OptionRow{Id::dialect, 0, "dialect", "NAME", (kCoders | kVerify) & ~kBench,
              "rust, i64 or python: the implementation to agree with where\n"
              "they differ (default: write rust, read whichever fits)"},
    OptionRow{Id::format, 0, "format", "1|2", kFiles | kCompress | kZip,
              "2: czip's own; 1: compress.zip's CZIPv1 (default: the model's;\n"
              "reading recognises either)"},
    OptionRow{Id::simd, 0, "simd", "LEVEL", kCoders | kVerify | kSelftest,
              "instruction set (also: environment variable CZIP_SIMD); never\n"
              "changes a result"},
    OptionRow{Id::quiet, 'q', "quiet", nullptr, kEvery, "only errors"},
    OptionRow{Id::verbose, 'v', "verbose", nullptr, kEvery, "more: tokens, stages, dialect"},
    OptionRow{Id::help, 'h', "help", nullptr, kEvery, "this text; also: czip COMMAND --help"},
    OptionRow{Id::version, 'V', "version", nullptr, kEvery, "the version"},
};

constexpr std::string_view kExitStatus =
    "\nExit status: 0 fine; 1 usage, files, disk; 2 damaged data or not the model it was\n"
    "made with; 3 a defect of czip.\n";

std::string_view introduction(Command command) {
  switch (command) {
    case Command::files:
      return "czip compresses text by prediction, in integers only: every machine gives the same\n"
             "files. It reads and writes its own format, CZIPv2, and compress.zip's, CZIPv1.\n\n"
             "Usage: czip [OPTION...] [FILE...]        compress FILE to FILE.czip and keep it\n"
             "       czip -d [OPTION...] [FILE...]     decompress FILE.czip to FILE\n"
             "       czip COMMAND [OPTION...] ...\n\n"
             "Without FILE, or when FILE is -, standard input goes to standard output.\n\n"
             "Commands (first argument):\n"
             "  compress     as above; also in compress.zip's spelling\n"
             "  decompress   as above; also in compress.zip's spelling\n"
             "  test         decode files and check them, write nothing\n"
             "  list         show what files say of themselves\n"
             "  verify       check a model file, or prove a compression made elsewhere\n"
             "  selftest     check that this machine computes what every other one does\n"
             "  bench        compare ratio and speed with zstd, brotli and xz\n"
             "  train        make a model for texts of a kind\n"
             "A file of such a name: ./list, or after --.\n";
    case Command::compress:
      return "Usage: czip compress [OPTION...] [FILE...]\n"
             "       czip compress -m MODEL -i IN -o OUT [-t TOKENIZER] [-c brotli|zstd] [-L "
             "1..5]\n\n"
             "Writes FILE.czip and keeps FILE. Without FILE, or when FILE is -, compresses "
             "standard\n"
             "input to standard output. What was written is decoded again and compared.\n"
             "The second form is compress.zip's (see also: czip compress -i - --help); like\n"
             "compress.zip, it replaces OUT without asking.\n";
    case Command::decompress:
      return "Usage: czip decompress [OPTION...] [FILE.czip...]\n"
             "       czip decompress -m MODEL -i IN -o OUT [-t TOKENIZER]\n\n"
             "Writes the file without .czip. Without FILE, or when FILE is -, decompresses "
             "standard\n"
             "input to standard output. A file appears once all of it has been checked. An "
             "archive\n"
             "becomes a directory again; with -c, the tar inside.\n"
             "The second form is compress.zip's (see also: czip decompress -i - --help); like\n"
             "compress.zip, it replaces OUT without asking.\n";
    case Command::test:
      return "Usage: czip test [OPTION...] FILE...\n\n"
             "Decodes each file and checks its hashes. CZIPv1 has none: there the text is coded "
             "again\n"
             "and compared, for a damaged file may decode to some other text.\n";
    case Command::list:
      return "Usage: czip list [OPTION...] FILE...\n\n"
             "Shows what files say of themselves. With -m MODEL -v, also whether the hash of the\n"
             "model's path in the file is that of MODEL.\n";
    case Command::verify:
      return "Usage: czip verify [OPTION...] MODEL\n"
             "       czip verify [OPTION...] MODEL --against FILE.czip --text TEXT\n\n"
             "Checks a model: structure, ranges, tables against their formulas, a proof that no\n"
             "accumulator can overflow, the tokenizer's round trip. The second form also proves a\n"
             "compression made elsewhere, byte for byte.\n";
    case Command::selftest:
      return "Usage: czip selftest [OPTION...]\n\n"
             "Runs a built-in model at every SIMD level of this processor and compares with the\n"
             "values that every machine must give.\n";
    case Command::bench:
      return "Usage: czip bench [OPTION...] FILE...\n\n"
             "Compresses and decompresses the files with each level of czip, zstd, brotli and xz,\n"
             "and prints one table. The others run on one thread.\n";
    case Command::train:
      return "Usage: czip train [OPTION...] -o MODEL TEXT...\n\n"
             "Trains a tokenizer, an n-gram prior and the mixing of predictions. Each TEXT is a\n"
             "source, all of which weigh alike; its documents end at zero bytes, and long ones "
             "are\n"
             "cut at line ends. Some 24 documents are the least. The same texts in the same order\n"
             "give the same model. Takes about 15 bytes of memory for each byte of text. A TEXT\n"
             "named *.czip is decompressed.\n"
             "With --minutes or --tokens, a network is trained, too; that needs a czip built with\n"
             "CZIP_TRAIN_NETWORK. With --from, it joins a model made of the same texts. A network\n"
             "of --network must have that model's tokens, and must not have seen every 24th\n"
             "document of a TEXT.\n"
             "With --format 1, a tokenizer and a network of the shape of compress.zip's public\n"
             "models are trained; its programs read the model, too. Texts weigh by their size.\n"
             "Progress is measured on every 24th document. Takes about 4 bytes of memory for each\n"
             "byte of text.\n";
    case Command::zip_compress:
      return "Usage: czip compress -m MODEL -i IN -o OUT [-t TOKENIZER] [-c brotli|zstd] [-L "
             "1..5]\n\n"
             "compress.zip's spelling. OUT is replaced without asking, but only once the new file "
             "is\n"
             "whole and verified.\n";
    case Command::zip_decompress:
      return "Usage: czip decompress -m MODEL -i IN -o OUT [-t TOKENIZER]\n\n"
             "compress.zip's spelling. OUT is replaced without asking, but only once the text is\n"
             "whole.\n";
  }
  return "";
}

std::string_view examples(Command command) {
  switch (command) {
    case Command::files:
      return "\nExamples:\n"
             "  czip notes.txt                 writes notes.txt.czip\n"
             "  czip -d notes.txt.czip         writes notes.txt\n"
             "  czip -r docs                   writes docs.czip; czip -d docs.czip gives docs "
             "back\n"
             "  czip -dc --range 1000000:500 log.czip\n"
             "  czip -m v001_eng.czm notes.txt with compress.zip's model, in its format\n"
             "\nEnvironment: CZIP_MODEL_PATH (folders with models, separated by ':'), CZIP_SIMD, "
             "NO_COLOR,\n"
             "TMPDIR.\n";
    case Command::verify:
      return "\nExample:\n"
             "  czip verify v001_eng.czm --against notes.czip --text notes.txt\n";
    default:
      return "";
  }
}

std::string label_of(const OptionRow& row) {
  if (row.label != nullptr) return row.label;
  std::string label = row.short_name != 0 ? std::string{'-', row.short_name} : "  ";
  if (row.long_name != nullptr)
    label += std::string(row.short_name != 0 ? ", --" : "  --") + row.long_name;
  if (row.argument != nullptr) label += std::string(" ") + row.argument;
  return label;
}

}  // namespace

std::span<const OptionRow> option_table() { return kOptions; }

std::string help_text(Command command) {
  constexpr std::size_t kColumn = 26;
  std::string text(introduction(command));
  text += "\nOptions:\n";
  for (const OptionRow& row : kOptions) {
    if ((row.commands & bit(command)) == 0 || row.help == nullptr) continue;
    std::string line = "  " + label_of(row);
    line.append(line.size() + 2 > kColumn ? 2 : kColumn - line.size(), ' ');
    for (const char* c = row.help; *c != '\0'; ++c) {
      line += *c;
      if (*c == '\n') line.append(kColumn, ' ');
    }
    text += line + "\n";
  }
  text += examples(command);
  text += kExitStatus;
  return text;
}

std::string version_text() {
  std::string text = "czip " CZIP_VERSION " (reads and writes CZIPv1 and CZIPv2; SIMD:";
  for (const SimdLevel level : supported_simd_levels())
    text += " " + std::string(simd_level_name(level));
  return text + ")\n";
}

}  // namespace czip::tool

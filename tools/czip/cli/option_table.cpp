#include "cli/option_table.hpp"

#include <array>
#include <span>

#include "cli/command.hpp"

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
constexpr unsigned kCompatCompress = bit(Command::compat_compress);
constexpr unsigned kCompatDecompress = bit(Command::compat_decompress);
constexpr unsigned kCompat = kCompatCompress | kCompatDecompress;
constexpr unsigned kOwnWriters = kFiles | kCompress | kDecompress;
constexpr unsigned kOwnCoders = kOwnWriters | kTest;
constexpr unsigned kCoders = kOwnCoders | kCompat | kBench;
constexpr unsigned kEvery = (kCompatDecompress << 1) - 1;

using Id = OptionId;

constexpr std::array kOptions = {
    OptionRow{Id::decompress, 'd', "decompress", nullptr, kFiles, "decompress"},
    OptionRow{Id::decompress, 0, "uncompress", nullptr, kFiles, nullptr},
    OptionRow{Id::test, 't', "test", nullptr, kFiles, "test: decode, write nothing"},
    OptionRow{Id::list, 'l', "list", nullptr, kFiles, "list what files hold"},
    OptionRow{Id::input, 'i', "input", "IN", kCompat, "file to read"},
    OptionRow{Id::output, 'o', "output", "OUT", kCompat, "file to write; replaced if it exists"},
    OptionRow{Id::model, 'm', "model", "MODEL", kCoders | kList,
              "model file, or its name in the folders of CZIP_MODEL_PATH\n"
              "(default: the built-in one)"},
    OptionRow{Id::tokenizer, 't', "tokenizer", "FILE", kCompat,
              "tokenizer JSON to use instead of the model's own"},
    OptionRow{Id::tokenizer, 0, "tokenizer", "FILE", (kCoders | kVerify) & ~kCompat,
              "tokenizer JSON to use instead of the model's own"},
    OptionRow{Id::output, 'o', "output", "FILE", kOwnWriters,
              "write to FILE (- is standard output)"},
    OptionRow{Id::stdout_, 'c', "stdout", nullptr, kOwnWriters, "write to standard output"},
    OptionRow{Id::keep, 'k', "keep", nullptr, kOwnCoders, "keep the input (the default)"},
    OptionRow{Id::remove, 0, "rm", nullptr, kOwnCoders,
              "remove the input once its output is verified and on disk"},
    OptionRow{Id::force, 'f', "force", nullptr, kOwnCoders | kCompat | kList,
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
    OptionRow{Id::level, 'L', "level", "1..5", kCompatCompress,
              "context of 64, 128, 256, 512 or 1024 tokens (default: the model's own)"},
    OptionRow{Id::codec, 'c', "codec", "CODEC", kCompatCompress,
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
    OptionRow{Id::no_verify, 0, "no-verify", nullptr, kOwnCoders | kCompat,
              "skip proving the result: after compressing, decoding what was\n"
              "written; in format 1 also coding a text again with -t and --rm"},
    OptionRow{Id::no_progress, 0, "no-progress", nullptr, kOwnCoders | kCompat, "no progress bar"},
    OptionRow{Id::against, 0, "against", "FILE", kVerify,
              "also prove that FILE is the compression of --text TEXT"},
    OptionRow{Id::text, 0, "text", "TEXT", kVerify, "the text of --against"},
    OptionRow{Id::dialect, 0, "dialect", "NAME", (kCoders | kVerify) & ~kBench,
              "rust, i64 or python: the implementation to agree with where\n"
              "they differ (default: write rust, read whichever fits)"},
    OptionRow{Id::format, 0, "format", "1|2", kFiles | kCompress | kCompat,
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

}  // namespace

std::span<const OptionRow> option_table() { return kOptions; }

}  // namespace czip::tool

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
constexpr unsigned kRepair = bit(Command::repair);
constexpr unsigned kModel = bit(Command::model);
constexpr unsigned kAppend = bit(Command::append);
constexpr unsigned kRepack = bit(Command::repack);
constexpr unsigned kArchivers = kFiles | kCompress | kAppend;
constexpr unsigned kSelecting = kDecompress | kTest | kList;
constexpr unsigned kLevels = kFiles | kCompress | kBench | kAppend | kRepack;
constexpr unsigned kInspect = bit(Command::inspect);
constexpr unsigned kScore = bit(Command::score);
constexpr unsigned kScorers = kInspect | kScore;
constexpr unsigned kCompare = bit(Command::compare);
constexpr unsigned kClassify = bit(Command::classify);
constexpr unsigned kLenses = kScorers | kCompare | kClassify;
constexpr unsigned kImport = bit(Command::import_model);
constexpr unsigned kMakers = kTrain | kImport;
constexpr unsigned kEvery = ~0U;

using Id = OptionId;

constexpr std::array kOptions = {
    OptionRow{Id::compress, 'z', "compress", nullptr, kFiles, "compress (the default)"},
    OptionRow{Id::decompress, 'd', "decompress", nullptr, kFiles, "decompress"},
    OptionRow{Id::decompress, 0, "uncompress", nullptr, kFiles, nullptr},
    OptionRow{Id::test, 't', "test", nullptr, kFiles, "test: decode and write nothing"},
    OptionRow{Id::list, 'l', "list", nullptr, kFiles, "list what is in files"},
    OptionRow{Id::append, 'a', "append", nullptr, kFiles,
              "append what is new or changed to an archive, as its next\n"
              "version, and drop what is gone: czip -a ARCHIVE PATH..."},
    OptionRow{Id::repack, 0, "repack", nullptr, kFiles,
              "write an archive anew, without what earlier versions had"},
    OptionRow{Id::input, 'i', "input", "IN", kCompat, "file to read"},
    OptionRow{Id::output, 'o', "output", "OUT", kCompat, "file to write; replaced if it exists"},
    OptionRow{Id::model, 'm', "model", "MODEL", kCoders | kList | kAppend | kRepack,
              "model file, its name in a folder of CZIP_MODEL_PATH, or built-in\n"
              "(the default)"},
    OptionRow{Id::model, 'm', "model", "MODEL", kScorers,
              "model file, its name in a folder of CZIP_MODEL_PATH, or built-in\n"
              "(the default); -m again: another one to compare"},
    OptionRow{Id::model, 'm', "model", "MODEL", kCompare | kClassify,
              "model file, its name in a folder of CZIP_MODEL_PATH, or built-in\n"
              "(the default)"},
    OptionRow{Id::train, 0, "train", "DIR", kClassify,
              "folder with a folder of texts for each class"},
    OptionRow{Id::svg, 0, "svg", nullptr, kCompare, "draw a dendrogram and a heat map, as SVG"},
    OptionRow{Id::against_model, 0, "against-model", "MODEL", kInspect,
              "another model to compare with, as a second -m"},
    OptionRow{Id::html, 0, "html", nullptr, kInspect,
              "show one text as a page for a browser, which needs no network"},
    OptionRow{Id::csv, 0, "csv", nullptr, kLenses, "report as CSV"},
    OptionRow{Id::output, 'o', "output", "FILE", kInspect,
              "write the page to FILE (- is standard output)"},
    OptionRow{Id::output, 'o', "output", "FILE", kCompare,
              "write the report to FILE (- is standard output)"},
    OptionRow{Id::detail, 0, "detail", "BYTES", kInspect,
              "show the tokens of the first BYTES of the text (K, M, G as\n"
              "below; default: 4K, of a page 64K, of JSON and CSV all)"},
    OptionRow{Id::candidates, 0, "candidates", "N", kInspect,
              "show the N likeliest tokens in each place, at most 64 (default:\n"
              "0, of a page 8)"},
    OptionRow{Id::force, 'f', "force", nullptr, kInspect | kCompare, "overwrite FILE"},
    OptionRow{Id::recursive, 'r', "recursive", nullptr, kScorers | kClassify,
              "handle each file in directories"},
    OptionRow{Id::level_digit, '1', nullptr, nullptr, kLenses,
              "level at which a text is coded (default: 6; a compressed file\n"
              "is taken as it was coded)",
              "-1 ... -9"},
    OptionRow{Id::level_digit, '2', nullptr, nullptr, kLenses, nullptr},
    OptionRow{Id::level_digit, '3', nullptr, nullptr, kLenses, nullptr},
    OptionRow{Id::level_digit, '4', nullptr, nullptr, kLenses, nullptr},
    OptionRow{Id::level_digit, '5', nullptr, nullptr, kLenses, nullptr},
    OptionRow{Id::level_digit, '6', nullptr, nullptr, kLenses, nullptr},
    OptionRow{Id::level_digit, '7', nullptr, nullptr, kLenses, nullptr},
    OptionRow{Id::level_digit, '8', nullptr, nullptr, kLenses, nullptr},
    OptionRow{Id::level_digit, '9', nullptr, nullptr, kLenses, nullptr},
    OptionRow{Id::expect_hash, 0, "expect-hash", "HEX", kOwnCoders | kVerify,
              "refuse every model but that of this hash (czip verify shows\n"
              "a model's)"},
    OptionRow{Id::tokenizer, 't', "tokenizer", "FILE", kCompat,
              "tokenizer JSON to use instead of the model's own"},
    OptionRow{Id::tokenizer, 0, "tokenizer", "FILE", ((kCoders | kVerify) & ~kCompat) | kScorers,
              "tokenizer JSON to use instead of the model's own"},
    OptionRow{Id::output, 'o', "output", "FILE", kOwnWriters,
              "write to FILE (- is standard output)"},
    OptionRow{Id::stdout_, 'c', "stdout", nullptr, kOwnWriters, "write to standard output"},
    OptionRow{Id::keep, 'k', "keep", nullptr, kOwnWriters, "keep the input (the default)"},
    OptionRow{Id::remove, 0, "rm", nullptr, kOwnWriters,
              "remove the input when its output is verified and on disk"},
    OptionRow{Id::force, 'f', "force", nullptr, kFiles | kCompress,
              "overwrite; follow symbolic links; read devices and pipes;\n"
              "compress files named *.czip"},
    OptionRow{Id::force, 'f', "force", nullptr, kDecompress | kRepair,
              "overwrite; follow symbolic links; read devices and pipes"},
    // It has no meaning there, and scripts may have it.
    OptionRow{Id::force, 'f', "force", nullptr, kTest | kList | kCompat, nullptr},
    OptionRow{Id::recursive, 'r', "recursive", nullptr, kFiles,
              "compress a directory to one archive; format 1, -d, -t and -l\n"
              "handle each file in the directory"},
    OptionRow{Id::recursive, 'r', "recursive", nullptr, kCompress,
              "compress a directory to one archive; format 1 compresses each\n"
              "file in the directory"},
    OptionRow{Id::recursive, 'r', "recursive", nullptr, kDecompress | kTest | kList | kRepair,
              "handle each file in directories"},
    OptionRow{Id::exclude, 0, "exclude", "PATTERN", kArchivers | kSelecting,
              "leave out what matches PATTERN, as the shell's (* matches /),\n"
              "with all of its name or what follows one of its slashes"},
    OptionRow{Id::include, 0, "include", "PATTERN", kArchivers | kSelecting,
              "of files, take only those that match PATTERN"},
    OptionRow{Id::files_from, 0, "files-from", "FILE", kArchivers | kSelecting,
              "take the names in FILE, one in each line, or ended by zero\n"
              "bytes (- is standard input), too; folders are not entered"},
    OptionRow{Id::newer, 0, "newer", "FILE", kArchivers,
              "pack only files that were changed after FILE"},
    OptionRow{Id::one_file_system, 0, "one-file-system", nullptr, kArchivers,
              "enter no folder on another file system"},
    OptionRow{Id::at, 0, "at", "N", kFiles | kSelecting | kRepack,
              "version N of an archive, from 1 on (default: the newest)"},
    OptionRow{Id::update, 'u', "update", nullptr, kFiles | kCompress,
              "compress only files that are newer than their .czip"},
    OptionRow{Id::xattrs, 0, "xattrs", nullptr, kOwnWriters | kAppend,
              "with archives: pack and restore users' extended attributes"},
    OptionRow{Id::owners, 0, "owners", nullptr, kOwnWriters | kAppend,
              "with archives: pack and restore owners and groups, by name where\n"
              "it is known and else by number. Only root can give files away"},
    OptionRow{Id::numeric_owner, 0, "numeric-owner", nullptr, kOwnWriters | kAppend,
              "likewise, but by number alone"},
    OptionRow{Id::base64, 0, "base64", nullptr, kFiles | kCompress,
              "write the compressed file as text, in lines between a first and a\n"
              "last one that say what it is; decompressing recognizes it"},
    OptionRow{Id::base64, 0, "base64", nullptr, kDecompress,
              "take nothing but a compressed file as text, also from a\n"
              "terminal. Such text is recognized without this option"},
    OptionRow{Id::message, 0, "text", "TEXT", kFiles | kCompress,
              "compress TEXT instead of a file and print it as base64, in one\n"
              "line if it is short; with -d, decompress such base64"},
    OptionRow{Id::message, 0, "text", "BASE64", kDecompress,
              "decompress a message of --text and print its text"},
    OptionRow{Id::interactive, 'i', "interactive", nullptr, kFiles,
              "compress each line that is typed to base64, and decompress each\n"
              "that is such base64; Ctrl-D ends it"},
    OptionRow{Id::level_digit, '1', nullptr, nullptr, kLevels,
              "level: a higher one gives smaller files and takes longer\n"
              "(default: 6). 1 takes half as long as 6, 3 three quarters. 7 to 9\n"
              "may use the model's network: 7 and 8 take five times as long, 9\n"
              "ten times (czip help levels). Format 1 has levels 1 to 5 for\n"
              "contexts of 64 to 1024 tokens (default: the model's context)",
              "-1 ... -9"},
    OptionRow{Id::level_digit, '2', nullptr, nullptr, kLevels, nullptr},
    OptionRow{Id::level_digit, '3', nullptr, nullptr, kLevels, nullptr},
    OptionRow{Id::level_digit, '4', nullptr, nullptr, kLevels, nullptr},
    OptionRow{Id::level_digit, '5', nullptr, nullptr, kLevels, nullptr},
    OptionRow{Id::level_digit, '6', nullptr, nullptr, kLevels, nullptr},
    OptionRow{Id::level_digit, '7', nullptr, nullptr, kLevels, nullptr},
    OptionRow{Id::level_digit, '8', nullptr, nullptr, kLevels, nullptr},
    OptionRow{Id::level_digit, '9', nullptr, nullptr, kLevels, nullptr},
    OptionRow{Id::fast, 0, "fast", nullptr, kLevels, "the same as -1"},
    OptionRow{Id::best, 0, "best", nullptr, kLevels, "the same as -9"},
    OptionRow{Id::block_size, 0, "block-size", "BYTES", kArchivers | kRepack,
              "text of a block, 64K to 64M (K: 1024 bytes, M: 1024 K): what one\n"
              "fault can destroy, and what --range decodes at least. Smaller\n"
              "blocks make larger files (default: 768K to 8M, by the level; 384K\n"
              "in archives)"},
    OptionRow{Id::recovery, 0, "recovery", "PERCENT", kArchivers | kRepack,
              "add recovery data of 1 to 100 percent of the file, which mend\n"
              "damage of about that size"},
    OptionRow{Id::level, 'L', "level", "1..5", kCompatCompress,
              "context of 64, 128, 256, 512 or 1024 tokens\n"
              "(default: the model's context)"},
    OptionRow{Id::codec, 'c', "codec", "brotli|zstd", kCompatCompress,
              "outer codec (default: brotli)"},
    OptionRow{Id::codec, 0, "codec", "brotli|zstd", kFiles | kCompress,
              "format 1's outer codec (default: brotli)"},
    OptionRow{Id::output, 'o', "output", "MODEL", kTrain, "model file to write"},
    OptionRow{Id::output, 'o', "output", "FILE", kRepair | kRepack,
              "write to FILE (- is standard output)"},
    OptionRow{Id::force, 'f', "force", nullptr, kRepack, "replace ARCHIVE, or what -o names"},
    OptionRow{Id::format, 0, "format", "1|2", kTrain,
              "format of the model. 2 (default): czip's; 1: compress.zip's,\n"
              "which is a network alone and needs --minutes or --tokens"},
    OptionRow{Id::model, 'm', "model", "MODEL", kTrain,
              "model that decompresses the texts named *.czip\n"
              "(default: the built-in model)"},
    OptionRow{Id::output, 'o', "output", "MODEL", kImport,
              "model file to write (default: the source's name with .czm)"},
    OptionRow{Id::force, 'f', "force", nullptr, kMakers, "overwrite MODEL"},
    OptionRow{Id::model, 'm', "model", "MODEL", kImport,
              "model whose tokens, prior and recurrent network code what the\n"
              "language model does not help (default: the built-in model)"},
    OptionRow{Id::tokenizer, 0, "tokenizer", "FILE", kImport,
              "tokenizer.bin of a model of llama2.c"},
    OptionRow{Id::recursive, 'r', "recursive", nullptr, kTrain,
              "train on every file in directories"},
    OptionRow{Id::vocabulary, 0, "vocabulary", "N", kTrain,
              "number of tokens, 257 to 8192 (default: 8192, or as many as the\n"
              "texts suffice for)"},
    OptionRow{Id::prior_size, 0, "prior-size", "BYTES", kTrain,
              "limit on the n-gram prior's size (default: 20000000)"},
    OptionRow{Id::epochs, 0, "epochs", "N", kTrain,
              "passes of the recurrent network over the texts (default: 1;\n"
              "0: no such network)"},
    OptionRow{Id::from, 0, "from", "MODEL", kTrain,
              "add a network to MODEL, which was made from the same texts in\n"
              "the same order; train only what depends on the network. Tokens,\n"
              "prior and recurrent network stay as they are. If MODEL has a\n"
              "public language model, add a prior of the texts to that"},
    OptionRow{Id::minutes, 0, "minutes", "N", kTrain, "train a network for N minutes"},
    OptionRow{Id::tokens, 0, "tokens", "N", kTrain, "train a network on N tokens of the texts"},
    OptionRow{Id::seed, 0, "seed", "N", kTrain,
              "seed of the network's first weights and of the order in which\n"
              "it reads the texts (default: 1)"},
    OptionRow{Id::network_size, 0, "network-size", "small|base|large", kTrain,
              "size of the network (default: base)"},
    OptionRow{Id::checkpoint, 0, "checkpoint", "FILE", kTrain,
              "file for the state of the network's training"},
    OptionRow{Id::checkpoint, 0, "checkpoint", "FILE", kFiles | kCompress,
              "keep in FILE what is coded so far, for --resume; FILE is removed\n"
              "when the output is complete"},
    OptionRow{Id::resume, 0, "resume", nullptr, kTrain,
              "resume an interrupted training from the checkpoint"},
    OptionRow{Id::resume, 0, "resume", nullptr, kFiles | kCompress,
              "go on from the checkpoint of the same file, model and options"},
    OptionRow{Id::save_network, 0, "save-network", "FILE", kTrain,
              "also write the network alone, for --network"},
    OptionRow{Id::network, 0, "network", "FILE", kTrain,
              "trained network to add to the model of --from: a file of\n"
              "--save-network or a model; --minutes and --tokens train it\n"
              "further"},
    OptionRow{Id::name, 0, "name", "TEXT", kMakers, "the model's name"},
    OptionRow{Id::description, 0, "description", "TEXT", kMakers, "what the model is for"},
    OptionRow{Id::license, 0, "license", "TEXT", kMakers, "the model's licence"},
    OptionRow{Id::training_data, 0, "training-data", "TEXT", kMakers,
              "what the model was trained on"},
    OptionRow{Id::range, 0, "range", "START:LEN", kFiles | kDecompress,
              "decompress LEN bytes from byte START, or the rest without LEN;\n"
              "needs -c or -o"},
    OptionRow{Id::records, 0, "records", "lines|nul|jsonl|csv", kFiles | kCompress,
              "compress records so that each is found and decompressed by its\n"
              "number: lines, texts that end with a zero byte, rows of JSON, or\n"
              "rows of CSV, in which a newline may stand between quotes"},
    OptionRow{Id::records, 0, "records", "lines|nul|jsonl|csv", kTrain,
              "take each record of the texts for a document, for a model of\n"
              "records that are coded alone"},
    OptionRow{Id::record, 0, "record", "N[-M]", kFiles | kDecompress,
              "decompress only record N, counted from 1, or N to M, of a file\n"
              "of --records, to standard output or -o"},
    OptionRow{Id::salvage, 0, "salvage", nullptr, kFiles | kDecompress | kTest,
              "take what is left of a damaged file; zeros stand\n"
              "for what is lost, holes in a file; for very much of it in a\n"
              "stream, only if --max-output allows it. Of an archive, extract\n"
              "what is intact"},
    OptionRow{Id::skip, 0, "skip", nullptr, kFiles | kDecompress,
              "with --salvage: leave out what is lost (of a text)"},
    OptionRow{Id::threads, 'T', "threads", "N",
              kCoders | kVerify | kTrain | kLenses | kAppend | kRepack,
              "number of threads (default: 0, one for each processor)"},
    OptionRow{Id::memory, 'M', "memory", "LIMIT",
              kCoders | kVerify | kRepair | kLenses | kAppend | kRepack,
              "memory that coding may take, in bytes or with K, M or G\n"
              "(default: half of the machine's, at most 1G). Fewer threads\n"
              "take less"},
    OptionRow{Id::max_output, 0, "max-output", "LIMIT",
              kOwnCoders | kCompat | kVerify | kList | kRepair | kLenses | kAppend | kRepack,
              "fail rather than give more bytes than this (K, M, G as above)"},
    OptionRow{Id::json, 0, "json", nullptr, kFiles, "with --list: report as JSON"},
    OptionRow{Id::json, 0, "json", nullptr, kList | kVerify | kSelftest | kBench | kModel | kLenses,
              "report as JSON"},
    OptionRow{Id::no_verify, 0, "no-verify", nullptr, kOwnCoders | kCompat | kAppend | kRepack,
              "do not check the result. The check decodes what compressing\n"
              "wrote; in format 1, -t and --rm also code the text again"},
    OptionRow{Id::no_progress, 0, "no-progress", nullptr, kEvery & ~kModel, "show no progress bar"},
    OptionRow{Id::against, 0, "against", "FILE", kVerify,
              "also prove that FILE is the compressed text of --text"},
    OptionRow{Id::text, 0, "text", "FILE", kVerify, "the text for --against"},
    OptionRow{Id::dialect, 0, "dialect", "rust|i64|python",
              ((kCoders | kVerify) & ~kBench) | kScorers,
              "which of format 1's implementations to follow where they differ\n"
              "(default: write rust, read the one that fits)"},
    OptionRow{Id::format, 0, "format", "1|2", kFiles | kCompress | kCompat,
              "format to write. 2: czip's; 1: compress.zip's CZIPv1\n"
              "(default: the model's format); both are read"},
    OptionRow{Id::simd, 0, "simd", "LEVEL",
              kCoders | kVerify | kSelftest | kLenses | kAppend | kRepack,
              "instruction set to use, as with CZIP_SIMD; it never changes a\n"
              "result"},
    OptionRow{Id::quiet, 'q', "quiet", nullptr, kEvery, "print only errors"},
    OptionRow{Id::verbose, 'v', "verbose", nullptr, kEvery, "print more: tokens, times, dialect"},
    OptionRow{Id::help, 'h', "help", nullptr, kEvery,
              "print this text; czip help TOPIC tells more"},
    OptionRow{Id::version, 'V', "version", nullptr, kEvery, "print the version"},
};

}  // namespace

std::span<const OptionRow> option_table() { return kOptions; }

}  // namespace czip::tool

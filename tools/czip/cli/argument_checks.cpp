#include "cli/argument_checks.hpp"

#include <array>
#include <string>
#include <utility>

#include "base/errors.hpp"
#include "cli/arguments.hpp"
#include "cli/command.hpp"
#include "cli/option_errors.hpp"
#include "czip/base/utf8.hpp"

namespace czip::tool {
namespace {

// A czip-model-v1 is a network alone, and its shape is fixed.
Status check_training_v1(const Arguments& arguments) {
  const NetworkArguments& network = arguments.network_training;
  struct Given {
    const char* option;
    bool is_given;
  };
  const std::array of_format_2{Given{"--from", !arguments.from.empty()},
                               Given{"--network", !arguments.network.empty()},
                               Given{"--save-network", !network.save.empty()},
                               Given{"--network-size", !network.size.empty()},
                               Given{"--vocabulary", arguments.vocabulary != 0},
                               Given{"--prior-size", arguments.prior_bytes != 0},
                               Given{"--epochs", arguments.epochs != 1}};
  for (const Given& given : of_format_2)
    if (given.is_given)
      return usage_error(std::string(given.option) +
                         " belongs to format 2 and has no meaning with --format 1; leave it out");
  if (!network.wanted())
    return usage_error("--format 1 trains a network, and needs --minutes or --tokens");
  return {};
}

// A model's metadata are JSON.
Status check_description(const ModelDescription& about) {
  const std::array texts{
      std::pair{"--name", &about.name}, std::pair{"--description", &about.description},
      std::pair{"--license", &about.license}, std::pair{"--training-data", &about.training_data}};
  for (const auto& [option, text] : texts)
    if (valid_utf8_prefix(*text) != text->size())
      return usage_error(std::string(option) + " must be UTF-8");
  return {};
}

Status check_import(const Arguments& arguments) {
  CZIP_TRY(check_description(arguments.description));
  if (arguments.files.size() != 1 || arguments.files.front() == "-")
    return usage_error("import needs one model, a file or a folder; see czip import --help");
  if (arguments.output == "-")
    return usage_error("import writes a file; name it with -o, and not -");
  return {};
}

Status check_training(const Arguments& arguments) {
  CZIP_TRY(check_description(arguments.description));
  if (arguments.files.empty() || arguments.output.empty() || arguments.output == "-")
    return usage_error("train needs texts and -o MODEL; see czip train --help");
  const NetworkArguments& network = arguments.network_training;
  if (arguments.format == 1) {
    CZIP_TRY(check_training_v1(arguments));
  }
  if (!arguments.network.empty() && arguments.from.empty())
    return usage_error("--network FILE needs --from MODEL");
  if (!arguments.network.empty() && !network.size.empty())
    return usage_error("a network of --network has its own size; leave out --network-size");
  if (!network.wanted() &&
      (network.seed != 1 || !(network.size + arguments.checkpoint + network.save).empty()))
    return usage_error(
        "--seed, --network-size, --checkpoint and --save-network need --minutes or --tokens");
  if (!arguments.from.empty() &&
      (arguments.vocabulary != 0 || arguments.prior_bytes != 0 || arguments.epochs != 1))
    return usage_error(
        "--from sets the tokens, the prior and the recurrent network; leave out --vocabulary, "
        "--prior-size and --epochs");
  return {};
}

// A checkpoint of compressing is of one file, and of format 2.
Status check_checkpoint(const Arguments& arguments) {
  if (arguments.resume && arguments.checkpoint.empty())
    return usage_error("--resume needs --checkpoint FILE");
  if (arguments.checkpoint.empty() || arguments.command == Command::train) return {};
  if (arguments.command != Command::compress)
    return usage_error("--checkpoint is of compressing; leave it out");
  if (arguments.files.size() != 1 || arguments.recursive || arguments.interactive ||
      arguments.message)
    return usage_error("--checkpoint is of the compression of one file; name one");
  return arguments.format == 1
             ? usage_error("--checkpoint belongs to format 2; leave it out, or --format 1")
             : Status{};
}

// --text and -i take no files and print.
Status check_messages(const Arguments& arguments) {
  if (!arguments.interactive && !arguments.message) return {};
  const std::string option = arguments.interactive ? "-i" : "--text";
  if (arguments.interactive && arguments.message)
    return usage_error("-i reads what is typed; leave out --text");
  if (arguments.interactive && arguments.command == Command::decompress)
    return usage_error("-i compresses texts and decompresses base64; leave out -d");
  if (arguments.command != Command::compress && arguments.command != Command::decompress)
    return usage_error(option + " goes with neither -t nor -l");
  if (!arguments.files.empty())
    return usage_error(option + " takes no files" +
                       (arguments.interactive
                            ? "; compress.zip's "
                              "command line, with -i IN, begins with compress or decompress"
                            : ""));
  if (!arguments.output.empty() && arguments.output != "-")
    return usage_error(option + " prints to standard output; leave out -o, or redirect it");
  if (arguments.recursive || arguments.remove_input || arguments.range || arguments.salvage ||
      arguments.recovery != 0 || arguments.block_bytes != 0)
    return usage_error(option +
                       " is of one message, without -r, --rm, --range, --salvage, "
                       "--recovery and --block-size");
  return {};
}

Status check_inspection(const Arguments& arguments) {
  if (int{arguments.html} + int{arguments.json} + int{arguments.csv} > 1)
    return usage_error("--html, --json and --csv are different forms; choose one");
  if (arguments.models.size() + (arguments.against_model.empty() ? 0 : 1) > 2)
    return usage_error("inspect compares two models; leave the others out");
  const bool one_text = arguments.files.size() <= 1 && !arguments.recursive;
  if (arguments.html && !one_text) return usage_error("--html shows one text; name one file");
  if (!arguments.output.empty() && !arguments.html)
    return usage_error("-o needs --html; redirect other reports");
  return {};
}

Status check_records(const Arguments& arguments) {
  if (arguments.records && arguments.command != Command::train) {
    if (arguments.command != Command::compress)
      return usage_error("--records is of compressing; a file of records says what they are");
    if (arguments.format == 1 || arguments.recursive || arguments.interactive ||
        arguments.message || arguments.block_bytes != 0 || !arguments.checkpoint.empty())
      return usage_error(
          "--records compresses files of format 2, without -r, --text, -i, --block-size and "
          "--checkpoint");
  }
  if (!arguments.record) return {};
  if (arguments.command != Command::decompress || arguments.files.size() > 1 ||
      arguments.remove_input)
    return usage_error("--record needs the decompression of one file, without --rm");
  if (arguments.range || arguments.salvage || arguments.message || !arguments.members.empty())
    return usage_error("--record goes with neither --range, --salvage nor --text");
  return {};
}

}  // namespace

Status check_arguments(const Arguments& arguments) {
  CZIP_TRY(check_messages(arguments));
  CZIP_TRY(check_checkpoint(arguments));
  CZIP_TRY(check_records(arguments));
  const bool writes =
      arguments.command == Command::compress || arguments.command == Command::decompress;
  if (arguments.compat && arguments.files.size() != 1)
    return usage_error("with -i IN, no other file can be named; see czip compress --help");
  if (arguments.compat && arguments.output.empty()) return usage_error("-i IN needs -o OUT");
  if (arguments.remove_input && !writes)
    return usage_error("--rm needs a command that writes a file; leave it out");
  if (arguments.remove_input && !arguments.verify)
    return usage_error("--rm needs the verification; leave out --no-verify");
  if (arguments.command == Command::verify && arguments.files.size() != 1)
    return usage_error("verify needs one model; see czip verify --help");
  if (arguments.against.empty() != arguments.text.empty())
    return usage_error("--against FILE and --text TEXT go together");
  if (arguments.command == Command::selftest && !arguments.files.empty())
    return usage_error("selftest takes no files");
  if (arguments.command == Command::train) {
    CZIP_TRY(check_training(arguments));
  }
  if (arguments.command == Command::import_model) CZIP_TRY(check_import(arguments));
  if (arguments.command == Command::inspect) CZIP_TRY(check_inspection(arguments));
  if (int{arguments.json} + int{arguments.csv} + int{arguments.svg} > 1)
    return usage_error("--json, --csv and --svg are different forms; choose one");
  if (arguments.command == Command::compare && arguments.files.size() < 2)
    return usage_error("compare needs two or more files or folders; see czip compare --help");
  if (arguments.command == Command::compare && arguments.json && !arguments.output.empty())
    return usage_error("-o goes with --svg, --csv and the table; redirect --json");
  if (arguments.command == Command::classify &&
      (arguments.train.empty() || arguments.files.empty()))
    return usage_error("classify needs --train DIR and files; see czip classify --help");
  if (arguments.command == Command::bench && arguments.files.empty())
    return usage_error("bench needs a file; see czip bench --help");
  const bool decompresses = arguments.command == Command::decompress;
  if (arguments.range && (!decompresses || arguments.files.size() > 1 || arguments.remove_input))
    return usage_error("--range needs the decompression of one file, without --rm");
  if (arguments.range && !arguments.files.empty() && arguments.output.empty())
    return usage_error("--range needs -c or -o FILE");
  if (arguments.salvage && !decompresses && arguments.command != Command::test)
    return usage_error("--salvage needs -d or -t");
  if (arguments.salvage && (arguments.remove_input || arguments.range))
    return usage_error("--salvage goes with neither --rm nor --range");
  if (arguments.skip_lost && !arguments.salvage) return usage_error("--skip needs --salvage");
  const bool packs = arguments.recursive || arguments.command == Command::append;
  const bool selects =
      decompresses || arguments.command == Command::test || arguments.command == Command::list;
  if (!arguments.files_from.empty() && !packs && !(selects && !arguments.files.empty()))
    return usage_error("--files-from goes with -r, -a, or an archive");
  if (arguments.command == Command::append && arguments.files.empty())
    return usage_error("-a needs an archive and what to append: czip -a ARCHIVE PATH...");
  if (arguments.command == Command::append && arguments.files.size() == 1 &&
      arguments.files_from.empty())
    return usage_error("-a needs what to append: czip -a ARCHIVE PATH...");
  if (arguments.update &&
      (arguments.recursive || arguments.command != Command::compress || !arguments.output.empty()))
    return usage_error("-u compresses single files; to update an archive, use -a");
  return arguments.json ? check_option_of_mode(arguments.command, "--json") : Status{};
}

}  // namespace czip::tool

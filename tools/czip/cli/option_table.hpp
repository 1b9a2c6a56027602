// The table of options: what the parser accepts and what the help prints, in one place.
#pragma once

#include <cstdint>
#include <span>

namespace czip::tool {

enum class OptionId : std::uint8_t {
  against,
  base64,
  against_model,
  append,
  at,
  best,
  block_size,
  candidates,
  checkpoint,
  codec,
  compress,
  csv,
  decompress,
  description,
  detail,
  dialect,
  epochs,
  exclude,
  expect_hash,
  fast,
  files_from,
  force,
  format,
  from,
  help,
  html,
  include,
  input,
  interactive,
  json,
  keep,
  level,
  license,
  level_digit,
  list,
  max_output,
  memory,
  message,
  minutes,
  model,
  name,
  network,
  network_size,
  newer,
  no_progress,
  no_verify,
  numeric_owner,
  one_file_system,
  output,
  owners,
  prior_size,
  quiet,
  range,
  record,
  records,
  recovery,
  recursive,
  remove,
  repack,
  resume,
  salvage,
  save_network,
  seed,
  simd,
  skip,
  stdout_,
  svg,
  test,
  text,
  threads,
  tokenizer,
  tokens,
  train,
  training_data,
  update,
  verbose,
  version,
  vocabulary,
  xattrs,
};

struct OptionRow {
  OptionId id;
  char short_name;              // 0: none
  const char* long_name;        // null: none
  const char* argument;         // null: takes none
  unsigned commands;            // bits of Command
  const char* help;             // null: not listed
  const char* label = nullptr;  // listed under this name instead
};

[[nodiscard]] std::span<const OptionRow> option_table();

}  // namespace czip::tool

#!/usr/bin/env bash
# Every number of a format stands in one place; tests and the reference decoder have their own.
#  1. Each number listed here is written in one file of its folder.
#  2. No constant of a namespace has the name and value of one in another file. Excepted are v1 and v2, which are apart,
#     and how much code works on at a time (kBlock, kPart), which is no matter of a format.
#  3. No constant or type of the same full name stands in two files (the one-definition rule).
source "$(dirname "$0")/gate.sh"

# NUMBER FOLDER WHAT; a folder is a regular expression, and "." is all of them. (The generator of codec/src/signature
# has the multiplier of the hashes for its increment.)
numbers='
8388608            .       numerator of RMSNorm (v1): 2^15 * 2^8
378194             .       attention softmax, coefficient of exp2 (v1)
37819              .       output softmax, usual coefficient (v1)
1022               .       id of <|bos|> (v1)
16777619           .       FNV
0x5bd1e995         .       hash of the last two tokens (v2)
0x1b873593         .       hash of the last two tokens (v2)
132104             .       bound of the sum of magnitudes of a row (v2)
0x9e3779b97f4a7c15 codec/(include|src/v) hash of contexts (v2)
0x632be59bd9b4e019 .       hash of contexts (v2)
0xfd2fb528         .       magic number of zstd
'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# FILE<tab>LINE<tab>CODE without comments, contents of strings and digit separators.
# shellcheck disable=SC2016  # awk's own
sources | grep -vE '^(tests|conformance)/' | xargs awk '{
  code = $0
  gsub(/"([^"\\]|\\.)*"/, "\"\"", code)
  sub(/\/\/.*/, "", code)
  while (match(code, /[0-9a-fA-F]\047[0-9a-fA-F]/)) code = substr(code, 1, RSTART) substr(code, RSTART + 2)
  print FILENAME "\t" FNR "\t" code
}' > "$work/code"

{
  while read -r number folder what; do
    [ -n "$number" ] || continue
    [ "$folder" = . ] && folder=''
    grep -E "^$folder" "$work/code" | grep -iE "(^|[^0-9a-z_.])${number}(u|l|ul|ull|lu|llu)?([^0-9a-z_.]|\$)" |
      cut -f1 | sort -u > "$work/files" || true
    [ "$(wc -l < "$work/files")" -le 1 ] || echo "$number, $what: in $(paste -sd' ' "$work/files")"
  done <<< "$numbers"

  # Declarations at the margin are those of a namespace.
  awk -F '\t' '
    $1 != file {
      file = $1
      scope = ""
      version = match(file, /\/v[12]\//) ? substr(file, RSTART, 3) : ""
    }
    $3 ~ /^namespace/ { split($3, words, /[ {]+/); scope = words[2] == "" ? "anonymous" : words[2] }
    $3 ~ /^(inline |static )?constexpr [^(]*=/ {
      name = $3; sub(/ *(=|\[|{).*/, "", name); sub(/.*[ *&]/, "", name)
      value = $3; sub(/^[^=]*= */, "", value); sub(/;.*/, "", value); gsub(/[UuLl]+$/, "", value)
      if (name !~ /^k(Block|Part)$/ && value != "" && value !~ /^[0-9.]$/) {
        key = name " = " value version
        if (key in first && first[key] != file) print name " = " value ": in " first[key] " and " file
        else first[key] = file
      }
      if (scope != "anonymous") declared(name)
    }
    $3 ~ /^(struct|class|enum class) [A-Za-z0-9_:]+[^;]*\{/ && scope != "anonymous" {
      name = $3; sub(/^(struct|class|enum class) /, "", name); sub(/[^A-Za-z0-9_:].*/, "", name)
      declared(name)
    }
    function declared(name,   full) {
      full = scope "::" name
      if (full in owner && owner[full] != file) print full ": declared in " owner[full] " and " file
      else owner[full] = file
    }' "$work/code"
} | sort -u | findings constants

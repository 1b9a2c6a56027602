#!/usr/bin/env bash
# Who may include whom:
#  - A library's src/ is private: only its own sources and the tests in its mirrored folder (tests/LIBRARY) include
#    it (of fuzz, tests/fuzz/LIBRARY). Of the other tests, benchmarks sees the inside of engine, support and conformance that of codec.
#  - Libraries include the public headers of the libraries below them only: engine < tokenizer < codec < training
#    and import < tools; of engine, the tokenizer sees only base.
#  - The package for Python includes czip.h alone, but for train.cpp: czip.h does not train.
#  - Nothing of v1 includes v2 or the other way round. What both share (base, simd, safetensors, bpe, io, nn) includes
#    neither, but for the tables of what is compiled for each instruction set, which all versions ask for their kernels.
#  - Folders, public and private part taken together, do not include each other in a circle. (A folder and the folders
#    in it are one thing.)
#  - The reference decoder (conformance/decoder) includes nothing of czip. The core's program (conformance/core) shows
#    both at work: czip by public headers, and the decoder from one file, which includes nothing of czip. Tests may use
#    that file, too.
# shellcheck source=gate.sh
source "$(dirname "$0")/gate.sh"

# FILE INCLUDED, for every #include "..."; <czip/...> would pass by unseen, and is taken for one.
includes() {
  sources | xargs grep -HoE '^[[:space:]]*#[[:space:]]*include[[:space:]]*("[^"]*"|<czip/[^>]*>)' |
    sed -E 's/^([^:]*):[^"<]*["<]([^">]*)[">]$/\1 \2/'
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sources > "$work/files"
includes > "$work/includes"
awk '
  function folder(path) { sub(/\/[^\/]*$/, "", path); return path }
  function library(path) {  # whose file this is
    if (path ~ /^models\/training\//) return "training"
    if (path ~ /^models\/import\//) return "import"
    if (path ~ /^conformance\/decoder\//) return "decoder"
    if (path ~ /^conformance\/core\//) return "core"
    sub(/\/.*/, "", path)
    return path
  }
  function source_root(lib) {
    return lib == "training" || lib == "import" ? "models/" lib "/src" : lib == "tools" ? "tools/czip" : lib "/src"
  }
  function mirrored(path) {  # the library that a test sees the inside of
    if (path !~ /^tests\//) return ""
    split(path, parts, "/")
    if (parts[2] == "benchmarks") return "engine"
    if (parts[2] == "fuzz") parts[2] = parts[3]
    if (parts[2] == "models") return "training"
    if (parts[2] == "support" || parts[2] == "conformance") return "codec"  # files that czip itself does not write
    return parts[2]
  }
  function find_file(file, name,   candidates, count, i) {
    count = split(folder(file) "/" name " " source_root(library(file)) "/" name " tests/" name " conformance/" name " " \
      source_root(mirrored(file)) "/" name " engine/include/" name " tokenizer/include/" name " codec/include/" name \
      " models/training/include/" name " models/import/include/" name " engine/src/" name " tokenizer/src/" name \
      " codec/src/" name " models/training/src/" name " models/import/src/" name " tools/czip/" name, candidates, " ")
    for (i = 1; i <= count; i++) if (candidates[i] in exists) return candidates[i]
    return ""
  }
  function module(path,   lib) {  # folder, with src/ and include/czip/LIBRARY/ taken for one
    lib = library(path)
    path = folder(path)
    sub(/^models\/training/, "training", path)
    sub(/^models\/import/, "import", path)
    sub(/\/src(\/|$)/, "/", path)
    sub(/\/include\/czip\/base/, "/base", path)
    sub(/\/include\/czip\/[a-z]*/, "/", path)
    gsub(/\/\/+/, "/", path)
    sub(/\/$/, "", path)
    return path
  }
  function nested(a, b) { return index(a "/", b "/") == 1 || index(b "/", a "/") == 1 }
  function version(path) { return match(path, /\/v[12]\//) ? substr(path, RSTART + 1, 2) : "" }
  function table(path) { return path ~ /\/simd\/(isa_[a-z0-9_]*|kernel_set|registry)\.|\/nn\/kernel_tables\./ }
  function shared(path) { return path ~ /\/(base|simd|safetensors|bpe|io|nn)\// }
  function finding(why) { print $1 " includes " $2 ": " why }

  BEGIN {
    rank["engine"] = 1; rank["tokenizer"] = 2; rank["codec"] = 3; rank["models"] = 3; rank["training"] = 4
    rank["import"] = 4
    rank["tools"] = 5; rank["core"] = 5; rank["tests"] = 6
  }
  FNR == NR { exists[$1] = 1; next }
  {
    target = find_file($1, $2)
    from = library($1)
    to = library(target)
    if (from == "decoder") {
      if (to != "decoder") finding("the reference decoder shares nothing with czip")
      next
    }
    if (target == "") { finding("no such file in the tree"); next }
    if (from == "core" && (to == "core" || (to == "decoder" && $1 == "conformance/core/reference.cpp"))) next
    if ($1 == "conformance/core/reference.cpp") { finding("the side of the decoder includes nothing of czip"); next }
    if (to == "decoder") { finding("the reference decoder shares nothing with czip"); next }
    if ($1 ~ /^tools\/python\// && $1 != "tools/python/src/train.cpp" && folder(target) != folder($1)) finding("the package for Python sees czip.h alone")
    private = target !~ /\/include\// && (to in rank) && to != "tests" && target != "conformance/core/reference.hpp"
    if (private && to != from && !(from == "tests" && mirrored($1) == to)) finding("private to " to)
    if (rank[to] > rank[from]) finding(to " is above " from)
    if (from == "tokenizer" && to == "engine" && target !~ /\/czip\/base\//)
      finding("of engine, tokenizer sees only base")
    if (from == "tests" && $1 !~ /^tests\/(engine|tokenizer|codec|models|import)\//) next
    if (from == to && version($1) != "" && version(target) != "" && version($1) != version(target) && from != "tests")
      finding(version($1) " and " version(target) " know nothing of each other")
    if (from == to && from != "tests" && shared($1) && !table($1) && version($1) == "" && version(target) != "")
      finding("shared by all versions, so it includes none")
    if (from == to && from != "tests" && !table($1) && !nested(module($1), module(target))) {
      edge[module($1), module(target)] = $1 " -> " $2
      modules[module($1)]; modules[module(target)]
    }
  }
  END {  # reachable by any path: two folders that reach each other are in a circle
    for (pair in edge) reach[pair] = 1
    for (via in modules) for (a in modules) if ((a, via) in reach)
      for (b in modules) if ((via, b) in reach) reach[a, b] = 1
    for (pair in edge) {
      split(pair, ends, SUBSEP)
      if ((ends[2], ends[1]) in reach) print "in a circle: " ends[1] " and " ends[2] " (" edge[pair] ")"
    }
  }' "$work/files" "$work/includes" > "$work/findings"

sort "$work/findings" | findings borders

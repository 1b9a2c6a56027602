#!/usr/bin/env bash
# Whatever a document names exists: links and their #anchors, paths and file names in `code`, scripts in blocks of
# commands, sections of pages; and the pages, sections and scripts that comments of the sources name. Prints one line
# for each that does not.
# What is not checked: other sites, build folders, ../shared, and names with placeholders (FILE, DIR, vN).
# shellcheck source=gate.sh
source "$(dirname "$0")/gate.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

find . -name .git -prune -o -path "./build*" -prune -o -type f -print | sed 's|^\./||' | LC_ALL=C sort > "$work/files"
sed 's|.*/||' "$work/files" | LC_ALL=C sort -u > "$work/names"
grep '\.md$' "$work/files" > "$work/documents"

# FILE LINE KIND NAME, for every name in the documents.
# shellcheck disable=SC2016  # the backticks are Markdown's
xargs awk '
  function found(kind, name) { print FILENAME "\t" FNR "\t" kind "\t" name }
  FNR == 1 { fenced = 0 }
  /^```/ { fenced = !fenced; next }
  fenced {
    count = split($0, words, /[^A-Za-z0-9_.\/-]+/)
    for (i = 1; i <= count; i++)
      if (words[i] ~ /^(tools|tests|conformance|models|engine|tokenizer|codec)\/[A-Za-z0-9_.\/-]*[A-Za-z0-9]$/)
        found("path", words[i])
    next
  }
  {
    line = $0
    while (match(line, /\]\([^) ]+\)/)) {
      target = substr(line, RSTART + 2, RLENGTH - 3)
      line = substr(line, RSTART + RLENGTH)
      if (target !~ /^[a-z]+:/) found("link", target)
    }
    line = $0
    while (match(line, /`[^`]+`/)) {
      code = substr(line, RSTART + 1, RLENGTH - 2)
      line = substr(line, RSTART + RLENGTH)
      sub(/[ :].*/, "", code)
      if (code ~ /^[A-Za-z0-9_.*\/-]+$/) found("code", code)
    }
  }' < "$work/documents" > "$work/mentions"
# Comments of the sources name pages and scripts.
grep -E '\.([ch]pp|sh|txt|cmake)$' "$work/files" |
  xargs grep -HnE '(//|#).*(conformance|tools|tests|models)/[A-Za-z0-9_/-]+\.(md|sh)' |
  awk '{
    match($0, /^[^:]*:[0-9]*:/)
    split(substr($0, 1, RLENGTH), at, ":")
    comment = substr($0, RLENGTH + 1)
    sub(/^.*(\/\/|#)/, " ", comment)
    while (match(comment, /[^A-Za-z0-9_.\/}-](conformance|tools|tests|models)\/[A-Za-z0-9_\/-]+\.(md|sh)/)) {
      print at[1] "\t" at[2] "\tpath\t" substr(comment, RSTART + 1, RLENGTH - 1)
      comment = substr(comment, RSTART + RLENGTH)
    }
  }' >> "$work/mentions"

# FILE LINE "section" PAGE SECTION: sections by number or by "title", in documents and comments; a reference may go on
# in the next line.
# shellcheck disable=SC2016
grep -E '\.([ch]pp|sh|md)$' "$work/files" |
  xargs awk '
    function flush(   rest) {
      rest = text
      while (match(rest, /czip-[a-z0-9-]+\.md\)?, (section [0-9]+|"[^"]+")/)) {
        reference = substr(rest, RSTART, RLENGTH)
        rest = substr(rest, RSTART + RLENGTH)
        page = reference; sub(/\.md.*/, ".md", page)
        part = reference; sub(/^[^,]*, /, "", part)
        print file "\t" line "\tsection\t" page "\t" part
      }
      text = ""
    }
    FNR == 1 { flush(); file = FILENAME; markdown = FILENAME ~ /\.md$/ }
    {
      content = $0
      if (!markdown && !sub(/^ *(\/\/|#) ?/, "", content)) content = ""
      if (content == "") { flush(); next }
      if (text == "") line = FNR
      text = text " " content
    }
    END { flush() }' >> "$work/mentions"

exists() {  # NAME FOLDER: from the root, or from the document's folder; with * any match
  compgen -G "$1" > /dev/null || compgen -G "$2/$1" > /dev/null
}
anchors() {  # DOCUMENT: those that its headings have
  grep -E '^#+ ' "$1" | sed -E 's/^#+ +//; s/.*/\L&/; s/[^a-z0-9 _-]//g; s/ /-/g'
}
report() { printf '%s:%s: %s\n' "$1" "$2" "$3"; }
while IFS=$'\t' read -r file line kind name part; do
  folder=$(dirname "$file")
  case $kind in
    link)
      target=${name%%#*}
      if [ -n "$target" ] && [ ! -e "$folder/$target" ]; then
        report "$file" "$line" "no such file: $name"
      elif [[ $name == *#* ]] && ! anchors "${target:+$folder/}${target:-$file}" | grep -qxF -- "${name#*#}"; then
        report "$file" "$line" "no such heading: $name"
      fi
      ;;
    section)
      case $part in
        section*) heading="^#+ ${part#section }\\. " ;;
        *) heading="^(#+ .*|\\*\\*| +)${part//\"/}" ;;  # of a heading, a paragraph or a formula
      esac
      if [ ! -e "conformance/$name" ] || ! grep -qE -- "$heading" "conformance/$name"; then
        report "$file" "$line" "no such section: $name, $part"
      fi
      ;;
    path)
      [[ $name == *[A-Z][A-Z]* ]] || exists "$name" "$folder" || report "$file" "$line" "no such path: $name"
      ;;
    code)
      case $name in
        # Not paths of the project: options, placeholders, other trees.
        -* | /* | ../* | build/* | valid/* | *[A-Z]* | *vN* | *...* | *//*) ;;
        */*) exists "$name" "$folder" || report "$file" "$line" "no such path: $name" ;;
        \**) ;;
        *.hpp | *.cpp | *.sh | *.md | *.czm | *.cmake)
          pattern=${name//./\\.}
          grep -qx -- "${pattern//\*/.*}" "$work/names" || report "$file" "$line" "no file of this name: $name"
          ;;
      esac
      ;;
  esac
done < "$work/mentions" | findings links

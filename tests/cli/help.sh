# Help, manual page and completions as people and shells use them.
source "$(dirname "$0")/common.sh"

# Each topic that the general page names is there, and each command's own page.
expect 0 "$CZIP" help >general; silent
mapfile -t commands < <(sed -n '/^Commands:/,/^czip help/s/^  \([a-z]*\) .*/\1/p' general)
[ ${#commands[@]} -ge 10 ] || fail "commands: ${commands[*]}"
for topic in "${commands[@]}" levels exit-status environment; do
  expect 0 "$CZIP" help "$topic" >page; silent
  [ -s page ] || fail "no page: $topic"
done
for command in "${commands[@]}"; do
  expect 0 "$CZIP" help "$command" >page
  expect 0 "$CZIP" "$command" --help | cmp - page
  grep -q '^Examples:$' page || fail "no examples: $command"
  # Every command line of the examples is one that this czip takes: its options exist.
  sed -n '/^Examples:$/,/^Exit/s/^  \(czip .*\)/\1/p' page | grep -oE -- ' --[a-z-]+' | sort -u >used || true
  while read -r option; do
    grep -q -- "$option\b" page general || fail "$command: an example with $option, which no page has"
  done <used
done
for command in decompress test list; do
  "$CZIP" help "$command" | grep -q "^ *czip $command .*MEMBER\.\.\.$" || fail "no members of archives: $command"
done
expect 0 "$CZIP" help -6 >page; silent; grep -q '^  -1 \.\.\. -9 ' page || fail 'a level has no text'
expect 0 "$CZIP" help level >page; silent; grep -q '^  level  contexts' page || fail 'levels'
expect 1 "$CZIP" help archive; one_line; stderr_has 'czip help list, append, repack'
tr -s ' \n' ' ' <general | grep -q -- '-a, --append [^:]*, and drop what is gone:' || fail '-a does not tell what it drops'
"$CZIP" help decompress | tr '\n' ' ' >page
grep -q 'beside it or in the directory of -o' page || fail 'decompress does not tell where an archive goes'
expect 1 "$CZIP" help nonsense; one_line; stderr_has 'levels, exit-status'
expect 1 "$CZIP" help list test; one_line; stderr_has 'one topic'
expect 1 "$CZIP" help --completion ksh; one_line; stderr_has 'bash, zsh or fish'
expect 1 "$CZIP" list --minutes 3 x; one_line; stderr_has 'czip list has no option --minutes, but czip train has'
expect 1 "$CZIP" hlep; one_line; stderr_has "did you mean 'czip help'?"
expect 1 "$CZIP" modle; one_line; stderr_has "did you mean 'czip model'?"

# The manual pages are such that man's own programs take them without a word, and have what the help has.
mkdir man1
"$CZIP" help --man >man1/czip.1
for command in "${commands[@]}"; do
  expect 0 "$CZIP" help --man "$command" >"man1/czip-$command.1"; silent
done
for page in man1/*; do
  expect 0 groff -man -Tutf8 -ww -P-cbou "$page" >man.txt; silent
  expect 0 mandoc -Tlint -Werror "$page"
  name=$(basename "$page" .1)
  grep -q "^${name^^}(1) .*User Commands" man.txt || fail "no title: $page"
  sed -n '/^SEE ALSO/,$p' man.txt | grep -q 'czip-list(1)\|czip(1)' || fail "no other pages: $page"
done
expect 1 "$CZIP" help --man trian; one_line; stderr_has "did you mean 'czip train'?"

# bash completes commands, options, values and files.
expect 0 "$CZIP" help --completion bash >completion.bash; silent
touch letter.txt
# completed WORD...: what the last word can become, in a line.
completed() {
  bash -c 'source ./completion.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); compopt() { :; }
    _czip; echo "${COMPREPLY[*]}"' bash "$@"
}
gives() { # WANTED WORD...
  local wanted=$1
  shift
  [ "$(completed "$@")" = "$wanted" ] || fail "'$*' gives '$(completed "$@")' instead of '$wanted'"
}
gives 'train' czip tra
gives 'list letter.txt' czip l
gives '--salvage' czip -d --sal
gives '--salvage' czip decompress --sal
gives '' czip list --sal
gives '--minutes' czip train --minu
gives 'brotli zstd' czip --codec ''
gives 'brotli' czip --codec = b
gives 'small base large' czip train --network-size ''
gives '' czip -m le
gives 'exit-status' czip help exi
gives '' czip list le

# zsh and fish take theirs.
expect 0 "$CZIP" help --completion zsh >_czip; silent
expect 0 zsh -n _czip
expect 0 "$CZIP" help --completion fish >czip.fish; silent
expect 0 fish -n czip.fish
fish -c 'source czip.fish; complete -C "czip decompress --sal"' >fish.txt
grep -q '^--salvage' fish.txt || fail "fish: $(cat fish.txt)"
clean

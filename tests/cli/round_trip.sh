# Files of all kinds come back, by every way of naming them.
source "$(dirname "$0")/common.sh"
: >empty
printf a >one
text 40 >text.txt
binary 3000 >binary
printf 'caf\xe9 \xff\xfe\n' >latin1
printf '<|bos|>x<|eos|>' >special

for name in empty one text.txt binary latin1 special; do
  for codec in brotli zstd; do
    expect 0 "$CZIP" compress -m "$MODEL" --codec $codec $name; silent
    mv $name $name.before
    expect 0 "$CZIP" decompress -m "$MODEL" $name.czip; silent
    same $name $name.before
    expect 0 "$CZIP" test -m "$MODEL" $name.czip; silent
    rm $name.czip $name.before
  done
done

# Standard input and output.
expect 0 "$CZIP" -c -m "$MODEL" <text.txt >1.czip; silent
expect 0 "$CZIP" -m "$MODEL" - <text.txt >2.czip
cat text.txt | expect 0 "$CZIP" compress -m "$MODEL" >3.czip
expect 0 "$CZIP" -kc -m "$MODEL" text.txt >4.czip
expect 0 "$CZIP" -m "$MODEL" -o 5.czip text.txt
expect 0 "$CZIP" -m "$MODEL" -o - text.txt >6.czip
expect 0 "$CZIP" -m "$MODEL" -o 7.czip <text.txt
expect 0 "$CZIP" -m "$MODEL" -f -o /dev/stdout text.txt | cat >8.czip
for i in 2 3 4 5 6 7 8; do same 1.czip $i.czip; done
expect 0 "$CZIP" -dc -m "$MODEL" <1.czip | cmp - text.txt
cat 1.czip | expect 0 "$CZIP" -d -m "$MODEL" | cmp - text.txt
expect 0 "$CZIP" -dc -m "$MODEL" 1.czip | cmp - text.txt
expect 0 "$CZIP" decompress -m "$MODEL" - <1.czip | cmp - text.txt
expect 0 "$CZIP" -d -m "$MODEL" -o out 1.czip; same out text.txt
expect 0 "$CZIP" -d -m "$MODEL" -o /dev/null 1.czip
[ -c /dev/null ] || fail '/dev/null was replaced'
expect 0 "$CZIP" -t -m "$MODEL" <1.czip
cat 1.czip | expect 0 "$CZIP" -t -m "$MODEL" -
# Several to standard output follow each other.
expect 0 "$CZIP" -dc -m "$MODEL" 1.czip 2.czip >twice
cat text.txt text.txt | cmp - twice
# Input from a pipe that is not a compressed file.
printf 'hello' | expect 2 "$CZIP" -dc -m "$MODEL" >out2; one_line
printf 'CZ' | expect 2 "$CZIP" -dc -m "$MODEL" >out2; one_line
[ ! -s out2 ] || fail 'something was written'

# Names: sub-commands, dashes, brackets, spaces, no UTF-8, and a control character in a message.
mkdir names
cd names
for name in list -x '[a,b]' 'a b' $'caf\xe9' '--'; do cp ../text.txt "./$name"; done
expect 0 "$CZIP" -m "$MODEL" -- list -x '[a,b]' 'a b' $'caf\xe9' --
for name in list -x '[a,b]' 'a b' $'caf\xe9' '--'; do
  rm -- "$name"
  expect 0 "$CZIP" -d -m "$MODEL" -- "$name.czip"
  same "./$name" ../text.txt
done
expect 0 "$CZIP" -m "$MODEL" -f ./list
expect 1 "$CZIP" -m "$MODEL" $'no\nsuch\e[31m'; one_line
cd ..

# Options in any order, combined, repeated.
expect 0 "$CZIP" text.txt -fk -T2 -m "$MODEL" -q
expect 0 "$CZIP" -fT 2 -m nowhere -m "$MODEL" text.txt
expect 0 "$CZIP" --threads=2 --model="$MODEL" --force text.txt
expect 0 "$CZIP" -vf -m "$MODEL" text.txt; stderr_has 'text.txt : '; stderr_has tokens/s; stderr_has 'dialect rust'
expect 0 "$CZIP" -tv -m "$MODEL" text.txt.czip; stderr_has good
clean

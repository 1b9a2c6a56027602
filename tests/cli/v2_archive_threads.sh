# The threads that pack, code and unpack an archive hand their bytes to one another through channels: small, for the
# thread sanitizer.
source "$(dirname "$0")/v2_common.sh"
mkdir tree
prose 4711 "$(full_or_fast 150000 80000)" >tree/text
binary 20000 >tree/binary
expect 0 "$CZIP" -r -1 -T3 -m "$MODEL2" tree; silent
expect 0 "$CZIP" -d -T3 -m "$MODEL2" -o place tree.czip; silent
same place/tree/text tree/text
same place/tree/binary tree/binary

# Both sides stop when one fails: the archive ends too early, or nobody reads it.
head -c 30000 tree.czip >cut.czip
expect 2 "$CZIP" -d -T3 -m "$MODEL2" -o place2 cut.czip; one_line
absent place2
expect 2 "$CZIP" -t -T3 -m "$MODEL2" cut.czip; one_line
clean

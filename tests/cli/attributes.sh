# Mode and time of the source stay; new files from standard input follow the umask.
source "$(dirname "$0")/common.sh"
text 5 >a
chmod 640 a
touch -d '2001-02-03 04:05:06.789012345' a
expect 0 "$CZIP" -m "$MODEL" a
attributes() { stat -c '%a %Y %y' "$1"; }
[ "$(attributes a)" = "$(attributes a.czip)" ] || fail "$(attributes a) became $(attributes a.czip)"
mv a before
chmod 400 a.czip
expect 0 "$CZIP" -d -m "$MODEL" a.czip
[ "$(stat -c %a a)" = 400 ] || fail 'mode after decompression'
[ "$(stat -c %y a)" = "$(stat -c %y before)" ] || fail 'time after decompression'
(umask 027; expect 0 "$CZIP" -m "$MODEL" -o new.czip <before)
[ "$(stat -c %a new.czip)" = 640 ] || fail 'umask'
# Special bits are not copied.
chmod 4755 before
expect 0 "$CZIP" -m "$MODEL" before
[ "$(stat -c %a before.czip)" = 755 ] || fail 'special bits'
clean

# Archives and permissions, without root's rights: the umask, what cannot be read, what cannot be replaced.
source "$(dirname "$0")/v2_common.sh"
for_user
expect_user() { expect "$1" as_user "${@:2}"; }

# As tar does, a user's files lose the permissions of the umask, and no others.
as_user mkdir p p/q
as_user sh -c 'echo s >p/f; echo s >p/q/g; chmod 666 p/f; chmod 755 p p/q; chmod 751 p/q/g'
expect_user 0 "$CZIP" -r -m "$MODEL2" p; silent
modes() { (cd "$1" && stat -c '%a' p p/f p/q p/q/g | tr '\n' ' '); }
[ "$(umask 077; as_user "$CZIP" -dq -m "$MODEL2" -o 077 p.czip; modes 077)" = '700 600 700 700 ' ] || fail 'umask 077'
[ "$(umask 022; as_user "$CZIP" -dq -m "$MODEL2" -o 022 p.czip; modes 022)" = '755 644 755 751 ' ] || fail 'umask 022'
[ "$(umask 0; as_user "$CZIP" -dq -m "$MODEL2" -o 0 p.czip; modes 0)" = '755 666 755 751 ' ] || fail 'umask 0'
# Root keeps the modes of the archive.
if [ "$(id -u)" = 0 ]; then
  [ "$(umask 077; "$CZIP" -dq -m "$MODEL2" -o root p.czip; modes root)" = '755 666 755 751 ' ] || fail 'umask of root'
fi
# Folders without an entry of their own are made as mkdir does.
"$HOSTILE" "$MODEL2" implied.czip 0:a/b:x
[ "$(umask 027; as_user "$CZIP" -dq -m "$MODEL2" -o implied implied.czip; stat -c %a implied implied/a | tr '\n' ' ')" = '750 750 ' ] ||
  fail 'a folder without an entry'

# What cannot be replaced leaves everything as it was, also what was replaced before it.
as_user mkdir -p out/p/q
as_user sh -c 'echo old >out/p/f; echo old >out/p/q/g; chmod 555 out/p/q'
expect_user 1 "$CZIP" -df -m "$MODEL2" -o out p.czip; one_line; stderr_has 'cannot put in place out/p/q/g'
[ "$(cat out/p/f out/p/q/g)" = $'old\nold' ] || fail 'half of an archive is in place'
[ "$(ls -A out)" = p ] || fail 'something was left'
as_user chmod 755 out/p/q
expect_user 0 "$CZIP" -df -m "$MODEL2" -o out p.czip; silent
[ "$(cat out/p/f out/p/q/g)" = $'s\ns' ] || fail 'not replaced'
expect_user 1 "$CZIP" -d -m "$MODEL2" -o / p.czip; one_line; stderr_has 'cannot create a folder in /'

# Folders that their owner may not write to, and files that are read-only.
as_user sh -c 'mkdir -p r/s; echo x >r/s/t; chmod 400 r/s/t; chmod 555 r/s r'
expect_user 0 "$CZIP" -r -m "$MODEL2" r; silent
expect_user 0 "$CZIP" -d -m "$MODEL2" -o closed r.czip; silent
[ "$(stat -c %a closed/r closed/r/s closed/r/s/t | tr '\n' ' ')" = '555 555 400 ' ] || fail 'closed folders'

# What cannot be read is left out and named; the rest is packed.
as_user mkdir -p some/closed some/deep
as_user sh -c 'echo a >some/a; echo b >some/b; echo c >some/closed/c; chmod 0 some/b some/closed; echo e >some/deep/e'
expect_user 1 "$CZIP" -rq -m "$MODEL2" some
[ "$(wc -l <"$WORK/.err")" = 2 ] || fail 'not two errors'
stderr_has 'some/b: cannot read, left out: Permission denied'
stderr_has 'some/closed: cannot read, left out: Permission denied'
expect_user 0 "$CZIP" -d -m "$MODEL2" -o some.out some.czip; silent
[ "$(cd some.out && find . | sort | tr '\n' ' ')" = '. ./some ./some/a ./some/deep ./some/deep/e ' ] || fail 'what is left'
expect_user 1 "$CZIP" -rq -m "$MODEL2" some/closed; stderr_has 'nothing of it can be read'; absent some/closed.czip
chmod -R u+rwx .
clean

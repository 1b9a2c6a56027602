# Where the machine refuses threads, everything works with fewer, down to one, and gives the same bytes. Also needs
# REFUSE_THREADS, a library to preload; empty where none can be (sanitizers).
source "$(dirname "$0")/v2_common.sh"
: "${TRAINS_NETWORK:?ON or OFF}"
if [ -z "${REFUSE_THREADS:-}" ]; then
  echo 'note: no library can be preloaded here, so no thread is refused'
  exit
fi
text 16000 >text
documents 30 300 >corpus
mkdir -p tree/a tree/b
cp corpus tree/a/
text 300 >tree/b/text
expect 0 "$CZIP" -1 -o text.ref -m "$MODEL2" text
expect 0 "$CZIP" -1 -o v1.ref -m "$MODEL" corpus
expect 0 "$CZIP" -rq -o tree.ref -m "$MODEL2" tree
expect 0 "$CZIP" train -q --vocabulary 300 -o model.ref corpus

# few COMMAND...: with that many further threads.
few() { expect 0 env LD_PRELOAD="$REFUSE_THREADS" CZIP_TEST_THREADS="$left" "$CZIP" "$@"; silent; }
for left in $(full_or_fast "0 1" 0); do
  few -1 -T4 -o text.czip -m "$MODEL2" text; same text.czip text.ref
  few -d -T4 -o text.back -m "$MODEL2" text.czip; same text.back text
  few -1 -T4 -o v1.czip -m "$MODEL" corpus; same v1.czip v1.ref
  few -d -T4 -o v1.back -m "$MODEL" v1.czip; same v1.back corpus
  few -rq -T4 -o tree.czip -m "$MODEL2" tree; same tree.czip tree.ref
  few -rqc -T4 -m "$MODEL2" tree >tree2.czip; expect 0 "$CZIP" -dc -m "$MODEL2" tree2.czip >tree2.tar
  mkdir out
  few -dq -T4 -o out -m "$MODEL2" tree.czip; diff -r tree out/tree
  few train -q -T4 --vocabulary 300 -o model.czm corpus; same model.czm model.ref
  few verify -q -T4 "$MODEL2"
  rm -r out text.czip text.back v1.czip v1.back tree.czip model.czm
done
if [ "$TRAINS_NETWORK" = ON ]; then
  for left in 0 3; do
    few train -qf -T2 --format 1 --tokens 1 --name x -o "network.$left" corpus
  done
  same network.0 network.3
fi
# An interrupted extraction cleans up also without a thread that waits for signals.
left=0
expect 0 "$CZIP" -rq -1 -o large.czip -m "$MODEL2" tree text
mkdir out
env --default-signal=INT,TERM LD_PRELOAD="$REFUSE_THREADS" CZIP_TEST_THREADS=0 \
  "$CZIP" -d -T1 --simd scalar -o out -m "$MODEL2" large.czip 2>.err &
pid=$!
until [ -n "$(find out -maxdepth 1 -name '.*')" ]; do sleep 0.02; done
kill -TERM $pid
status=0
wait $pid || status=$?
[ $status = 143 ] || fail "status $status after SIGTERM"
[ -z "$(ls -A out)" ] || fail "left behind: $(ls -A out)"
clean

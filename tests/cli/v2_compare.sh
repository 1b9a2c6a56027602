# compare and classify: distances between texts, and the class that predicts a text best.
source "$(dirname "$0")/v2_common.sh"
export CZIP_MODEL_PATH=$WORK/models
# Texts of two kinds: lines with numbers, and prose of two vocabularies.
mkdir -p classes/lines classes/prose new/lines new/prose
for i in 1 2 3; do
  seq "$i" 3 "$((i * 400))" | sed 's/.*/line & of the table, value &&;/' >"classes/lines/$i.txt"
  prose "$i" 4000 >"classes/prose/$i.txt"
done
seq 7 5 900 | sed 's/.*/line & of the table, value &&;/' >new/lines/a.txt
prose 9 1500 >new/prose/b.txt

expect 0 "$CZIP" compare --csv -m tiny classes/*/*.txt >all.csv; silent
[ "$(wc -l <all.csv)" = 7 ] || fail 'lines of CSV'
awk -F, 'NR > 1 { for (i = 2; i <= NF; ++i) d[NR - 1, i - 1] = $i + 0; n = NR - 1 }
  END {
    for (i = 1; i <= n; ++i) {
      if (d[i, i] > 0.35) exit 1
      for (j = 1; j <= n; ++j) {
        if (d[i, j] != d[j, i] || d[i, j] > 1.2) exit 1
        # Within a kind, texts are nearer than to the other kind.
        if (i != j && (i <= 3) == (j <= 3) && d[i, j] >= d[1, 6]) exit 1
      }
    }
  }' all.csv || fail 'distances'
expect 0 "$CZIP" compare -m tiny classes/lines classes/prose new/lines/a.txt >table.txt; silent
grep -q 'classes/prose' table.txt || fail 'folders'
expect 0 "$CZIP" compare --json -T1 -m tiny classes/*/*.txt >one.json; silent; valid_json one.json
expect 0 "$CZIP" compare --json -T3 -m tiny classes/*/*.txt >three.json
same one.json three.json
name='<a>&".txt'
cp new/prose/b.txt "$name"
expect 0 "$CZIP" compare --svg -m tiny -o tree.svg "$name" classes/*/*.txt; silent
! grep -q '<a>' tree.svg || fail 'a name as markup'
[ "$(grep -c '<title>' tree.svg)" = 50 ] || fail 'cells of the heat map'
if command -v python3 >/dev/null; then
  python3 -c 'import xml.dom.minidom; xml.dom.minidom.parse("tree.svg")' || fail 'tree.svg is not XML'
fi
"$CZIP" -q -m tiny -k new/prose/b.txt
expect 0 "$CZIP" compare --csv -m tiny new/prose/b.txt new/prose/b.txt.czip >same.csv; silent
rm new/prose/b.txt.czip
[ "$(sed -n 2p same.csv | cut -d, -f2)" = "$(sed -n 2p same.csv | cut -d, -f3)" ] || fail 'a compressed file'
expect 1 "$CZIP" compare -m tiny -o tree.svg new/*/*.txt; one_line; stderr_has 'not overwritten'
expect 1 "$CZIP" compare -m tiny new/lines/a.txt; one_line
expect 1 "$CZIP" compare -m tiny new/lines/a.txt new/prose/b.txt missing >some.txt; one_line
expect 1 "$CZIP" compare -m "$MODEL" new/lines/a.txt new/prose/b.txt; one_line
expect 1 "$CZIP" compare -m tiny -M 1M new/*/*.txt; one_line
# The texts together are within -M, which each of them alone is.
together=$(cat new/*/*.txt | wc -c)
expect 1 "$CZIP" compare -m tiny -M $((together - 1)) new/*/*.txt; one_line; stderr_has 'texts together'
together=$(cat classes/*/*.txt new/*/*.txt | wc -c)
expect 1 "$CZIP" classify -m tiny -M "$together" --train classes new/*/*.txt; one_line; stderr_has 'texts together'

expect 0 "$CZIP" classify -m tiny --train classes -r new >found.txt; silent
grep -q ' lines  new/lines/a.txt' found.txt || fail 'lines'
grep -q ' prose  new/prose/b.txt' found.txt || fail 'prose'
grep -q '^2 of 2 texts' found.txt || fail 'the folders of their classes'
expect 0 "$CZIP" classify --json -m tiny --train classes new/lines/a.txt >found.json; silent; valid_json found.json
grep -q '"class": "lines"' found.json || fail 'JSON'
expect 0 "$CZIP" classify --csv -m tiny --train classes new/*/*.txt >found.csv; silent
[ "$(wc -l <found.csv)" = 3 ] || fail 'CSV'
expect 1 "$CZIP" classify -m tiny --train classes/lines new/lines/a.txt; one_line; stderr_has 'two classes'
# What may be a class but cannot be read is named; what leads nowhere is none.
ln -s missing classes/nowhere
expect 0 "$CZIP" classify -m tiny --train classes new/lines/a.txt >found.txt; silent
ln -s loop classes/loop
expect 1 "$CZIP" classify -m tiny --train classes new/lines/a.txt; one_line; stderr_has 'classes/loop: cannot read it'
rm classes/loop classes/nowhere
expect 1 "$CZIP" classify -m tiny --train missing new/lines/a.txt; one_line
expect 1 "$CZIP" classify -m tiny new/lines/a.txt; one_line; stderr_has '--train'
expect 1 "$CZIP" classify -m tiny --train classes missing new/lines/a.txt >some.txt; one_line
grep -q ' lines  new/lines/a.txt' some.txt || fail 'the other text'
clean

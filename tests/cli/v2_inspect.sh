# inspect: bits per token as text, JSON, CSV and a page, of texts and compressed files, by one model or two.
source "$(dirname "$0")/v2_common.sh"
prose 7 20000 >a.txt
export CZIP_MODEL_PATH=$WORK/models

# The bits add up to the compressed file: 8 to 15 bytes around a payload.
expect 0 "$CZIP" inspect --json -m tiny -3 a.txt >a.json; silent; valid_json a.json
"$CZIP" -3 -m tiny -c a.txt >a.czip
number() { sed -n "/^ *\"$1\": /{s/[^0-9.]//gp;q}" "$2"; }
bits=$(number bits a.json)
size=$(stat -c %s a.czip)
awk -v bits="$bits" -v size="$size" 'BEGIN { d = size - bits / 8; exit !(d >= 4 && d <= 24) }' ||
  fail "$bits bits, but a file of $size bytes"
awk '/"byte": 0,/ { seen = 1 } seen && /^ *"bits": / { gsub(/[^0-9.]/, ""); sum += $0 } END { print sum }' a.json >sum
awk -v bits="$bits" '{ exit !($1 > bits * 0.9999 && $1 < bits * 1.0001) }' sum || fail "tokens have $(cat sum) bits"
grep -q '"prior": ' a.json || fail 'parts'

# A compressed file is taken as it was coded, with its own model found by its hash, and so is standard input.
expect 0 "$CZIP" inspect --json -m tiny a.czip >b.json; silent
[ "$(number bits b.json)" = "$bits" ] || fail 'bits of the file'
grep -q '"scored_as": "as coded"' b.json || fail 'as coded'
expect 0 "$CZIP" inspect --json -m tiny <a.czip >c.json; silent
[ "$(number bits c.json)" = "$bits" ] || fail 'bits of standard input'
expect 0 "$CZIP" inspect -m other -2 a.czip >other.txt; silent
grep -q 'other, level 2: ' other.txt || fail 'another model and level'
"$CZIP" -m "$MODEL" -1 a.txt -o v1.czip
expect 0 "$CZIP" inspect -m "$MODEL" --detail 100 v1.czip >v1.txt; silent
grep -q 'context of 64 tokens' v1.txt || fail 'CZIPv1 file'

# Text: a summary and lines of tokens, of the beginning only.
expect 0 "$CZIP" inspect -m tiny --detail 1K --candidates 3 a.txt >a.list; silent
grep -q 'bits per byte' a.list || fail 'summary'
grep -q 'saved by' a.list || fail 'parts in text'
grep -q 'more bytes; --detail' a.list || fail 'limit'
printf 'ab\033[31m\xff\xe2\x80\xae=1+1,"x"\n' >hostile.txt
expect 0 "$CZIP" inspect -m tiny hostile.txt >hostile.list; silent
! grep -q "$(printf '\033')" hostile.list || fail 'control characters'

# CSV: a heading, a line for each token, nothing that a spreadsheet computes.
expect 0 "$CZIP" inspect --csv -m tiny --candidates 1 hostile.txt >hostile.csv; silent
head -n 1 hostile.csv | grep -q '^file,model,byte,bytes,token,text,bits,.*,candidate1,candidate1_bits$' || fail heading
! grep -Eq '(^|,)"?[=+@-][^0-9.]' hostile.csv || fail 'a formula'
[ "$(tail -n 1 hostile.csv | cut -d, -f3)" -le "$(stat -c %s hostile.txt)" ] || fail 'positions'

# Two models, of both formats.
expect 0 "$CZIP" inspect --json -m tiny --against-model "$MODEL" --detail 200 a.txt >two.json; silent; valid_json two.json
[ "$(grep -c '"scored_as"' two.json)" = 2 ] || fail 'two models'
expect 0 "$CZIP" inspect -m tiny -m other --detail 0 a.txt >two.txt; silent
[ "$(grep -c 'bits per byte, [0-9]* tokens\|bits per byte, [0-9,]* tokens' two.txt)" = 2 ] || fail 'two summaries'

# The page: alone, under a strict policy, with everything escaped.
name='<img src=x onerror=alert(1)>&"'"'"'.txt'
printf '</script><script>alert(1)</script><!--\xe2\x80\xa8&\n' >"$name"
expect 0 "$CZIP" inspect --html -m tiny -m other -o page.html "./$name"
present page.html
grep -q "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-" page.html || fail policy
! grep -q '<img' page.html || fail 'a name as markup'
! grep -q '<script>alert' page.html || fail 'a text as markup'
[ "$(grep -c '</script>' page.html)" = 2 ] || fail 'script elements'
! LC_ALL=C grep -q "$(printf '[\200-\377]')" page.html || fail 'not ASCII'
! grep -Eq '(src|href)="?(https?:)?//' page.html || fail 'a reference'
if command -v python3 >/dev/null; then
  # The policy's hashes are those of the script and style, and the data are the text.
  python3 - <<'PYTHON' || fail 'hashes or data of the page'
import base64, hashlib, json, re
page = open("page.html", encoding="utf-8").read()
def policy(content):
    return "'sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode() + "'"
style = re.search(r"<style>(.*?)</style>", page, re.S).group(1)
script = re.search(r"<script>(.*?)</script>", page, re.S).group(1)
assert "script-src " + policy(script) in page and "style-src " + policy(style) in page
data = json.loads(re.search(r'id="data">(.*?)</script>', page, re.S).group(1))
for model in data["models"]:
    assert "".join(model["t"]).startswith("</script><script>alert(1)</script><!--")
    assert len(model["t"]) == len(model["c"]) == len(model["n"]) == len(model["k"]) == len(model["s"])
PYTHON
fi
# Characters that are divided among tokens are shown whole, once.
printf '\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e \xf0\x9f\x98\x80\xff' >split.txt
expect 0 "$CZIP" inspect --html -q -m tiny -o split.html split.txt; silent
grep -q '\\u65e5' split.html || fail 'a character of several tokens'
grep -q '\\\\xff' split.html || fail 'a byte that is no character'

# A long text gives a page that says how much of it is shown.
prose 3 150000 >long.txt
expect 0 "$CZIP" inspect --html -q -m tiny -1 --detail 2K -o long.html long.txt; silent
grep -q 'Only the first 2,048 of 150,000 bytes' long.html || fail 'limit of the page'
[ "$(stat -c %s long.html)" -lt 400000 ] || fail 'size of the page'
expect 0 "$CZIP" inspect --html -m tiny - </dev/null >empty.html; silent
grep -q '0 bytes' empty.html || fail 'empty text'

# Nothing is overwritten unasked, no input at all, and misuse is explained.
expect 1 "$CZIP" inspect --html -m tiny -o page.html a.txt; one_line; stderr_has 'not overwritten'
expect 0 "$CZIP" inspect --html -f -m tiny -o page.html a.txt
cp a.txt kept.txt
expect 1 "$CZIP" inspect --html -f -m tiny -o a.txt a.txt; one_line
same a.txt kept.txt
expect 1 "$CZIP" inspect --html --json a.txt; one_line
expect 1 "$CZIP" inspect --html a.txt a.txt; one_line
expect 1 "$CZIP" inspect -o x a.txt; one_line; stderr_has 'html'
expect 1 "$CZIP" inspect -m tiny -m other -m tiny a.txt; one_line
expect 1 "$CZIP" inspect --candidates 65 a.txt; one_line
expect 1 "$CZIP" inspect -m tiny missing.txt; one_line
expect 1 "$CZIP" inspect -m tiny --max-output 1K a.txt; one_line; stderr_has 'max-output'
# What is shown of all models together is within -M; --detail makes it less.
expect 0 "$CZIP" inspect --json -1 -m tiny -M 40M --candidates 64 a.txt >more.json; silent
expect 1 "$CZIP" inspect --json -1 -m tiny -m other -M 40M --candidates 64 a.txt >more.json; one_line
stderr_has '--detail BYTES shows fewer; -M LIMIT allows more'
expect 0 "$CZIP" inspect --json -1 -m tiny -m other -M 40M --candidates 64 --detail 1K a.txt >more.json; silent
head -c 3000 a.czip >cut.czip
expect 2 "$CZIP" inspect -m tiny cut.czip; one_line
if [ -e /dev/full ]; then expect 1 "$CZIP" inspect --csv -m tiny a.txt >/dev/full; fi
clean

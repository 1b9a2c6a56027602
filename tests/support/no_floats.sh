#!/usr/bin/env bash
# no_floats.sh OBJDUMP OBJECT...
#
# Proves from the machine code of what decides a coded bit that no float takes part: fails for every instruction that
# computes with, compares or converts floats, and for every call of a function that does, in any function of the objects
# but those of the JSON parser, whose floats no caller of it takes (its namespace is nlohmann).
#
# An instruction that has a vector or x87 register, or the name of x87 or of a conversion, is refused unless it is in the list of those that
# compute nothing with floats; so what the list does not know is refused, too. On 64-bit Arm, those are refused that
# begin with "f" (but moves) or convert.
set -euo pipefail
objdump=$1
shift
[ $# -ne 0 ] || { echo 'no objects'; exit 1; }
case $("$objdump" -f "$1" | sed -n 's/^architecture: \([^,]*\).*/\1/p') in
  i386:x86-64) machine=x86 ;;
  aarch64) machine=arm ;;
  *) echo 'skipped: neither x86-64 nor 64-bit Arm'; exit 77 ;;
esac

# Functions that compute with floats: libm's, the compiler's for machines without floats, and conversions of text.
functions='(a?(sin|cos|tan)h?|atan2|exp(2|10|m1)?|log(2|10|1p|b)?|pow|sqrt|cbrt|hypot|erfc?|[lt]gamma|fmod|remainder|'
functions+='remquo|floor|ceil|l?l?r(ound|int)|nearbyint|trunc|fabs|f(min|max|dim|ma)|ldexp|frexp|scalbl?n|modf|ilogb|'
functions+='next(after|toward)|copysign|roundeven)[fl]?|(strto|ato)(f|d|ld)|'
functions+='__(add|sub|mul|div|neg|pow|eq|ne|lt|le|gt|ge|cmp|unord|extend|trunc|fix|fixuns|float|floatun)[a-z]*[hsdtx]f[a-z0-9]*'

"$objdump" -dr -C --no-show-raw-insn "$@" | LC_ALL=C awk -v machine="$machine" -v functions="^($functions)\$" '
  # Instructions with vector registers that compute nothing with floats.
  function harmless(name) {
    if (name ~ /^v?p/ && name !~ /^p(f|i2f)/) return 1        # integers (pf.. and pi2f.. were 3DNow floats)
    if (name ~ /^v?mov/) return 1                              # copies: movaps, movsd, movmskpd
    if (name ~ /^v?(and|andn|or|xor)p[sd]$/) return 1          # bitwise
    if (name ~ /^v?(shuf|unpck[lh]|blend|blendv)p[sd]$/) return 1    # places
    if (name ~ /^v(insert|extract|broadcast|shuf)[if](32x|64x|128)/) return 1
    if (name ~ /^v(perm|align|compress|expand|broadcasts)/) return 1
    if (name ~ /^v?(ld|st)mxcsr$|^vzero(upper|all)$|^v?insertps$|^v?extractps$/) return 1
    return name ~ /^(fs|gs|data16|bnd|notrack|lock|rep[nz]*|k[a-z]*)$/   # prefixes and masks
  }
  function report(what) {
    if (count[what " in " place]++ == 0) print object ": " what " in " place
    findings++
  }
  /:     file format / { object = $1; sub(/:$/, "", object); sub(/.*\//, "", object); objects++; next }
  /^[0-9a-f]+ <.*>:$/ {
    place = $0
    sub(/^[0-9a-f]+ </, "", place)
    sub(/>:$/, "", place)
    # In its namespace, or a helper of the standard library for it; not a function that takes its types.
    json = place ~ /^([a-z]+ )?(nlohmann::|std::[^(]*nlohmann::)/ || place ~ /^[^(]* nlohmann::[a-z0-9_:]*::[^(]*\(/
    seen++
    next
  }
  / R_[A-Z0-9_]+/ {  # a relocation: what is called
    target = $NF
    sub(/[-+@].*/, "", target)
    if (!json && target ~ functions) report("a call of " target)
    next
  }
  /^ +[0-9a-f]+:\t/ {
    split($0, parts, "\t")
    name = parts[2]
    sub(/ .*/, "", name)
    instructions++
    if (json) next
    if (machine == "arm") {
      if (name ~ /^(f[a-z]|[su]cvtf|bf)/ && name !~ /^(fmov|bf[cimx][a-z]*)$/) report(name)
    } else if (parts[2] ~ /%([xyz]mm|mm|st)/ || name ~ /^(f[a-z]|v?cvt)/) {
      if (!harmless(name)) report(name)
    }
  }
  END {
    printf "%d objects, %d functions, %d instructions: %s\n", objects, seen, instructions,
      findings ? "floats were found" : "no float decides a bit"
    exit findings || instructions < 1000
  }'

# Shared by the tests of format 2, which also need two programs: TINY_MODEL writes a czip-model-v2, HOSTILE archives.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
: "${TINY_MODEL:?path of make_v2_tiny_model}" "${HOSTILE:?path of make_hostile_archive}"
mkdir "$WORK/models"
MODEL2=$WORK/models/tiny.czm
OTHER2=$WORK/models/other.czm
"$TINY_MODEL" "$MODEL2" tiny
"$TINY_MODEL" "$OTHER2" other

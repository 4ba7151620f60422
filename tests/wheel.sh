#!/bin/sh
# Builds the wheel, installs it into an empty environment, and runs the main job from an empty folder.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

python -m build --quiet --wheel --outdir "$folder/dist" .
python -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "$folder"/dist/*.whl
chmod 755 "$folder"
cd "$folder"
mkdir docs
printf '# Lamps\n\n## Changing the bulb\n\nSwitch the lamp off and let the bulb cool for ten minutes before you touch it.\n' \
  > docs/lamps.md

"$folder/venv/bin/lectern" migrate
"$folder/venv/bin/lectern" ingest docs
"$folder/venv/bin/lectern" search 'how do I change the bulb' | grep 'Changing the bulb'
"$folder/venv/bin/lectern" ask 'how do I change the bulb' | grep 'cool for ten minutes'
printf -- '- {question: how do I change the bulb, relevant: /lamps, must_contain: ten minutes}\n' > questions.yaml
"$folder/venv/bin/lectern" eval questions.yaml 2>&1 | grep "pip install '\.\[eval\]'"
"$folder/venv/bin/pip" install --quiet "$(echo "$folder"/dist/*.whl)[eval]"
"$folder/venv/bin/lectern" eval questions.yaml --html report.html --fail-under recall@1=1 --fail-under answers=1
grep '<svg' report.html > svg.txt
LECTERN_DATA_DIR="$folder/own" LECTERN_PORT=0 timeout --signal=INT 20 "$folder/venv/bin/lectern" up | tee up.txt || true
grep 'Lectern answers at http' up.txt
echo 'The wheel runs the main job.'

#!/bin/sh
# A browser for the tests: the one that is there, else Debian's, else Playwright's own.
set -eu
bin=$1

for name in chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null; then exit 0; fi
done

if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  apt-get update -qq && apt-get install -qq --yes --no-install-recommends chromium curl >/dev/null && exit 0
fi

exec "$bin/playwright" install --with-deps chromium

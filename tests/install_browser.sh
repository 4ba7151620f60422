#!/bin/sh
# A browser for the tests, the one that is there, else Debian's, else Playwright's own; and curl.
set -eu
bin=$1

has_browser() {
  for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null; then return 0; fi
  done
  return 1
}

if has_browser && command -v curl >/dev/null; then exit 0; fi

if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  apt-get update -qq
  apt-get install -qq --yes --no-install-recommends chromium curl >/dev/null || true
fi

has_browser || exec "$bin/playwright" install --with-deps chromium

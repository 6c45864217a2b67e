#!/usr/bin/env bash
# Puts a Chromium on a Debian or Ubuntu machine, with a font for Chinese, so that the tests of the
# flight deck run in a real browser. Does nothing where a browser is found; says so where it cannot
# install one: the tests then skip with their reason.
set -euo pipefail
for name in chromium chromium-browser google-chrome google-chrome-stable chrome; do
  if command -v "$name" >/dev/null; then
    echo "browser found: $(command -v "$name")"
    exit 0
  fi
done
if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
  echo "no browser, and none can be installed here: install Chromium by hand or set QIANTANG_BROWSER" >&2
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
if apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null; then
  echo "browser installed: $(command -v chromium)"
else
  echo "the browser could not be installed; its tests will skip" >&2
fi

#!/bin/sh
# Puts on a Debian or Ubuntu machine what tests/memo/test_office.py opens memos with. Does nothing
# where all is found; says so where it cannot install: those tests then skip with their reason.
set -eu
if command -v soffice >/dev/null && command -v pdftoppm >/dev/null; then
  echo "office found: $(command -v soffice)"
  exit 0
fi
if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
  echo "no LibreOffice, and none can be installed here" >&2
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
if apt-get update -qq && apt-get install -y -qq --no-install-recommends libreoffice-writer \
  poppler-utils fonts-noto-cjk fonts-liberation >/dev/null; then
  echo "office installed: $(command -v soffice)"
else
  echo "LibreOffice could not be installed; its tests will skip" >&2
fi

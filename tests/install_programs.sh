#!/bin/sh
# Puts on a Debian or Ubuntu machine the programs that tests open pages and documents with:
# browsers, LibreOffice, poppler, and fonts for Chinese; where there is npm, TypeScript's compiler as
# well, which checks the types of the front end. Does nothing where all is found, and says so
# where it cannot install: those tests are then left out, each with its reason.
set -eu
any() {
  for name in "$@"; do
    if command -v "$name" >/dev/null; then return 0; fi
  done
  return 1
}
front=$(dirname "$0")/front
if any npm && [ ! -x "$front/node_modules/.bin/tsc" ]; then
  npm install --prefix "$front" --no-save --no-package-lock --no-audit --no-fund typescript@5.9 >/dev/null ||
    echo "could not be installed: typescript" >&2
fi
wanted=
any chromium chromium-browser google-chrome google-chrome-stable chrome || wanted="$wanted chromium"
any firefox firefox-esr || wanted="$wanted firefox-esr"
any soffice || wanted="$wanted libreoffice-writer fonts-liberation"
any pdftoppm || wanted="$wanted poppler-utils"
if [ -z "$wanted" ]; then
  echo "programs found"
  exit 0
fi
if ! any apt-get || [ "$(id -u)" -ne 0 ]; then
  echo "missing and not to be installed here:$wanted" >&2
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086  # a list of words
if apt-get update -qq && apt-get install -y -qq --no-install-recommends $wanted fonts-noto-cjk >/dev/null; then
  echo "programs installed:$wanted"
else
  echo "could not be installed:$wanted" >&2
fi

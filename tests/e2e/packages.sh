#!/bin/sh
# Programs that the tests here drive, from apt where it may install; what stays missing is said, and its tests are skipped.
wanted=""
has() { command -v "$1" >/dev/null 2>&1; }

has chromium || has chromium-browser || has google-chrome || has google-chrome-stable || wanted="$wanted chromium"
has soffice || wanted="$wanted libreoffice-calc libreoffice-writer"
has pdftotext || wanted="$wanted poppler-utils"
{ has fc-list && fc-list :lang=zh | grep -q .; } || wanted="$wanted fonts-noto-cjk"
[ -z "$wanted" ] && exit 0

quietly() { timeout 900 apt-get -qq -o Acquire::Retries=1 -o Acquire::http::Timeout=20 "$@" >/dev/null 2>&1; }
if [ "$(id -u)" = 0 ] && has apt-get; then
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086
  quietly update && quietly install -y --no-install-recommends $wanted && exit 0
fi
echo "make test-e2e: not installed here:$wanted; to have them tested (Debian): apt-get install$wanted" >&2

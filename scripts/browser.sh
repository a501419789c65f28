#!/usr/bin/env bash
# Installs the browser and the Chinese fonts for the browser tests where that is possible; says so where it is not.
set -uo pipefail
has_browser() { "$(dirname "$0")/has_browser.sh"; }
has_fonts() { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh 2>/dev/null | head -1)" ]; }
if has_browser && has_fonts; then exit 0; fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "No Chromium or no Chinese fonts here, and this user cannot install them: browser tests will be skipped."
  exit 0
fi
echo "Installing Chromium and Chinese fonts"
export DEBIAN_FRONTEND=noninteractive
for _ in 1 2 3; do
  if apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk fontconfig >/dev/null && has_browser; then exit 0; fi
  sleep 3
done
echo "Chromium could not be installed: browser tests will be skipped."

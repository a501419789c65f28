#!/usr/bin/env bash
# Whether a Chromium is here that starts. A name alone is not enough: some systems carry a stub that only asks to install.
for name in chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null && timeout 20 "$name" --version 2>/dev/null | grep -qiE 'chrom'; then exit 0; fi
done
exit 1

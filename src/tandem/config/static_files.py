"""Addresses of static files that change with their content, so that a browser may keep what it has for ever.

`app.js` stays `app.js` on disk; pages ask for `app.js?v=<digest>`. Chunks, fonts and pictures that the build names by
their digest are asked for as they are."""

import re
from functools import cache
from hashlib import blake2b
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage

_NAMED_BY_DIGEST = re.compile(r"-[0-9A-Z]{8}\.\w+$")


@cache
def digest(name: str) -> str:
    """Empty for a file that is not there, and where the name says it already."""
    found = None if _NAMED_BY_DIGEST.search(name) else finders.find(name)
    return blake2b(Path(found).read_bytes(), digest_size=6).hexdigest() if isinstance(found, str) else ""


class Versioned(StaticFilesStorage):
    """The packages' own files, each asked for under the version that it has now."""

    def url(self, name: str | None) -> str:
        plain = str(super().url(name))
        version = digest(name) if name else ""
        return f"{plain}?v={version}" if version else plain

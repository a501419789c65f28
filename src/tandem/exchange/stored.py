"""Files that were given to us, until they are imported: each in a folder that nobody can guess."""

import re
import secrets
import shutil
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from tandem.exchange.models import Import
from tandem.kit.errors import Refused, is_full


def folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "imports"


def store(files: Iterable[tuple[str, Iterable[bytes]]]) -> str:
    """Write the files side by side; returns the name of their folder. Too large is refused while it is written."""
    token = secrets.token_hex(24)
    place = folder() / token
    place.mkdir(parents=True, mode=0o700)
    try:
        size = 0
        for number, (name, chunks) in enumerate(files):
            with (place / f"{number:02}").open("xb") as file:
                for chunk in chunks:
                    size += len(chunk)
                    if size > settings.MAX_UPLOAD_BYTES:
                        raise Refused("file_too_large", field="files", limit=settings.MAX_UPLOAD_BYTES // 2**20)
                    file.write(chunk)
            sub = place / f"{number:02}-"
            sub.mkdir(mode=0o700)
            (place / f"{number:02}").rename(sub / safe_name(name))
    except BaseException as problem:
        shutil.rmtree(place, ignore_errors=True)
        if is_full(problem):
            raise Refused("no_room", field="files") from problem
        raise
    return token


def safe_name(name: str) -> str:
    """The last part of the name without what a file system or a shell may read into it; its ending stays."""
    plain = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    plain = re.sub(r"[^\w. ()+-]", "_", plain).strip(". ") or "file"
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[:60]}.{ending[:10]}" if dot else plain[:60]


def files_of(imported: Import) -> list[Path]:
    if not imported.stored_as:
        return []
    return sorted(path for path in (folder() / imported.stored_as).glob("*/*") if path.is_file())


def remove(imported: Import) -> None:
    if re.fullmatch(r"[0-9a-f]{48}", imported.stored_as):
        shutil.rmtree(folder() / imported.stored_as, ignore_errors=True)

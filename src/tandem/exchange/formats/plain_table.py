"""A small file as text to look at and correct: a calendar and CSV as they are, the sheet of a workbook with tabs. Read apart."""

from pathlib import Path

from tandem.compute.worker import Stopped, Tell, Worker
from tandem.exchange.formats.source import Unreadable
from tandem.exchange.formats.table_rows import Grid, text_of
from tandem.exchange.formats.tabular import find_encoding

LARGEST = 2 * 2**20
"""Bytes of a file."""
_MEMORY, _SECONDS, _ROWS = 1 << 29, 60, 5000


def as_text(path: Path) -> str:
    """In a process of its own with limited memory: the file is a stranger's."""
    if path.stat().st_size > LARGEST:
        raise Unreadable("too_large", limit=LARGEST >> 20)
    with Worker(memory=_MEMORY) as worker:
        try:
            return str(worker.run(_read, str(path), seconds=_SECONDS))
        except Stopped as stopped:
            raise Unreadable("reader_died", reason=stopped.code) from stopped


def _read(_tell: Tell, name: str) -> str:
    path = Path(name)
    with path.open("rb") as file:
        is_workbook = file.read(4) == b"PK\x03\x04"
    if not is_workbook:
        return path.read_text(encoding=find_encoding(path), errors="replace")
    rows = []
    for _place, row in Grid(path, True, None).rows():
        rows.append("\t".join(text_of(cell).replace("\t", " ").replace("\n", " ") for cell in row))
        if len(rows) > _ROWS:  # more than is taken at once, which the reader of the text says
            break
    return "\n".join(row for row in rows if row.strip())

"""Bounds against files that are small on disk and huge when read.

A caller that reads files of strangers should do so in a child process with an address space limit as well.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from tandem.exchange.formats.source import Unreadable

MAX_FILE_BYTES = 200 * 2**20
MAX_WORKBOOK_BYTES = 50 * 2**20
MAX_UNPACKED_BYTES = 500 * 2**20
MAX_MEMBERS = 10_000
MAX_RATIO = 200
MAX_ROWS = 200_000
MAX_CELLS = 5_000_000
MAX_TEXT = 400 * 2**20
_CHUNK = 1 << 16
_CELL = re.compile(rb'<(?:\w+:)?c [^>]*?r="([A-Z]{1,3})(\d{1,9})"')
_SHARED = re.compile(rb't="s"[^>]*>\s*<(?:\w+:)?v>(\d{1,9})<')
_ITEM_END = re.compile(rb"</(?:\w+:)?si>|<(?:\w+:)?si ?/>")


def zip_names(path: Path) -> set[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            if len(archive.infolist()) > MAX_MEMBERS:
                raise Unreadable("zip_bomb", limit=f"{MAX_MEMBERS} files")
            return set(archive.namelist())
    except zipfile.BadZipFile as error:
        raise Unreadable("zip_broken", reason=str(error)) from error


def check_workbook(path: Path) -> None:
    """Refuse a workbook that would not fit: by its directory first, then by really unpacking it, counted."""
    if path.stat().st_size > MAX_WORKBOOK_BYTES:
        raise Unreadable("too_large", limit=MAX_WORKBOOK_BYTES // 2**20)
    zip_names(path)
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
    declared = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members) or 1
    if declared > MAX_UNPACKED_BYTES or declared / packed > MAX_RATIO:
        raise Unreadable("zip_bomb", limit=f"{MAX_UNPACKED_BYTES // 2**20} MB, {MAX_RATIO}:1")
    total = 0
    lengths: list[int] = []
    for member in sorted(members, key=lambda m: not m.filename.endswith("sharedStrings.xml")):
        chunks = _counted(path, member, MAX_UNPACKED_BYTES - total)
        if member.filename.endswith("sharedStrings.xml"):
            total += _measure_strings(chunks, lengths)
        elif member.filename.startswith("xl/worksheets/"):
            total += _check_sheet(chunks, member.filename, lengths)
        else:
            total += sum(len(chunk) for chunk in chunks)


def _counted(path: Path, member: zipfile.ZipInfo, budget: int) -> Iterator[bytes]:
    """Unpack a member in pieces without trusting its declared size."""
    with path.open("rb") as file:
        file.seek(member.header_offset)
        header = file.read(30)
        if len(header) < 30 or header[:4] != b"PK\x03\x04":
            raise Unreadable("zip_broken", member.filename, reason="header")
        name_length, extra_length = struct.unpack("<HH", header[26:30])
        file.seek(name_length + extra_length, 1)
        left, unpacked = member.compress_size, 0
        inflate = zlib.decompressobj(-15)
        while left > 0:
            packed = file.read(min(_CHUNK, left))
            if not packed:
                raise Unreadable("truncated", member.filename)
            left -= len(packed)
            pieces = (
                [packed] if member.compress_type == zipfile.ZIP_STORED else _inflate(inflate, packed, member)
            )
            for piece in pieces:
                unpacked += len(piece)
                if unpacked > budget or unpacked > MAX_RATIO * max(member.compress_size, 1024):
                    raise Unreadable(
                        "zip_bomb", member.filename, limit=f"{MAX_UNPACKED_BYTES // 2**20} MB, {MAX_RATIO}:1"
                    )
                yield piece


def _inflate(inflate: "zlib._Decompress", packed: bytes, member: zipfile.ZipInfo) -> Iterator[bytes]:
    if member.compress_type != zipfile.ZIP_DEFLATED or member.flag_bits & 1:
        raise Unreadable("zip_broken", member.filename, reason="compression")
    try:
        while packed:
            yield inflate.decompress(packed, _CHUNK * 8)
            packed = inflate.unconsumed_tail
    except zlib.error as error:
        raise Unreadable("zip_broken", member.filename, reason=str(error)) from error


def _measure_strings(chunks: Iterator[bytes], lengths: list[int]) -> int:
    """Length of each shared string: cells that repeat a long one multiply it in memory."""
    total, start, tail = 0, 0, b""
    for chunk in chunks:
        window, base = tail + chunk, total - len(tail)
        last = 0
        for end in _ITEM_END.finditer(window):
            lengths.append(base + end.end() - start)
            start, last = base + end.end(), end.end()
        total += len(chunk)
        tail = window[max(last, len(window) - 12) :]
    return total


def _check_sheet(chunks: Iterator[bytes], name: str, lengths: list[int]) -> int:
    """Count what a reader would lay out: the rectangle that the cells span, and the text that they repeat."""
    total = rows = columns = text = 0
    tail = b""
    for chunk in chunks:
        total += len(chunk)
        window = tail + chunk
        last = 0
        for cell in _CELL.finditer(window):
            rows, columns, last = max(rows, int(cell[2])), max(columns, _column(cell[1])), cell.end()
        for shared in _SHARED.finditer(window):
            index = int(shared[1])
            text += lengths[index] if index < len(lengths) else 0
            last = max(last, shared.end())
        if rows > MAX_ROWS or rows * columns > MAX_CELLS or text > MAX_TEXT:
            raise Unreadable("too_many_rows", name, limit=f"{MAX_ROWS} / {MAX_CELLS}")
        tail = window[max(last, len(window) - 400) :]
    return total


def _column(letters: bytes) -> int:
    found = 0
    for letter in letters:
        found = found * 26 + letter - 64
    return found

"""Rows out of CSV files of any encoding and delimiter, one logical line at a time."""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tandem.exchange.formats.source import Unreadable

_SAMPLE = 256 * 1024
csv.field_size_limit(16 * 1024 * 1024)


@dataclass(frozen=True, slots=True)
class Dialect:
    encoding: str
    delimiter: str
    is_strict: bool = True


def find_encoding(path: Path) -> str:
    """By byte order mark, else UTF-8 if the whole file is, else the better of GB18030 and Windows-1252."""
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
        if head.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if 0 in head:
            if wide := _without_mark(head):
                return wide
            raise Unreadable("text_binary", f"byte {head.index(0)}")
        decoder = codecs.getincrementaldecoder("utf-8")()
        chunk = head
        try:
            while chunk:
                decoder.decode(chunk)
                chunk = file.read(_SAMPLE)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return _chinese_or_western(path)
    return "utf-8"


def _without_mark(head: bytes) -> str | None:
    """UTF-16 without a byte order mark: zeros stand at every other place only, and what comes out is a table."""
    encoding = "utf-16-be" if head[0::2].count(0) > head[1::2].count(0) else "utf-16-le"
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return None
    is_text = "\n" in text and not any(letter < " " and letter not in "\t\r\n" for letter in text[:10_000])
    return encoding if is_text else None


def _chinese_or_western(path: Path) -> str:
    """GB18030 writes a Chinese character as two high bytes; in Windows-1252 high bytes mostly stand alone."""
    with path.open("rb") as file:
        data = file.read(4 * _SAMPLE)
    pairs = alone = 0
    position = 0
    while position < len(data):
        if data[position] < 0x80:
            position += 1
        elif position + 1 < len(data) and data[position + 1] >= 0x80:
            pairs, position = pairs + 1, position + 2
        else:
            alone, position = alone + 1, position + 1
    if pairs > 4 * alone:
        try:
            codecs.getincrementaldecoder("gb18030")().decode(data)
        except UnicodeDecodeError:
            return "cp1252"
        return "gb18030"
    return "cp1252"


def find_dialect(path: Path) -> Dialect:
    encoding = find_encoding(path)
    with path.open(encoding=encoding, newline="", errors="replace") as file:
        sample = file.read(_SAMPLE)
    whole_lines = sample.splitlines(keepends=True)
    if len(sample) == _SAMPLE and len(whole_lines) > 1:
        whole_lines = whole_lines[:-1]
    best, best_score = ",", 0.0
    for delimiter in ",;\t|":
        widths = []
        try:
            for row in csv.reader(whole_lines, delimiter=delimiter):
                if row:
                    widths.append(len(row))
                if len(widths) >= 50:
                    break
        except csv.Error:
            continue
        if not widths or max(widths) < 2:
            continue
        usual = max(set(widths), key=widths.count)
        score = (usual > 1) * (widths.count(usual) / len(widths)) * min(usual, 40)
        if score > best_score:
            best, best_score = delimiter, score
    if best_score == 0:
        raise Unreadable("no_table", "line 1")
    return Dialect(encoding, best)


def csv_rows(path: Path, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Line number where the row ends, and its cells. A quote that is never closed means that the file was
    cut off.
    """
    errors = "replace" if dialect.encoding == "cp1252" else "strict"
    with path.open(encoding=dialect.encoding, newline="", errors=errors) as file:
        reader = csv.reader(file, delimiter=dialect.delimiter, strict=dialect.is_strict)
        while True:
            try:
                row = next(reader)
            except StopIteration:
                return
            except UnicodeDecodeError as error:
                raise Unreadable("text_binary", f"line {reader.line_num + 1}") from error
            except csv.Error as error:
                if "unexpected end" in str(error):
                    raise Unreadable("truncated", f"line {reader.line_num}") from error
                raise Unreadable("csv_broken", f"line {reader.line_num}", reason=str(error)) from error
            yield reader.line_num, row


def settle_dialect(path: Path) -> Dialect:
    """The dialect with which the whole file can be read: strict quotes if they hold,
    lenient ones otherwise.
    """
    dialect = find_dialect(path)
    try:
        for _ in csv_rows(path, dialect):
            pass
    except Unreadable as refusal:
        if refusal.code != "csv_broken":
            raise
        dialect = Dialect(dialect.encoding, dialect.delimiter, is_strict=False)
        for _ in csv_rows(path, dialect):
            pass
    return dialect

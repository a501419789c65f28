"""Lists as files in the reader's words: CSV that streams, XLSX that is made while one waits."""

import tempfile
from collections.abc import Iterator
from datetime import tzinfo
from typing import Any

from django.db import models
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation

from tandem.kit.http import attachment_header
from tandem.reports.exports import sheets

SEMICOLON = "semicolon"
CHUNK = 2_000
"""Rows that are in memory at once."""


def csv(name: str, heads: list[str], rows: sheets.Rows, *, separator: str = "") -> HttpResponseBase:
    """`separator` as the address says it: `semicolon`, or the usual comma."""
    parts = _worded(sheets.csv_parts(heads, rows, is_semicolon=separator == SEMICOLON), translation.get_language() or "en", timezone.get_current_timezone())
    return attached(StreamingHttpResponse(parts, content_type="text/csv; charset=utf-8"), f"{name}.csv")


def xlsx(name: str, title: str, heads: list[str], rows: sheets.Rows) -> HttpResponseBase:
    file = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    sheets.write_xlsx(file, title, heads, rows)
    file.seek(0)
    return attached(FileResponse(file, content_type=sheets.XLSX), f"{name}.xlsx")


def attached(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response["Content-Disposition"] = attachment_header(name)
    response["Cache-Control"] = "private, no-store"
    return response


def _worded(parts: Iterator[str], language: str, zone: tzinfo) -> Iterator[str]:
    """Each part in the language and time zone of who asked: the server reads them when the request is over."""
    while True:
        with translation.override(language), timezone.override(zone):
            part = next(parts, None)
        if part is None:
            return
        yield part


def in_chunks(rows: models.QuerySet[Any], *order: str) -> Iterator[list[Any]]:
    """All of the rows, a part at a time: which ones and in which order is settled by their ids first."""
    keys = list(rows.order_by(*order).values_list("pk", flat=True))
    for begin in range(0, len(keys), CHUNK):
        yield list(rows.filter(pk__in=keys[begin : begin + CHUNK]).order_by(*order))

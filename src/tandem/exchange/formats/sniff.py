"""Tell what a file is, or refuse it with the reason and what to do instead."""

from pathlib import Path
from typing import IO
from xml.etree.ElementTree import ParseError

import ijson
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from tandem.exchange.formats import mpxj
from tandem.exchange.formats.github import is_github
from tandem.exchange.formats.jira_fields import is_jira_header
from tandem.exchange.formats.limits import MAX_FILE_BYTES, zip_names
from tandem.exchange.formats.packed import PIECE, Bounded, opened
from tandem.exchange.formats.report_columns import is_report_header
from tandem.exchange.formats.source import Unreadable
from tandem.exchange.formats.tabular import csv_rows, find_dialect

FORMATS = ("jira-csv", "jira-xml", "trello", "mspdi", "csv", "xlsx", "github", "project-reports", "project-graph", "mpxj")
MSPDI_NAMESPACE = "{http://schemas.microsoft.com/project}"

_BINARY = (
    (b"%PDF", "a PDF"), (b"\x89PNG", "a picture"), (b"\xff\xd8\xff", "a picture"), (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed file (gzip)"), (b"7z\xbc\xaf", "a compressed file (7z)"), (b"Rar!",
    "a compressed file (RAR)"),
    (b"\x7fELF", "a program"), (b"MZ", "a program"), (b"SQLite format 3", "a database"),
)  # fmt: skip


def detect(path: Path) -> str:
    """One of FORMATS. Raises Unreadable with the place and the reason for everything else."""
    if not path.is_file():
        raise Unreadable("missing")
    size = path.stat().st_size
    if size == 0:
        raise Unreadable("empty")
    if size > MAX_FILE_BYTES:
        raise Unreadable("too_large", limit=MAX_FILE_BYTES // 2**20)
    with path.open("rb") as file:
        head = file.read(4096)
    suffix = path.suffix.lower()
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        if suffix in (".mpp", ".mpt") or not suffix.startswith(".xl"):
            return _through_mpxj("MS Project (.mpp)", "MS Project or ProjectLibre")
        raise Unreadable("old_excel")
    if head.startswith(b"PK\x03\x04"):
        return _zip(path)
    if head.startswith(b"MPX"):
        return _through_mpxj("MPX", "MS Project or ProjectLibre")
    if head.startswith(b"ERMHDR"):
        return _through_mpxj("Primavera (.xer)", "Primavera P6 or ProjectLibre")
    if head.startswith(b"\x1f\x8b") and path.name.lower().endswith(".json.gz"):
        return _packed(path)
    for magic, name in _BINARY:
        if head.startswith(magic):
            raise Unreadable("binary", "byte 0", name=name)
    text = _plain(head)
    if not text:
        raise Unreadable("empty")
    if text.startswith("<"):
        return _xml(path, text)
    if text.startswith(("{", "[")):
        return _json(path, is_packed=False)
    return _table(path)


def _through_mpxj(name: str, tool: str) -> str:
    if not mpxj.is_there():
        raise Unreadable("not_read", name=name, tool=tool, xml="MSPDI", extra="tandem-pmo[mpp]")
    return mpxj.FORMAT


def _plain(head: bytes) -> str:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head.decode("utf-16", "replace").strip()
    return head.decode("utf-8-sig", "replace").strip()


def _zip(path: Path) -> str:
    names = zip_names(path)
    if "xl/workbook.xml" in names:
        return "xlsx"
    raise Unreadable("zip")


def _xml(path: Path, head: str) -> str:
    if head[:200].lower().lstrip().startswith(("<!doctype html", "<html")):
        raise Unreadable("html", "line 1")
    with path.open("rb") as file:
        tags = _first_tags(file)
    root = tags[0]
    if root == "project" and "mrproject" in head:
        return _through_mpxj("Planner", "ProjectLibre")
    if root == "project":
        return _through_mpxj("GanttProject (.gan)", "GanttProject")
    if root == MSPDI_NAMESPACE + "Project" or (root == "Project" and "Tasks" in tags):
        return "mspdi"
    if root == "rss":
        if "issue" in tags or "key" in tags:
            return "jira-xml"
        raise Unreadable("feed", "line 1")
    if root.endswith("APIBusinessObjects"):
        return _through_mpxj("Primavera P6 XML", "Primavera P6 or ProjectLibre")
    if root.lower() == "html" or root.lower().endswith("}html"):
        raise Unreadable("html", "line 1")
    raise Unreadable("xml_unknown", "line 1", root=root)


def _first_tags(file: IO[bytes]) -> list[str]:
    """The first tags of a document, for telling its kind; hostile declarations are refused here already."""
    tags: list[str] = []
    try:
        for _, element in iterparse(file, events=("start",), forbid_dtd=True):
            tags.append(element.tag)
            if len(tags) >= 200:
                break
    except DefusedXmlException as error:
        # Planner files may carry a harmless DOCTYPE; they are refused for another reason, with better advice.
        raise Unreadable("xml_unsafe", reason=type(error).__name__) from error
    except ParseError as error:
        if not tags:
            raise xml_refusal(error) from error
    return tags


def xml_refusal(error: ParseError) -> Unreadable:
    """The reason and the place of a parser's complaint; an early end is told apart from damage."""
    line, column = error.position
    where = f"line {line}, column {column}"
    if error.code in (3, 5, 20):  # no element found, unclosed token, unclosed CDATA section
        return Unreadable("truncated", where)
    return Unreadable("xml_broken", where, reason=str(error).split(":")[0])


def _json(path: Path, is_packed: bool) -> str:
    keys: list[str] = []
    try:
        with opened(path, is_packed) as file:
            for prefix, event, value in ijson.parse(Bounded(file), buf_size=PIECE):
                if prefix == "" and event == "map_key":
                    keys.append(str(value))
                    if value == "issues":
                        raise Unreadable("jira_json", "/issues")
                elif prefix == "" and event == "start_array":
                    return _github(path, is_packed)
                if "nodes" in keys and "relations" in keys:
                    return "project-graph"
                if "lists" in keys and "cards" in keys:
                    return "trello"
    except ijson.IncompleteJSONError as error:
        raise json_refusal(error) from error
    except ijson.JSONError as error:
        raise Unreadable("json_broken", reason=_one_line(error)) from error
    if "idList" in keys:
        raise Unreadable("trello_card", "/")
    raise Unreadable("json_unknown", "/", keys=", ".join(keys[:8]) or "–")


def _packed(path: Path) -> str:
    """Packed JSON: what people hand on so; a board of Trello is none of it."""
    if (found := _json(path, is_packed=True)) == "trello":
        raise Unreadable("binary", "byte 0", name="a compressed file (gzip)")
    return found


def _github(path: Path, is_packed: bool) -> str:
    if is_github(path, is_packed):
        return "github"
    raise Unreadable("json_unknown", keys="[…]")


def json_refusal(error: Exception) -> Unreadable:
    text = _one_line(error)
    if "premature" in text or "incomplete" in text.lower():
        return Unreadable("truncated")
    return Unreadable("json_broken", reason=text)


def _one_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].strip()[:120] if str(error).strip() else type(error).__name__


def _table(path: Path) -> str:
    dialect = find_dialect(path)
    for seen, (_, row) in enumerate(csv_rows(path, dialect)):
        if is_jira_header(row):
            return "jira-csv"
        if is_report_header(row):
            return "project-reports"
        if seen >= 5:
            break
    return "csv"

"""Readers of other systems' files: plain Python, one file per system, all yielding the neutral records."""

from collections.abc import Sequence
from pathlib import Path

from tandem.exchange.formats import mpxj
from tandem.exchange.formats.columns import Mapping, suggest_mapping
from tandem.exchange.formats.converted import Converted
from tandem.exchange.formats.github import Github
from tandem.exchange.formats.jira_csv import JiraCsv
from tandem.exchange.formats.jira_xml import JiraXml
from tandem.exchange.formats.mspdi import Mspdi
from tandem.exchange.formats.report_columns import ReportMapping
from tandem.exchange.formats.report_graph import ReportGraph
from tandem.exchange.formats.report_table import ReportTable, report_table
from tandem.exchange.formats.sniff import FORMATS, detect
from tandem.exchange.formats.source import (
    AmbiguousDates,
    MappingNeeded,
    Question,
    ReadOptions,
    Source,
    Unreadable,
    as_refusal,
)
from tandem.exchange.formats.tables import Table
from tandem.exchange.formats.trello import Trello

__all__ = [
    "FORMATS", "AmbiguousDates", "Mapping", "MappingNeeded", "Question", "ReadOptions", "ReportMapping", "Source",
    "Unreadable", "detect",
    "open_source", "suggest_mapping",
]  # fmt: skip


# a table is read as what a person says that it holds
_SAME_FILE = ({"csv", "jira-csv"}, {"csv", "project-reports"}, {"xlsx", "project-reports"})


def open_source(
    path: str | Path | Sequence[str | Path], format: str = "auto", options: ReadOptions | None = None
) -> Source:
    """Open one export (several pages only of a Jira CSV). Raises Unreadable with the reason and the place.

    The whole file is read once here, so that a broken one is refused before anything is written.
    """
    paths = [Path(path)] if isinstance(path, str | Path) else [Path(one) for one in path]
    options = options or ReadOptions()
    found = [detect(one) for one in paths]
    wanted = found[0] if format == "auto" else format
    if options.holds_reports and wanted in ("csv", "xlsx"):
        wanted = "project-reports"
    for name in found:
        if name != wanted and {name, wanted} not in _SAME_FILE:
            raise Unreadable("wrong_format", found=name, wanted=wanted)
    if len(paths) > 1 and wanted != "jira-csv":
        raise Unreadable("mixed_formats")
    with as_refusal():
        return _reader(paths, wanted, options)


def _reader(paths: list[Path], wanted: str, options: ReadOptions) -> Source:
    match wanted:
        case "jira-csv":
            return JiraCsv(paths, options)
        case "jira-xml":
            return JiraXml(paths[0], options)
        case "trello":
            return Trello(paths[0], options)
        case "github":
            return Github(paths[0], options)
        case "mspdi":
            return Mspdi(paths[0], options)
        case mpxj.FORMAT:
            return Converted(paths[0], options)
        case "project-graph":
            return ReportGraph(paths[0], options)
        case "csv" | "xlsx" | "project-reports":
            is_workbook = detect(paths[0]) == "xlsx"
            found = report_table(paths[0], is_workbook, options) if wanted != "csv" else None
            return found or _table(paths[0], is_workbook, wanted, options)
    raise Unreadable("wrong_format", found=wanted, wanted=", ".join(FORMATS))


def _table(path: Path, is_workbook: bool, wanted: str, options: ReadOptions) -> Source:
    if wanted == "project-reports" and options.mapping is None:
        return ReportTable(path, is_workbook, options)
    return Table(path, "xlsx" if is_workbook else "csv", options)

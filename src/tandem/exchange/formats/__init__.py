"""Readers of other systems' files: plain Python, one file per system, all yielding the neutral records."""

from collections.abc import Sequence
from pathlib import Path

from tandem.exchange.formats.columns import Mapping, suggest_mapping
from tandem.exchange.formats.github import Github
from tandem.exchange.formats.jira_csv import JiraCsv
from tandem.exchange.formats.jira_xml import JiraXml
from tandem.exchange.formats.mspdi import Mspdi
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
    "FORMATS", "AmbiguousDates", "Mapping", "MappingNeeded", "Question", "ReadOptions", "Source",
    "Unreadable", "detect",
    "open_source", "suggest_mapping",
]  # fmt: skip


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
    for name in found:
        if name != wanted and {name, wanted} != {"csv", "jira-csv"}:
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
        case _:
            return Table(paths[0], wanted, options)

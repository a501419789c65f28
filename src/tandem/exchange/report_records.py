"""The neutral record of a report on a project: what readers of portfolios yield."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRecord:
    """`values` are fields of a project report, money in full units; `data` is everything in the source's own writing.

    `source_id` is the source's number of the project, empty where it has none."""

    source_id: str
    name: str
    department: str = ""
    description: str = ""
    where: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)

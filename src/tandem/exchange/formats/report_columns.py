"""Which column of a portfolio's table means what: names that governments use, and a mapping that a person can change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tandem.exchange.formats.columns import plain
from tandem.exchange.formats.source import Unreadable

# the first name that is found wins; "…_early" and "…_saved" state the other sign: earlier and cheaper are positive
_NAMES = {
    "project_name": "project name|project title|programme name|项目名称",
    "project_id": "pid|project id|project number|gmpp id number|项目编号",
    "description": "description|project description|description aims|项目描述",
    "department": "department|managing agency|agency name|agency|sponsor agency|部门|主管部门",
    "category": "category|report category|investment title|annual report category|类别",
    "phase": "phase|current phase|stage|阶段",
    "as_of": "date reported as of|as of|as of date|report date|reporting date|updated date|year|报告日期",
    "planned_start": "project start date|start date|design start|planned start|计划开始",
    "planned_finish": "forecast completion|end date|project end date|projected actual project completion date b2|planned finish|计划完成",
    "original_finish": "planned project completion date b2|original finish|baseline finish|最初完成日期",
    "budget": "budget forecast|wlc baseline incl ncg|whole life cost|projected actual cost $ m|total budget|budget|cost|预算|总成本",
    "original_budget": "planned cost $ m|original budget|original cost|baseline cost|最初成本",
    "spent": "spent|spend to date|actual cost to date|已支出",
    "rating": "colour rating|ipa rating|delivery confidence|delivery confidence assessment|rating|rag|evaluation by cio|评级",
    "said": "owner's word|self assessment|project manager rating|sro rating|负责人判断",
    "commentary": "rating comment|commentary|departmental commentary|说明",
    "slip": "total schedule changes|slip days", "slip_step": "latest schedule changes", "slip_early": "schedule variance in days",
    "growth": "total budget changes|cost growth", "growth_step": "latest budget changes", "growth_saved": "cost variance $ m",
    "currency": "currency|币种",
}  # fmt: skip
ALIASES = {name: target for target, names in _NAMES.items() for name in names.split("|")}
REPORT_FIELDS = (*_NAMES, "keep", "ignore")
SCALES = {"units": 1, "thousands": 1_000, "millions": 1_000_000}
_TELLING = {"as_of", "budget", "rating", "slip", "slip_step", "slip_early", "growth", "growth_step", "growth_saved", "original_finish", "original_budget", "department"}  # fmt: skip
_ENOUGH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMapping:
    """Header (or #3 for the third column) → field. What it does not name is kept as data."""

    columns: Mapping[str, str]
    sheet: str | None = None
    header_row: int | None = None
    money_unit: str = "units"
    currency: str = ""

    @classmethod
    def from_json(cls, data: Any) -> "ReportMapping":
        columns = {str(name): str(target) for name, target in data["columns"].items()}
        if strange := [f"{name}: {target}" for name, target in columns.items() if target not in REPORT_FIELDS]:
            raise Unreadable("bad_mapping", reason=", ".join(strange[:3]))
        twice = [t for t in _NAMES if list(columns.values()).count(t) > 1]
        if "project_name" not in columns.values() or twice:
            raise Unreadable("bad_mapping", reason=", ".join(twice) or "project_name")
        return cls(
            columns=columns, sheet=data.get("sheet"), header_row=data.get("header_row"),
        )  # fmt: skip

    @staticmethod
    def fits(columns: Any) -> bool:
        return isinstance(columns, dict) and "project_name" in columns.values()


def recognised(header: str) -> str | None:
    return ALIASES.get(plain(header.replace("/", " ")))


def is_report_header(headers: Sequence[str]) -> bool:
    """A table of reports says of which project and at least three of what only reports have."""
    found = {recognised(header) for header in headers}
    return "project_name" in found and len(found & _TELLING) >= _ENOUGH


def suggest(headers: Sequence[str]) -> ReportMapping:
    columns: dict[str, str] = {}
    used: set[str] = set()
    for position, header in enumerate(headers):
        name = header.strip()
        if not name:
            continue
        target = recognised(name) or "keep"
        if target in used:
            target = "keep"
        if target != "keep":
            used.add(target)
        columns[name if name not in columns else f"#{position + 1}"] = target
    names = {plain(header) for header in headers}
    if "wlc baseline incl ncg" in names:
        return ReportMapping(columns=columns, money_unit="millions", currency="GBP")
    if {"borough", "managing agency"} <= names:  # New York reports in dollars without saying so
        return ReportMapping(columns=columns, currency="USD")
    if any("$ m" in name for name in names):
        return ReportMapping(columns=columns, money_unit="millions", currency="USD")
    return ReportMapping(columns=columns)

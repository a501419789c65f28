"""Reports of projects in a graph of nodes and relations: agency → investment → project, days counted from 2000."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from tandem.exchange.formats import report_values as values
from tandem.exchange.formats.limits import MAX_WORKBOOK_BYTES
from tandem.exchange.formats.packed import Bounded, opened
from tandem.exchange.formats.sniff import json_refusal
from tandem.exchange.formats.source import ReadOptions, Source, Unreadable, clean
from tandem.exchange.records import Record, SourceInfo
from tandem.exchange.report_records import ReportRecord

_FIRST = date(2000, 1, 1)
_MILLION = 1_000_000
_ABOVE = {"pays_for": "investment", "responsible_for": "bureau"}


class ReportGraph(Source):
    system = "reports"

    def __init__(self, path: Path, options: ReadOptions) -> None:
        super().__init__(path, "project-graph", options)
        if path.stat().st_size > MAX_WORKBOOK_BYTES:
            raise Unreadable("too_large", limit=MAX_WORKBOOK_BYTES // 2**20)
        try:
            with opened(path, path.suffix == ".gz") as file:
                whole = json.loads(Bounded(file, MAX_WORKBOOK_BYTES).read_all())
        except (ValueError, RecursionError) as error:
            raise json_refusal(error) from error
        self._nodes = {node["uid"]: node for node in whole["nodes"]}
        self._above: dict[tuple[str, Any], Any] = {(r["type"], r["to"]): r["from"] for r in whole["relations"] if r["type"] in _ABOVE}
        self._kinds = Counter(str(node["label"]) for node in self._nodes.values())
        self._relations = Counter(str(r["type"]) for r in whole["relations"])
        if not self._kinds["Project"]:
            raise Unreadable("json_unknown", "/nodes", keys=", ".join(sorted(self._kinds)[:8]))
        self.note("money_read_as", unit="millions", currency="USD")

    @property
    def info(self) -> SourceInfo:
        return SourceInfo(system=self.system, name=self.path.stem, format=self.format, timezone_known=True, notes=tuple(self.notes))

    def _read(self) -> Iterator[Record]:
        used: dict[str, set[Any]] = defaultdict(set)
        for uid, node in self._nodes.items():
            if node["label"] == "Project":
                investment = self._above.get(("pays_for", uid))
                bureau = self._above.get(("responsible_for", investment))
                used["Investment"].add(investment)
                used["Bureau"].add(bureau)
                if record := self._record(node["properties"], self._of(investment), self._of(bureau), f"node {uid}"):
                    yield record
        for kind, count in self._kinds.items():
            left = count - len(used[kind] - {None}) if kind != "Project" else 0
            if left:
                self._tally.add(kind, "no_project" if kind in ("Investment", "Bureau") else "no_place", count=left)
        for kind, count in self._relations.items():
            if kind not in _ABOVE:
                self._tally.add(kind, "no_place", count=count)

    def _of(self, uid: Any) -> dict[str, Any]:
        node = self._nodes.get(uid)
        return node["properties"] if node else {}

    def _record(self, own: dict[str, Any], investment: dict[str, Any], bureau: dict[str, Any], where: str) -> ReportRecord | None:
        name = clean(str(own.get("name") or ""))
        start = _FIRST + timedelta(days=int(own["Start_days_after_2000"]))
        # counted from the start: the same projects in the table of the same source are of these days
        on = start + timedelta(days=int(own["Updated_Date"]))
        if not name:
            self._tally.add("Project", "no_title", where)
            return None
        planned = start + timedelta(days=int(own["Planned_Duration"]))
        delay = int(own.get("Project_delay") or 0)
        cost, saved = (self._money(own, key, where) for key in ("Planned_Cost", "Cost_Variance"))
        found: dict[str, Any] = {
            "on": on, "department": clean(str(bureau.get("Name") or ""))[:200], "category": clean(str(investment.get("name") or ""))[:200],
            "planned_start": start, "original_finish": planned, "planned_finish": planned + timedelta(days=delay), "stated_slip_days": delay,
            "original_budget": cost, "budget": None if cost is None or saved is None else cost - saved,
            "stated_growth": None if saved is None else -saved, "currency": "USD",
            "rating": values.rating(str(investment.get("Evaluation_by_CIO") or "")), "withheld": {},
        }  # fmt: skip
        data = {f"Project.{key}": value for key, value in own.items()} | {f"Investment.{key}": value for key, value in investment.items()}
        return ReportRecord(
            source_id=str(own.get("Id") or "")[:200], name=name[:200], department=found["department"], where=where, values=found,
            data={key[:200]: value if isinstance(value, (int, float)) else clean(str(value)) for key, value in data.items()},
        )  # fmt: skip

    def _money(self, own: dict[str, Any], key: str, where: str) -> Decimal | None:
        text = str(own.get(key, ""))
        found = values.money(text, _MILLION)
        if found is None and text:
            self._tally.add(key, "unreadable_number", f"{where}: {text[:30]}")
        return found

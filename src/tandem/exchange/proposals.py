"""An import into the queue of a portfolio: the rows of a table become proposals, as drafts of whoever imports them. Said again by
a newer file they are updated; what is decided here stays."""

import re
from collections.abc import Iterator
from typing import Any

from tandem.exchange import records as R
from tandem.exchange.formats.source import Source
from tandem.exchange.models import ExternalReference
from tandem.exchange.taking_over.context import Taking
from tandem.exchange.taking_over.ledger import Entry, digest
from tandem.kit.errors import Refused
from tandem.people.models import SpaceKind, User
from tandem.portfolio import amounts
from tandem.portfolio.actions import proposals
from tandem.portfolio.models import Proposal

PROPOSALS, KIND = "proposals", "proposal"
_MEANS = {
    "costs": "cost|costs|costs by quarter|budget|成本|费用|投入金额|季度成本", "benefits": "benefit|benefits|benefits by quarter|收益|效益|季度收益",
    "kind": "kind|kind of investment|investment|投资类型|类型", "horizon": "horizon|term|期限|时间段", "side": "side|sponsor side|发起方|方",
    "is_mandatory": "mandatory|must|强制|必做", "risks": "risk|risks|风险",
}  # fmt: skip
_NAMES = {name: meaning for meaning, names in _MEANS.items() for name in names.split("|")}
_ROLE = re.compile(r"(?:effort|days|person[ -]days|人天|工作量)[\s:：·_-]+(?P<role>\S.*)", re.IGNORECASE)
_CHOICES: dict[str, dict[str, str]] = {
    "kind": {"run": "run", "grow": "grow", "transform": "transform", "运营": "run", "维持": "run", "增长": "grow", "变革": "transform", "转型": "transform"},
    "horizon": {"short": "short", "short term": "short", "long": "long", "long term": "long", "短期": "short", "长期": "long"},
    "side": {"pmo": "pmo", "pmo side": "pmo", "product": "product", "product side": "product", "产品": "product", "产品侧": "product", "pmo侧": "pmo"},
}  # fmt: skip
_YES = {"yes", "y", "true", "1", "x", "是", "✓"}
_UNUSED = (
    "priority", "due", "finish", "versions", "components", "sprints", "epic", "labels", "estimate_points", "estimate_minutes", "checklists", "resolution", "url",
    "parent_source_id",
)  # fmt: skip


def is_wanted(options: Any) -> bool:
    return bool(options.kind == PROPOSALS)


def take(taking: Taking, source: Source, rest: Iterator[R.Record], expected: int) -> dict[str, Any]:
    """Everything in; returns the report."""
    if taking.space.kind not in (SpaceKind.PORTFOLIO, SpaceKind.ORGANISATION):
        raise Refused("not_a_portfolio", field="into")
    writer = _Writer(taking)
    seen = 0
    for record in rest:
        match record:
            case R.ItemRecord():
                writer.take(record)
                seen += 1
                taking.step("items", seen, expected)
            case R.LinkRecord() | R.CommentRecord() | R.AttachmentRecord():
                taking.tally.add(type(record).__name__.removesuffix("Record").lower(), "no_place")
    return _report(taking, source, writer, seen)


class _Writer:
    def __init__(self, taking: Taking) -> None:
        self.taking = taking
        self.people: dict[str, User | None] = {}
        self.with_case = 0

    def take(self, record: R.ItemRecord) -> None:
        taking, values = self.taking, self._values(record)
        mark = digest(sorted((name, value.pk if isinstance(value, User) else value) for name, value in values.items()))
        ref = taking.ledger.known(KIND, [record.source_id]).get(record.source_id)
        self.with_case += bool(values.get("costs") or values.get("effort"))
        if ref is None:
            row = proposals.create(actor=taking.actor, space=taking.space, **values)
            taking.ledger.add(KIND, [Entry(record.source_id, row, mark)])
        elif ref.digest == mark:
            taking.ledger.keep(KIND, [ref])
        else:
            self._rewrite(ref, values, mark)

    def _rewrite(self, ref: ExternalReference, values: dict[str, Any], mark: str) -> None:
        row = Proposal.objects.filter(pk=ref.subject_id).first()
        if row is None or row.is_decided:  # removed or decided here: that was somebody's word
            self.taking.tally.add("proposal", "decided", ref.source_id)
            self.taking.ledger.keep(KIND, [ref])
            return
        proposals.change(actor=self.taking.actor, proposal=row, version=None, **values)
        self.taking.ledger.update(KIND, [(ref, mark, {})])

    def _values(self, record: R.ItemRecord) -> dict[str, Any]:
        title = record.title.strip() or record.key or "…"
        text = record.description
        if len(title) > 200:
            title, text = title[:199] + "…", f"{record.title}\n\n{text}".strip()
        found: dict[str, Any] = {"title": title, "description": text}
        if record.type:
            self._choice(found, "kind", record.type, record.source_id)
        if record.start is not None:
            found["not_before"] = self.taking.day(record.start)
        if record.assignees and (owner := self._person(record.assignees[0], record.source_id)):
            found["owner"] = owner
        effort: dict[str, list[int]] = {}
        for name, value in record.fields.items():
            if value not in (None, ""):
                self._field(found, effort, name, value, record.source_id)
        if effort:
            found["effort"] = effort
        if record.state:
            self.taking.tally.add("state", "no_place", record.source_id)
        for name in _UNUSED:
            if getattr(record, name):
                self.taking.tally.add(name, "no_place", record.source_id)
        return found

    def _field(self, found: dict[str, Any], effort: dict[str, list[int]], name: str, value: Any, where: str) -> None:
        meaning, role = _NAMES.get(name.strip().lower()), _ROLE.fullmatch(name.strip())
        if role or meaning in ("costs", "benefits"):
            try:
                row = amounts.read(_text(value), "costs")
            except Refused:
                self.taking.tally.add(name, "unreadable_amount", where)
                return
            if role:
                effort[role["role"].strip()[:60]] = row
            else:
                found[str(meaning)] = row
        elif meaning in _CHOICES:
            self._choice(found, str(meaning), value, where)
        elif meaning == "is_mandatory":
            found[meaning] = _text(value).lower() in _YES
        elif meaning == "risks":
            found[meaning] = _text(value)[:10_000]
        else:
            self.taking.tally.add(name, "no_place", where)

    def _choice(self, found: dict[str, Any], name: str, value: Any, where: str) -> None:
        known = _CHOICES[name].get(_text(value).lower())
        if known:
            found[name] = known
        else:
            self.taking.tally.add(name, "unknown_word", where)

    def _person(self, name: str, where: str) -> User | None:
        """Somebody here of that name; two of a name are nobody."""
        if name not in self.people:
            rows = list(User.objects.visible_to(self.taking.actor).active().filter(name__iexact=name)[:2])
            self.people[name] = rows[0] if len(rows) == 1 else None
        if self.people[name] is None:
            self.taking.tally.add("owner", "unknown_person", where)
        return self.people[name]


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _report(taking: Taking, source: Source, writer: _Writer, seen: int) -> dict[str, Any]:
    from tandem.exchange.wording import why

    ledger, space = taking.ledger, taking.space
    counts = {"created": ledger.created[KIND], "updated": ledger.updated[KIND], "unchanged": ledger.unchanged[KIND]}
    return {
        "kind": PROPOSALS, "system": taking.info.system, "format": taking.info.format, "name": taking.info.name,
        "into": {"id": space.pk, "key": space.key, "name": space.name, "is_new": False},
        "facts": {"items": seen, "with_case": writer.with_case}, **counts, "rows": {KIND: counts}, "left_behind": ledger.left_behind(KIND), "made": {},
        "not_taken_over": [{"what": r.what, "count": r.count, "why": why(r.why), "code": r.why, "where": r.where} for r in taking.not_taken(source.not_taken)],
        "notes": [{"code": n.code, "params": dict(n.params)} for n in source.notes], "states": [], "offers": {}, "as_of": None,
        "timezone": str(taking.zone), "timezone_known": taking.info.timezone_known, "finished": None, "is_schedule": False,
    }  # fmt: skip

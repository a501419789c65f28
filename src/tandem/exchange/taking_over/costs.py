"""Of a plan: what its cost resources and fixed costs come to, as costs of the project, for who may write these."""

from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count

from tandem.exchange.models import ExternalReference
from tandem.exchange.records import CostRecord
from tandem.exchange.taking_over.context import Taking
from tandem.exchange.taking_over.ledger import Entry, digest
from tandem.people.access import Permission, may
from tandem.people.models import Space
from tandem.portfolio.actions import budgets, cost_lines
from tandem.portfolio.models import CostLine, Portfolio
from tandem.work.models import WorkItem

KIND = "cost"
_MOST = Decimal(10) ** 12
_CURRENCIES = frozenset(code for code, _name in Portfolio.CURRENCIES)
# what a sign says alone; $ and ¥ are those of several currencies
_SIGNS = {"€": "EUR", "£": "GBP", "₹": "INR", "R$": "BRL", "S$": "SGD", "US$": "USD", "CA$": "CAD", "A$": "AUD", "元": "CNY", "RMB": "CNY"}
_TRAVEL = ("travel", "flight", "airfare", "hotel", "lodging", "accommodation", "差旅", "旅费", "出差", "机票", "酒店", "住宿", "reise")


class _Wanted(NamedTuple):
    record: CostRecord
    values: dict[str, Any]
    mark: str


def may_write(actor: Any, space_id: int) -> bool:
    return may(actor, Permission.EDIT_PLAN, space_id) and may(actor, Permission.SEE_COSTS, space_id)


def currency_of(said: str) -> str:
    """Of a plan's code or sign the currency that is known here; nothing where the sign is that of several."""
    code = said.strip().upper()
    return code if code in _CURRENCIES else _SIGNS.get(code, "")


def currency_here(space: Space, system: str, said: str) -> str:
    """In which most costs of the same plan came when it named its currency by the same sign; also where a line got another one here since."""
    # house: reads — one word of rows that are not shown
    rows = ExternalReference.objects.filter(space=space, system=system, kind=KIND, data__said=said, data__has_key="currency")
    return rows.values_list("data__currency", flat=True).annotate(lines=Count("pk")).order_by("-lines").first() or ""


def take_costs(taking: Taking, records: list[CostRecord], said: str) -> dict[str, Any]:
    """`said`: what the plan calls its currency. Returns what came, for who may see costs; {} where nothing did. A line that was edited here
    since stays as it is, also where the plan says something else now."""
    refs = {} if taking.ledger.is_first else {row.source_id: row for row in taking.ledger.all_of(KIND)}
    if not records and not refs:
        return {}
    if not may_write(taking.actor, taking.space.pk):
        _tell(taking, records, "costs_not_allowed")
        return {}
    if not records:
        for key in refs:
            taking.tally.add("CostLine", "costs_missing", key)
        taking.ledger.keep(KIND, list(refs.values()))
        return {}
    currency = taking.currency or currency_of(said) or currency_here(taking.space, taking.ledger.system, said)
    if currency not in _CURRENCIES:
        _tell(taking, records, "currency_unknown")
        return {}
    wanted = _wanted(taking, records, currency)
    _write(taking, wanted, refs, said)
    sums = [sum((one.values[name] or Decimal(0) for one in wanted.values()), Decimal(0)) for name in ("planned", "actual")]
    return {"lines": len(wanted), "sums": [{"currency": currency, "planned": str(sums[0]), "actual": str(sums[1])}]} if wanted else {}


def _wanted(taking: Taking, records: list[CostRecord], currency: str) -> dict[str, _Wanted]:
    undated = [taking.items[one.task] for one in records if one.day is None and one.task in taking.items]
    dates = {pk: finish or start for pk, start, finish in WorkItem.objects.filter(pk__in=undated).values_list("pk", "planned_start", "planned_finish")}
    found = {}
    for one in records:
        day = one.day or dates.get(taking.items.get(one.task or "", 0)) or taking.starts_on
        if day is None:
            taking.tally.add(_what(one), "cost_undated", one.source_id)
        elif not (0 <= one.planned < _MOST and abs(one.actual or 0) < _MOST):
            taking.tally.add(_what(one), "cost_below_nothing", one.source_id)
        else:
            is_part = one.actual is not None and one.actual < one.planned
            values = {
                "title": " ".join(one.title.split())[:200] or taking.space.name[:200], "kind": _kind(one), "cost_centre": " ".join(one.cost_centre.split())[:40], "month": day, "currency": currency,
                "planned": one.planned, "actual": one.actual, "forecast": one.planned if is_part else None,
            }  # fmt: skip
            values = cost_lines.checked(values)
            found[one.source_id] = _Wanted(one, values, digest(sorted(values.items())))
    return found


def _write(taking: Taking, wanted: dict[str, _Wanted], refs: dict[str, ExternalReference], said: str) -> None:
    budgets.hold(taking.space)  # whoever edits a line now is waited for, and found to have done so
    lines = CostLine.objects.in_bulk([ref.subject_id for ref in refs.values()])
    fresh = {key: one for key, one in wanted.items() if key not in refs}
    same, differing, gone = [], [], []
    for key, ref in refs.items():
        line, one = lines.get(ref.subject_id), wanted.get(key)
        is_untouched = line is not None and line.version == ref.data.get("version")
        if one is not None and (ref.digest == one.mark or line is None):
            same.append(ref)
        elif one is not None and line is not None and (is_untouched or _is(line, one.values)):
            differing.append((ref, line, one))
        elif one is None and is_untouched and line is not None and line.removed_at is None:
            gone.append((ref, line))
        elif one is None and (line is None or line.removed_at is not None):
            same.append(ref)
        else:
            same.append(ref)
            taking.tally.add("CostLine", "cost_edited_here", key)
    made = cost_lines.follow_plan(
        actor=taking.actor, space=taking.space, new=[one.values for one in fresh.values()], run=taking.run,
        changed=[(line, one.values) for _ref, line, one in differing], gone=[line for _ref, line in gone],
    )  # fmt: skip
    taking.ledger.add(KIND, [Entry(key, line, one.mark, _data(one, line, said)) for (key, one), line in zip(fresh.items(), made, strict=True)])
    taking.ledger.update(KIND, [(ref, one.mark, _data(one, line, said)) for ref, line, one in differing])
    taking.ledger.keep(KIND, same)
    taking.ledger.drop([ref for ref, _line in gone])
    taking.costs_gone = len(gone)


def _is(line: CostLine, values: dict[str, Any]) -> bool:
    """Whether it says what the plan says; what is expected only where somebody said so."""
    return line.removed_at is None and all(getattr(line, name) in ((value, None) if name == "forecast" else (value,)) for name, value in values.items())


def _data(one: _Wanted, line: CostLine, said: str) -> dict[str, Any]:
    """Its version tells later whether somebody edited it here, its currency what the plan's sign means; amounts stand in the line alone."""
    return {"task": one.record.task, "resource": one.record.resource, "version": line.version, "said": said, "currency": one.values["currency"]}


def _kind(record: CostRecord) -> str:
    if record.resource is None:
        return CostLine.Kind.OTHER
    title = record.title.casefold()
    return CostLine.Kind.TRAVEL if any(word in title for word in _TRAVEL) else CostLine.Kind.PURCHASE


def _what(record: CostRecord) -> str:
    return "Task.FixedCost" if record.resource is None else "Assignment.Cost"


def _tell(taking: Taking, records: list[CostRecord], why: str) -> None:
    for one in records:
        taking.tally.add(_what(one), why, one.source_id)

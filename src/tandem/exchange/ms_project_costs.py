"""Costs of a project that came with a plan of MS Project, as they leave with it: those that the asker sees, in one currency."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from tandem.exchange.models import ExternalReference
from tandem.exchange.taking_over.costs import KIND
from tandem.people.models import Space
from tandem.portfolio.models import CostLine


class Cost(NamedTuple):
    """In hundredths, as the file has them."""

    planned: int
    actual: int | None
    month: date


@dataclass(slots=True)
class Costs:
    """By the numbers of tasks and resources in the source."""

    currency: str = ""
    fixed: dict[str, Cost] = field(default_factory=dict)  # by task; "" is the whole plan
    of_resources: dict[str, Cost] = field(default_factory=dict)  # by task, resource and which of several


def known(asker: Any, space: Space, system: str) -> Costs:
    # house: reads — of rows that the asker sees
    refs = list(ExternalReference.objects.filter(space=space, system=system, kind=KIND).order_by("id")) if system else []
    lines = CostLine.objects.visible_to(asker).present().filter(space=space).in_bulk([one.subject_id for one in refs]) if refs else {}
    used = Counter(one.currency for one in lines.values())
    found = Costs(currency=used.most_common(1)[0][0] if used else "")
    for ref in refs:
        line = lines.get(ref.subject_id)
        if line is None or line.currency != found.currency:  # a plan has one currency
            continue
        cost = Cost(_hundredths(line.planned), None if line.actual is None else _hundredths(line.actual), line.month)
        if ref.data.get("resource") is None:
            found.fixed[ref.data.get("task") or ""] = cost
        else:
            found.of_resources[ref.source_id] = cost
    return found


def is_in(month: date, day: date) -> bool:
    return (month.year, month.month) == (day.year, day.month)


def _hundredths(amount: Decimal) -> int:
    return int(amount * 100)

"""The register as planning takes it: what counts of each open risk, in one currency, with the items and features that it delays."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from tandem.governance.assessing import standing
from tandem.governance.models import Risk, RiskTie
from tandem.people.models import Space
from tandem.planning.risked import Threat
from tandem.portfolio import currencies


def spaces_of(space: Space) -> frozenset[int]:
    """The space and what stands below it and is open to whoever sees it: what a confidential space holds enters no figure above it."""
    tree = list(Space.objects.values_list("id", "parent_id", "is_confidential"))
    found = {space.pk}
    while step := {pk for pk, parent, closed in tree if parent in found and not closed and pk not in found}:
        found |= step
    return frozenset(found)


def open_risks(space: Space) -> list[Risk]:
    return list(Risk.objects.in_spaces(spaces_of(space)).open().order_by("id"))


def read(risks: Sequence[Risk], currency: str, on: date) -> tuple[list[Threat], int]:
    """In that currency; and of how many the money is left out, since no rate is known. Two queries and those of the rates."""
    ties: dict[int, list[Any]] = defaultdict(list)
    for risk, item, feature in _touched(risks):
        ties[risk].append((item, feature))
    known = currencies.rates()
    found, unknown = [], 0
    for risk in risks:
        now = standing(risk)
        rate = known.between(risk.currency, currency, on)
        unknown += bool(now.money) and rate is None
        found.append(Threat(
            risk.pk, now.probability / 100, risk.sign, now.days, tuple(float(one) * float(rate) for one in now.money) if rate is not None else (),
            tuple(item for item, _feature in ties[risk.pk] if item), tuple(feature for _item, feature in ties[risk.pk] if feature),
        ))  # fmt: skip
    return found, unknown


def _touched(risks: Iterable[Risk]) -> Any:
    rows = RiskTie.objects.filter(risk__in=[risk.pk for risk in risks], kind=RiskTie.Kind.TOUCHES).order_by("id")
    return rows.values_list("risk_id", "item_id", "feature_id")

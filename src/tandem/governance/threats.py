"""The register as planning takes it: what counts of each open risk, in one currency, with the items and features that it delays."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models.functions import Coalesce

from tandem.compute.forecasting.risk_network import RiskEvent
from tandem.governance.assessing import standing
from tandem.governance.models import Risk, RiskTie
from tandem.people.models import Space
from tandem.people.scoping import open_below
from tandem.planning.risked import Threat, event
from tandem.portfolio import currencies
from tandem.portfolio.models import Project


def open_risks(space: Space) -> list[Risk]:
    """Of the space and what below it is open to whoever sees it."""
    return list(Risk.objects.in_spaces(open_below(space.pk)).open().order_by("id"))


def read(risks: Sequence[Risk], currency: str, on: date) -> tuple[list[Threat], int]:
    """In that currency; and of how many the money is left out, since no rate is known. A query, and those of the rates."""
    hits = _hits(risks)
    known = currencies.rates()
    found, unknown = [], 0
    for risk in risks:
        now = standing(risk)
        rate = known.between(risk.currency, currency, on)
        unknown += any(now.money) and rate is None
        money = tuple(float(one) * float(rate) for one in now.money) if rate is not None else ()
        found.append(Threat(risk.pk, now.probability / 100, risk.sign, now.days, money, hits[risk.pk]))
    return found, unknown


def events(projects: frozenset[int]) -> list[RiskEvent]:
    """The open risks of these projects as events of the range in which their plan ends."""
    spaces = Project.objects.filter(pk__in=projects).values_list("space_id", flat=True)
    risks = list(Risk.objects.in_spaces(spaces).open().order_by("id"))
    hits = _hits(risks)
    found = []
    for risk in risks:
        now = standing(risk)
        if any(now.days):
            found.append(event(Threat(risk.pk, now.probability / 100, risk.sign, now.days, (), hits[risk.pk])))
    return found


def _hits(risks: Iterable[Risk]) -> dict[int, tuple[str, ...]]:
    """What each delays, as planning names it: items, features, the end of its project where it names that or nothing. Another project has
    its own register."""
    rows = list(risks)
    found: dict[int, set[str]] = {}
    ties = RiskTie.objects.filter(risk__in=[risk.pk for risk in rows], kind=RiskTie.Kind.TOUCHES).order_by("id")
    # an item that went to another project is followed there
    for risk, item, feature, space in ties.values_list("risk_id", Coalesce("item__moved_to_id", "item_id"), "feature_id", "project__space_id"):
        found.setdefault(risk, set()).add(f"item:{item}" if item else f"feature:{feature}" if feature else f"space:{space}")
    own = {risk.pk: f"space:{risk.space_id}" for risk in rows}
    return {pk: tuple(sorted(name for name in found.get(pk, {end}) if name == end or not name.startswith("space:"))) for pk, end in own.items()}

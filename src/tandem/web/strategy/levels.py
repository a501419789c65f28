"""Objectives by level and period: whose they are follows from the space, periods are quarters, half-years and years."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext as _

from tandem.kit import clock
from tandem.people.models import SpaceKind
from tandem.reports.queries.objectives import Branch
from tandem.strategy import periods as calendar
from tandem.strategy.models import Objective
from tandem.strategy.progress import worst
from tandem.web import charts
from tandem.web.strategy import values
from tandem.web.strategy.objective_parts import Judged

_MOST = 60


def kinds(request: HttpRequest) -> list[tuple[str, Any]]:
    return [(kind.value, kind.label) for kind in SpaceKind]


def periods(request: HttpRequest) -> list[tuple[str, str]]:
    """The periods in which any objective holds, the one in which we are marked."""
    ends = Objective.objects.visible_to(request.user).aggregate(first=models.Min("starts_on"), last=models.Max("ends_on"))
    if ends["first"] is None:
        return []
    today = clock.today()
    found = list(calendar.within(ends["first"], ends["last"], settings.FISCAL_YEAR_STARTS))[:_MOST]
    return [(p.key, _("%(period)s (now)") % {"period": p.name} if p.overlaps(today, today) else p.name) for p in found]


def _period(key: str) -> calendar.Period | None:
    return calendar.period(key, settings.FISCAL_YEAR_STARTS)


def in_period(rows: models.QuerySet[Any], key: str) -> models.QuerySet[Any]:
    one = _period(key)
    return rows.filter(starts_on__lte=one.ends_on, ends_on__gte=one.starts_on) if one else rows


def fits(request: HttpRequest, objective: Objective) -> bool:
    level, one = request.GET.get("level", ""), _period(request.GET.get("period", ""))
    is_known = level in SpaceKind.values
    return (not is_known or objective.space.kind == level) and (
        one is None or one.overlaps(objective.starts_on, objective.ends_on)
    )


def figures(branches: Iterable[Branch], judged: dict[int, Judged]) -> list[dict[str, Any]]:
    """For each level how far its objectives are: the mean of those of which anything is known, and the weakest state."""
    by_kind: dict[str, list[Judged]] = {}
    for branch in branches:
        if branch.objective.state == Objective.State.OPEN:
            by_kind.setdefault(branch.objective.space.kind, []).append(judged[branch.objective.pk])
    found = []
    for kind in SpaceKind:
        rows = by_kind.get(kind.value, [])
        known = [r.progress for r in rows if r.progress is not None]
        if not rows:
            continue
        state = worst(r.confidence for r in rows)
        weak = sum(r.confidence == state for r in rows)
        found.append({
            "label": kind.label, "value": charts.percent(sum(known) / len(known)) if known else "–", "state": state,
            "beside": _("mean of %(n)s") % {"n": len(known)} if known else "",
            "note": _("%(word)s: %(n)s of %(all)s") % {"word": values.state_word(state), "n": weak, "all": len(rows)},
        })  # fmt: skip
    return found

"""Risks that a project may have forgotten: from our catalogue, and from what happened in projects like it that are over."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from tandem.governance.actions import risks
from tandem.governance.catalogue import ENTRIES
from tandem.governance.models import PackUse, Risk, RiskSuggestion
from tandem.governance.pack_content import of_use
from tandem.history.record import record
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.people.scoping import open_below
from tandem.portfolio.models import Project

_DO = Permission.EDIT_WORK
_V = RiskSuggestion.Verdict
MOST = 30
_CARRIED = ("title", "kind", "area", "cause", "event", "effect", "probability", "days", "trigger")


@dataclass(frozen=True, slots=True)
class Suggested:
    """`source`: the risk that happened, None: our catalogue."""

    origin: str
    values: dict[str, Any]
    source: Risk | None = None


def suggested(user: Any, space: Space, language: str) -> list[Suggested]:
    """What was not answered there yet: first what happened in alike projects, as far as the asker sees them, then the catalogue."""
    answered = set(RiskSuggestion.objects.visible_to(user).filter(space=space).values_list("origin", flat=True))
    known = [whole_number(one.removeprefix("risk:"), 12) or 0 for one in answered if one.startswith("risk:")]
    alike = _happened(user, space).exclude(pk__in=known).order_by("-ended_on", "-id")[:MOST]
    found = [*_said(alike), *(one for one in _known(space, language) if one.origin not in answered)]
    titles = {title.casefold() for title in Risk.objects.visible_to(user).filter(space=space).values_list("title", flat=True)}
    return [one for one in found if one.values["title"].casefold() not in titles][:MOST]


def accept(*, actor: Any, space: Space, origin: str, language: str) -> Risk:
    """It becomes a risk of the register, to be judged there; that is on record."""
    require(actor, _DO, space.pk)
    one = _find(actor, space, origin, language)
    with transaction.atomic():
        _once(space, origin)
        risk = risks.create(actor=actor, space=space, **one.values)
        _keep(actor, space, origin, _V.ACCEPTED, "", risk)
    return risk


def reject(*, actor: Any, space: Space, origin: str, reason: str, language: str) -> RiskSuggestion:
    """It does not apply here, with a reason; nobody is asked again."""
    require(actor, _DO, space.pk)
    reason = reason.strip()[:300]
    if not reason:
        raise Refused("suggestion_reason_missing", field="reason")
    _find(actor, space, origin, language)
    with transaction.atomic():
        _once(space, origin)
        return _keep(actor, space, origin, _V.REJECTED, reason, None)


def _find(actor: Any, space: Space, origin: str, language: str) -> Suggested:
    kind, _colon, number = origin.partition(":")
    alike = _said(_happened(actor, space).filter(pk=whole_number(number, 12) or 0)) if kind == "risk" else _known(space, language)
    one = next((one for one in alike if one.origin == origin), None)
    if one is None:
        raise Refused("suggestion_gone")
    return one


def _once(space: Space, origin: str) -> None:
    Space.objects.select_for_update(no_key=True).get(pk=space.pk)
    if RiskSuggestion.objects.filter(space=space, origin=origin).exists():
        raise Refused("suggestion_answered")


def _keep(actor: Any, space: Space, origin: str, verdict: str, reason: str, risk: Risk | None) -> RiskSuggestion:
    row = RiskSuggestion.objects.create(space=space, origin=origin, verdict=verdict, reason=reason, risk=risk, by=actor)
    shown = {"origin": [None, origin], "answer": [None, verdict], **({"risk": [None, risk.pk]} if risk else {})}
    record("risk_suggestion.answered", row, actor=actor, changes=shown, text={"reason": [None, reason]} if reason else {})
    return row


def _happened(user: Any, space: Space) -> Any:
    """Of projects that are over and of the same kind of investment; of a project without a kind, of all that are over. What stands in a
    confidential place is offered nowhere else, and what turned out to be no issue has not happened."""
    own = Project.objects.filter(space=space).first()
    over = Project.objects.visible_to(user).filter(state__in=(Project.State.DONE, Project.State.CANCELLED)).exclude(space=space)
    if own is not None and own.kind:
        over = over.filter(kind=own.kind)
    rows = Risk.objects.visible_to(user).filter(state=Risk.State.HAPPENED, space__in=over.values("space")).in_spaces(open_below(None))
    return rows.select_related("space")


def _said(rows: Any) -> list[Suggested]:
    return [Suggested(f"risk:{row.pk}", {name: getattr(row, name) for name in _CARRIED}, row) for row in rows]


def _known(space: Space, language: str) -> list[Suggested]:
    kind = Project.objects.filter(space=space).values_list("kind", flat=True).first() or ""
    taken = [pack for use in PackUse.objects.filter(space=space).select_related("pack_version__pack") if (pack := of_use(use))]
    return [
        Suggested(f"catalogue:{one.key}", one.said(language))
        for one in (*(entry for pack in taken for entry in pack.risks), *ENTRIES)
        if not one.kinds or not kind or kind in one.kinds
    ]

"""Benefits: what is to be gained, what was measured of it, over a portfolio and one by one."""

from typing import Any

from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy

from tandem.people.access import Permission, may
from tandem.people.models import Space
from tandem.portfolio.actions import benefit_measurements, benefits
from tandem.portfolio.models import Benefit, BenefitMeasurement
from tandem.product.models import Feature
from tandem.reports.queries import benefits as reads
from tandem.reports.queries.scope import below
from tandem.web import cells, doors, generic
from tandem.web.generic import Column, Fact, Filter, Noun
from tandem.web.portfolio import benefit_forms, money, outcomes
from tandem.web.portfolio import benefit_words as words
from tandem.web.portfolio.report_course import places
from tandem.web.templating import day

_MOVES = {"realised": _("It is realised"), "missed": _("It is not realised"), "dropped": _("Give up"), "realising": _("Open again"), "planned": _("Open again")}
_SHAPES = {"realising": "in_progress", "realised": "done"}


def create(*, actor: Any, home: Any, **values: Any) -> Benefit:
    """Of a proposal it stands where the proposal stands."""
    proposal = values.get("proposal")
    return benefits.create(actor=actor, space=proposal.space if proposal else home, **values)


def change(*, actor: Any, row: Benefit, version: int | None, **values: Any) -> Benefit:
    return benefits.change(actor=actor, benefit=row, version=version, **values)


def remove(*, actor: Any, row: Benefit, version: int | None) -> None:
    benefits.remove(actor=actor, benefit=row, version=version)


def look_up(request: HttpRequest, rows: list[Any]) -> None:
    reads.look_up(request.user, rows)


def said(row: Any) -> Any:
    state = _state(row)
    return cells.state(_SHAPES.get(state, ""), Benefit.State(state).label)


def _state(row: Any) -> str:
    """What a KPI measures is being realised as soon as there is a value; nobody says so by hand."""
    made = getattr(row, "realised", None)
    is_coming = row.state == Benefit.State.PLANNED and row.kpi_id and made is not None and made.value is not None
    return Benefit.State.REALISING.value if is_coming else row.state


def _within(request: HttpRequest, rows: Any, key: str) -> Any:
    space = doors.find(Space.objects.all(), request.user, key=key)
    return rows.filter(space_id__among=below(request.user, space.pk))


def over(request: HttpRequest) -> dict[str, Any]:
    """What all that the filters leave come to: above the first page alone, for it is the same above every one."""
    if request.GET.get("cursor"):
        return {"whole": None}
    rows: list[Any] = list(generic.narrowed(request, noun).select_related(None).select_related("kpi")[: reads.MOST + 1])
    left_off, rows = len(rows) > reads.MOST, rows[: reads.MOST]
    reads.look_up(request.user, rows)
    found = reads.whole(rows)
    return {
        "whole": found, "sentence": _sentence(found), "sums": [_sum(one) for one in found.sums.values()], "most": reads.MOST if left_off else 0,
        "outcomes": outcomes.of_space(request.user, _place(request)),
    }  # fmt: skip


def _place(request: HttpRequest) -> Space | None:
    key = request.GET.get("in", "")
    return Space.objects.visible_to(request.user).filter(key=key).first() if key else None


def _sentence(found: reads.Whole) -> str:
    text = ngettext("%(n)s benefit, %(measured)s of them measured", "%(n)s benefits, %(measured)s of them measured", found.count)
    first = text % {"n": found.count, "measured": found.measured}
    off = found.states["off"]
    parts = [ngettext("%(n)s is off track", "%(n)s are off track", off) % {"n": off}] if off else []
    if found.overdue:
        parts.append(ngettext("%(n)s measurement overdue", "%(n)s measurements overdue", found.overdue) % {"n": found.overdue})
    return first + "".join(now_("; %(part)s") % {"part": part} for part in parts) + pgettext("sentence", ".")


def _sum(one: reads.Sum) -> dict[str, Any]:
    return {
        "currency": one.currency, "whole": money.money(one.whole, one.currency), "planned": money.money(one.planned, one.currency), "measured": money.money(one.measured, one.currency),
        "share": words.part(one.share), "count": one.count, "measured_count": one.measured_count,
    }  # fmt: skip


def detail(request: HttpRequest, row: Any) -> dict[str, Any]:
    user = request.user
    reads.look_up(user, [row])
    taken = BenefitMeasurement.objects.visible_to(user).filter(benefit=row).select_related("taken_by").order_by("-on")
    may_edit = may(user, Permission.EDIT_WORK, row.space_id)
    return {
        "picture": words.picture(row), "standing": words.standing(row), "said": said(row), "share": words.share(row), "planned": words.planned(row),
        "last": words.amount(row, row.realised.value) if row.realised.value is not None else "", "derivation": words.derivation(row), "due": words.next_due(row),
        "measurements": [(one, words.amount(row, one.value)) for one in taken[:100]], "features": list(Feature.objects.visible_to(user).filter(benefit=row).order_by("title")[:50]),
        "may_measure": row.is_open and not row.kpi_id and benefit_measurements.may_measure(user, row), "whose": _home(row),
        "steps": [(state, _MOVES[state]) for state in benefits.MOVES[row.state]] if may_edit else [],
        "quarters": [(n, money.exact(amount, row.currency)) for n, amount in enumerate(row.profile, 1)],
        "removal_url": "" if taken else reverse("benefits_removals", kwargs={"id": row.pk}),
    }  # fmt: skip


def _home(row: Any) -> tuple[str, str]:
    """Whose benefit it is: the owner of its space, and the page of it."""
    pages = {"portfolio": "portfolios_detail", "programme": "programmes_detail", "project": "projects_detail", "product": "products_detail"}
    owner = getattr(row.space, row.space.kind, None) if row.space.kind in pages else None
    return (row.space.name, reverse(pages[row.space.kind], kwargs={"id": owner.pk}) if owner else "")


noun = Noun(
    slug="benefits", model=Benefit, one=_("benefit"), many=_("Benefits"),
    purpose=_("What is to be gained, and what was measured of it after delivery."),
    columns=(
        Column("title", _("Benefit"), lambda r: r.title, "title", is_title=True),
        Column("standing", _("Computed"), words.standing),
        Column("share", _("Realised"), words.share, is_number=True),
        Column("measured", pgettext_lazy("amount", "Measured"), lambda r: words.amount(r, r.realised.value) if r.realised.value is not None else "", is_number=True),
        Column("planned", _("Planned"), words.planned, is_number=True),
        Column("state", _("State"), said, "state"),
        Column("due", _("Measurement"), words.next_due),
        Column("space", _("Of"), lambda r: r.space.name),
        Column("owner", _("Owner"), lambda r: cells.person(r.owner)),
    ),
    facts=(
        Fact(_("State"), lambda r: Benefit.State(_state(r)).label), Fact(_("Reason"), lambda r: r.reason or "–"), Fact(_("Of"), lambda r: r.space.name),
        Fact(_("Owner"), lambda r: cells.person(r.owner) or "–"), Fact(_("Kind"), lambda r: r.get_kind_display()),
        Fact(_("Begins on"), lambda r: day(r.starts_on) if r.starts_on else "–"), Fact(_("Measured"), lambda r: r.get_cadence_days_display()),
        Fact(_("KPI"), refers_to="kpi"), Fact(_("Objective"), refers_to="objective"), Fact(_("Proposal"), refers_to="proposal"),
    ),
    filters=(
        Filter("in", _("Where"), lambda request: places(request)[1:], narrow_for=_within),
        Filter("state", _("State"), lambda request: list(Benefit.State.choices)),
        Filter("kind", _("Kind"), lambda request: list(Benefit.Kind.choices)),
    ),
    search=("title", "description"), order="title", related=("owner", "space", "kpi", "objective", "proposal"), text="description",
    permission=Permission.EDIT_WORK, form=benefit_forms.BenefitForm, create=create, change=change, remove=remove,
    home_kinds=("project", "programme", "portfolio", "product", "organisation"), detail=detail, look_up=look_up, list_extra=over,
    list_template="portfolio/benefits.html", detail_template="portfolio/benefit.html",
    names={"new": _("New benefit"), "home": _("Of")},
)  # fmt: skip
urls = [
    *generic.urls(noun),
    path("benefits/<int:id>/measurements/", benefit_forms.measure, name="benefits_measurements"),
    path("benefits/<int:id>/moves/", benefit_forms.moves, name="benefits_moves"),
    path("benefit-measurements/<int:id>/removals/", benefit_forms.removal, name="benefit_measurement_removals"),
]

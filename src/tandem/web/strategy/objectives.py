"""Objectives: the tree with the work and promises under each."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock
from tandem.people.access import Permission, may
from tandem.reports.queries import objectives as reads
from tandem.reports.queries.roadmap import Roadmap, Row
from tandem.strategy import periods
from tandem.strategy.actions import objectives
from tandem.strategy.models import Objective
from tandem.web import cells, generic
from tandem.web.generic import Column, Fact, Filter, Noun
from tandem.web.product import roadmap_picture as picture
from tandem.web.strategy import carrying, levels, objective_parts
from tandem.web.templating import url as address

_LINES, _FEW = 200, 3


class ObjectiveForm(forms.ModelForm):
    class Meta:
        model = Objective
        fields = ["title", "description", "parent", "owner", "state", "starts_on", "ends_on", "measure", "theme", "intended_share"]
        widgets = {
            "starts_on": forms.DateInput({"type": "date"}, "%Y-%m-%d"),
            "ends_on": forms.DateInput({"type": "date"}, "%Y-%m-%d"),
            "description": forms.Textarea({"rows": 4}),
        }
        help_texts = {"intended_share": _("How much of all work it ought to get, in per cent. The alignment page compares.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """A new one begins with the quarter in which it is written."""
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            today = clock.today()
            quarter = next(p for p in periods.within(today, today, settings.FISCAL_YEAR_STARTS) if "Q" in p.key)
            for name in ("starts_on", "ends_on"):
                self.initial.setdefault(name, getattr(quarter, name))


def create(*, actor: Any, home: Any, **values: Any) -> Objective:
    return objectives.create(actor=actor, space=home, **values)


def change(*, actor: Any, row: Objective, version: int | None, **values: Any) -> Objective:
    return objectives.change(actor=actor, objective=row, version=version, **values)


def remove(*, actor: Any, row: Objective, version: int | None) -> None:
    objectives.remove(actor=actor, objective=row, version=version)


def detail(request: HttpRequest, row: Objective) -> dict[str, Any]:
    branches, found = reads.tree(request.user)
    axis = _axis(found)
    own = next(b for b in branches if b.objective.pk == row.pk)
    may_edit = may(request.user, Permission.EDIT_STRATEGY, row.space_id)
    return {
        **objective_parts.of(request, row, branches), "may_edit": may_edit,
        "carry_url": reverse("objectives_carry_overs", kwargs={"id": row.pk}) if may_edit else "",
        "served_by": [_line(one, weight, axis) for one, weight in own.serving], "axis": axis, "branch": own,
        "parts": [b for b in branches if b.objective.parent_id == row.pk],
    }  # fmt: skip


def tree(request: HttpRequest) -> dict[str, Any]:
    """The whole tree (objectives are few), of a level and a period too; a plain list where it is narrowed otherwise."""
    if any(request.GET.get(k) for k in ("q", "state", "cursor", "sort")):
        return {"tree": []}
    branches, found = reads.tree(request.user)
    chosen = [b for b in branches if levels.fits(request, b.objective)]
    most = _most_each([len(b.serving) for b in chosen])
    axis = _axis(found)
    judged = objective_parts.judgements(request.user, branches)
    return {
        "tree": [
            (b, [_line(row, weight, axis) for row, weight in b.serving[:most]], len(b.serving) - most, axis.at(b.objective.ends_on), judged[b.objective.pk])
            for b in chosen
        ],
        "axis": axis, "levels": levels.figures(chosen, judged),
    }  # fmt: skip


def _most_each(counts: list[int]) -> int:
    """How many features may stand under each objective, so that not many more than `_LINES` stand on the page; a few always."""
    most = max(counts, default=0)
    while most > _FEW and sum(min(n, most) for n in counts) > _LINES:
        most -= 1
    return most


def _axis(found: Roadmap) -> picture.Axis:
    return picture.axis_of(found, picture.MONTHS)


def _line(row: Row, weight: int, axis: picture.Axis) -> dict[str, Any]:
    """A row of the roadmap under its objective. What was done before the picture begins needs no lane."""
    url = address("roadmap_row", kind=row.kind, id=row.ref.id)
    return {"row": row, "weight": weight, "url": url, "lane": picture.lane(row, axis)}


noun = Noun(
    slug="objectives", model=Objective, one=_("objective"), many=_("Objectives"),
    purpose=_("What we want to have reached, and the work that serves it."),
    columns=(
        Column("title", _("Objective"), lambda r: r.title, "title", is_title=True),
        Column("state", _("State"), lambda r: r.get_state_display(), "state"),
        Column("owner", _("Owner"), lambda r: cells.person(r.owner)),
        Column("starts", _("From"), lambda r: cells.date(r.starts_on), "starts_on"),
        Column("ends", _("To"), lambda r: cells.date(r.ends_on), "ends_on"),
    ),
    facts=(
        Fact(_("State"), lambda r: r.get_state_display()),
        Fact(_("Part of"), refers_to="parent"),
        Fact(_("Owner"), lambda r: cells.person(r.owner) or "–"),
        Fact(_("Period"), lambda r: f"{r.starts_on} – {r.ends_on}"),
        Fact(_("Measured by"), lambda r: r.measure or "–"),
        Fact(_("Theme"), refers_to="theme"),
        Fact(_("Intended share"), lambda r: f"{r.intended_share} %" if r.intended_share else "–"),
    ),
    filters=(
        Filter("period", _("Period"), levels.periods, narrow=levels.in_period),
        Filter("level", _("Level"), levels.kinds, field="space__kind"),
        Filter("state", _("State"), lambda request: list(Objective.State.choices)),
    ),
    search=("title", "description"), order="starts_on", related=("owner", "parent", "space", "theme"), text="description",
    permission=Permission.EDIT_STRATEGY, form=ObjectiveForm, create=create, change=change, remove=remove,
    home_kinds=("organisation", "portfolio", "product"), is_at_home_in_root=True, detail=detail, list_extra=tree,
    list_template="strategy/objectives.html", detail_template="strategy/objective.html", list_stands=True, names={"new": _("New objective")},
)  # fmt: skip
urls = [*generic.urls(noun), *carrying.urls(noun)]

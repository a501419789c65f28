"""Objectives: the tree with the work and promises under each."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock
from tandem.people.access import Permission, may
from tandem.reports.queries import objectives as reads
from tandem.reports.queries.roadmap_briefs import Brief
from tandem.reports.queries.roadmap_rows import Row
from tandem.strategy import periods
from tandem.strategy.actions import objectives
from tandem.strategy.models import Objective
from tandem.web import cells, generic
from tandem.web.generic import Column, Fact, Filter, Noun
from tandem.web.product import roadmap_picture as picture
from tandem.web.strategy import carrying, levels, objective_parts
from tandem.web.strategy import objective_lines as lines
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
    branches, today, last = reads.tree(request.user)
    axis = picture.months_until(last, today)
    own = next(b for b in branches if b.objective.pk == row.pk)
    may_edit = may(request.user, Permission.EDIT_STRATEGY, row.space_id)
    rows = reads.rows(request.user, [one.id for one, _weight in own.serving], today)
    return {
        **objective_parts.of(request, row, branches), "may_edit": may_edit,
        "carry_url": reverse("objectives_carry_overs", kwargs={"id": row.pk}) if may_edit else "",
        "served_by": _lines(own.serving, rows, axis), "axis": axis, "branch": own,
        "parts": [b for b in branches if b.objective.parent_id == row.pk],
    }  # fmt: skip


def tree(request: HttpRequest) -> dict[str, Any]:
    """The whole tree (objectives are few), of a level and a period too; a plain list where it is narrowed otherwise."""
    if any(request.GET.get(k) for k in ("q", "state", "cursor", "sort")):
        return {"tree": []}
    branches, today, last = reads.tree(request.user)
    chosen = [b for b in branches if levels.fits(request, b.objective)]
    most = _most_each([len(b.serving) for b in chosen])
    axis = picture.months_until(last, today)
    rows = reads.rows(request.user, {one.id for b in chosen for one, _weight in b.serving[:most]}, today)
    judged = objective_parts.judgements(request.user, branches)
    return {
        "tree": [
            (b, _lines(b.serving[:most], rows, axis), len(b.serving) - most, axis.at(b.objective.ends_on), judged[b.objective.pk])
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


def _lines(serving: Sequence[tuple[Brief, int]], rows: dict[int, Row], axis: picture.Axis) -> list[dict[str, Any]]:
    """Rows of the roadmap under their objective."""
    found = [(rows[one.id], weight) for one, weight in serving if one.id in rows]
    return [{"row": row, "url": address("roadmap_row", kind=row.kind, id=row.ref.id), "cells": lines.cells(row, weight, axis)} for row, weight in found]


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

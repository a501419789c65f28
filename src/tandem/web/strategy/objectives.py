"""Objectives: the tree with the work and promises under each."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tandem.people.access import Permission
from tandem.reports.queries import objectives as reads
from tandem.strategy.actions import objectives
from tandem.strategy.models import Objective
from tandem.web import cells, generic
from tandem.web.generic import Column, Fact, Filter, Noun


class ObjectiveForm(forms.ModelForm):
    class Meta:
        model = Objective
        fields = ["title", "description", "parent", "owner", "state", "starts_on", "ends_on", "measure"]
        widgets = {
            "starts_on": forms.DateInput({"type": "date"}, "%Y-%m-%d"),
            "ends_on": forms.DateInput({"type": "date"}, "%Y-%m-%d"),
            "description": forms.Textarea({"rows": 4}),
        }


def create(*, actor: Any, home: Any, **values: Any) -> Objective:
    return objectives.create(actor=actor, space=home, **values)


def change(*, actor: Any, row: Objective, version: int | None, **values: Any) -> Objective:
    return objectives.change(actor=actor, objective=row, version=version, **values)


def remove(*, actor: Any, row: Objective, version: int | None) -> None:
    objectives.remove(actor=actor, objective=row, version=version)


def detail(request: HttpRequest, row: Objective) -> dict[str, Any]:
    return {
        "served_by": reads.served_by(request.user, [row.pk]).get(row.pk, []),
        "parts": list(row.children.visible_to(request.user)),
    }


def tree(request: HttpRequest) -> dict[str, Any]:
    """The whole tree (objectives are few); shown while the list is not narrowed."""
    narrowed = any(request.GET.get(k) for k in ("q", "state", "cursor", "sort"))
    return {"tree": [] if narrowed else reads.tree(request.user)}


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
        Fact(_("Part of"), lambda r: r.parent or "–"),
        Fact(_("Owner"), lambda r: cells.person(r.owner) or "–"),
        Fact(_("Period"), lambda r: f"{r.starts_on} – {r.ends_on}"),
        Fact(_("Measured by"), lambda r: r.measure or "–"),
    ),
    filters=(Filter("state", _("State"), lambda request: list(Objective.State.choices)),),
    search=("title", "description"), order="starts_on", related=("owner", "parent"), text="description",
    permission=Permission.EDIT_STRATEGY, form=ObjectiveForm, create=create, change=change, remove=remove,
    home_kinds=("organisation", "portfolio", "product"), detail=detail, list_extra=tree,
    list_template="strategy/objectives.html", detail_template="strategy/objective.html", names={"new": _("New objective")},
)  # fmt: skip
urls = generic.urls(noun)

"""Strategic themes, with the objectives of each."""

from typing import Any

from django import forms
from django.db.models import Count
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tandem.people.access import Permission
from tandem.strategy.actions import themes
from tandem.strategy.models import Objective, Theme
from tandem.web import generic
from tandem.web.generic import Column, Noun


class ThemeForm(forms.ModelForm):
    class Meta:
        model = Theme
        fields = ["name", "description"]
        widgets = {"description": forms.Textarea({"rows": 3})}


def create(*, actor: Any, home: Any, **values: Any) -> Theme:
    return themes.create(actor=actor, space=home, **values)


def change(*, actor: Any, row: Theme, version: int | None, **values: Any) -> Theme:
    return themes.change(actor=actor, theme=row, version=version, **values)


def remove(*, actor: Any, row: Theme, version: int | None) -> None:
    themes.remove(actor=actor, theme=row, version=version)


def look_up(request: HttpRequest, rows: list[Any]) -> None:
    counted = Objective.objects.visible_to(request.user).filter(theme__in=[r.pk for r in rows]).order_by().values_list("theme").annotate(Count("id"))
    counts = dict(counted)
    for row in rows:
        row.count = counts.get(row.pk, 0)


def detail(request: HttpRequest, row: Theme) -> dict[str, Any]:
    return {"objectives": list(Objective.objects.visible_to(request.user).filter(theme=row).select_related("owner").order_by("starts_on", "id"))}


noun = Noun(
    slug="themes", model=Theme, one=_("theme"), many=_("Themes"), purpose=_("What the objectives are about, over many periods."),
    columns=(
        Column("name", _("Theme"), lambda r: r.name, "name", is_title=True),
        Column("objectives", _("Objectives"), lambda r: r.count, is_number=True),
    ),
    search=("name", "description"), order="name", text="description", permission=Permission.EDIT_STRATEGY, form=ThemeForm, create=create,
    change=change, remove=remove, home_kinds=("organisation", "portfolio", "product"), is_at_home_in_root=True, look_up=look_up, detail=detail,
    detail_template="strategy/theme.html", names={"new": _("New theme")},
)  # fmt: skip
urls = generic.urls(noun)

"""Teams."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tandem.people.access import Permission
from tandem.people.actions import teams
from tandem.people.models import Team
from tandem.web import generic
from tandem.web.generic import Column, Fact, Noun


class TeamForm(forms.ModelForm):
    class Meta:
        model = Team
        fields = ["name", "members"]
        labels = {"members": _("Members")}
        widgets = {"members": forms.CheckboxSelectMultiple}


class TeamNoun(Noun):
    def rows(self, user: Any) -> Any:
        return super().rows(user).prefetch_related("members")


def create(*, actor: Any, home: Any, **values: Any) -> Team:
    return teams.create(actor=actor, space=home, **values)


def change(*, actor: Any, row: Team, version: int | None, **values: Any) -> Team:
    return teams.change(actor=actor, team=row, version=version, **values)


def remove(*, actor: Any, row: Team, version: int | None) -> None:
    teams.remove(actor=actor, team=row, version=version)


noun = TeamNoun(
    slug="teams", model=Team, one=_("team"), many=_("Teams"), purpose=_("People who work together; roadmaps and forecasts can be read by team."),
    columns=(Column("name", _("Name"), lambda r: r.name, "name", is_title=True), Column("members", _("Members"), lambda r: len(r.members.all()), is_number=True), Column("space", _("Space"), lambda r: r.space.name)),
    facts=(Fact(_("Members"), lambda r: ", ".join(u.name for u in r.members.all()) or "–"), Fact(_("Space"), lambda r: r.space.name)),
    search=("name",), order="name", related=("space",), permission=Permission.EDIT_PORTFOLIO, form=TeamForm, create=create, change=change,
    remove=remove, home_kinds=("organisation", "portfolio", "programme", "project", "product"), names={"new": _("New team"), "home": _("Space")},
)  # fmt: skip
urls = generic.urls(noun)

"""Teams."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tandem.collaboration.models import Pulse
from tandem.people.access import Permission, may
from tandem.people.actions import teams
from tandem.people.models import Team
from tandem.reports.queries import thanks as thanks_read
from tandem.web import generic
from tandem.web.collaboration import thanks
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


def detail(request: HttpRequest, row: Any) -> dict[str, Any]:
    """Its pulse, and for what its people were thanked of late."""
    user: Any = request.user
    told = thanks_read.of_people(user, [one.pk for one in row.members.all()])
    return {
        "pulse": Pulse.objects.visible_to(user).running().filter(team=row).first(), "may_ask": may(user, Permission.EDIT_PLAN, row.space_id), "lines": thanks.lines(user, told),
    }  # fmt: skip


noun = TeamNoun(
    slug="teams", model=Team, one=_("team"), many=_("Teams"), purpose=_("People who work together; roadmaps and forecasts can be read by team."),
    columns=(Column("name", _("Name"), lambda r: r.name, "name", is_title=True), Column("members", _("Members"), lambda r: len(r.members.all()), is_number=True), Column("space", _("Space"), lambda r: r.space.name)),
    facts=(Fact(_("Members"), lambda r: ", ".join(u.name for u in r.members.all()) or "–"), Fact(_("Space"), lambda r: r.space.name)),
    search=("name",), order="name", related=("space",), permission=Permission.EDIT_PORTFOLIO, form=TeamForm, create=create, change=change,
    remove=remove, detail=detail, detail_template="people/team.html", home_kinds=("organisation", "portfolio", "programme", "project", "product"), names={"new": _("New team"), "home": _("Space")},
)  # fmt: skip
urls = generic.urls(noun)

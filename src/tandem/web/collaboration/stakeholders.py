"""Stakeholders: the register, the picture of interest and influence, and each with what they were told."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_POST

from tandem.collaboration.actions import stakeholders
from tandem.collaboration.models import Stakeholder
from tandem.kit import clock
from tandem.kit.dates import parse_day
from tandem.people.access import Permission, may
from tandem.people.models import User
from tandem.reports.queries import stakeholders as reads
from tandem.web import cells, doors, generic
from tandem.web.collaboration.documents import places, within
from tandem.web.generic import Column, Fact, Filter, Noun
from tandem.web.templating import day, url


class StakeholderForm(forms.ModelForm):
    class Meta:
        model = Stakeholder
        fields = ["name", "person", "part", "expects", "interest", "influence", "stance", "owner", "every_days", "way"]
        widgets = {"expects": forms.Textarea({"rows": 3}), "interest": forms.Select(choices=[(n, n) for n in range(1, 6)]), "influence": forms.Select(choices=[(n, n) for n in range(1, 6)])}
        help_texts = {
            "name": _("Somebody, or a body. Promises to a receiver of this name stand on its page."), "interest": _("How much it concerns them: 1 hardly, 5 very much."),
            "influence": _("How much they can move: 1 hardly anything, 5 everything."), "every_days": _("Who keeps in touch is reminded when it is time. Empty: as it comes."),
        }  # fmt: skip

    def for_request(self, request: HttpRequest, row: Any) -> None:
        for name in ("person", "owner"):
            self.fields[name].queryset = User.objects.visible_to(request.user).active().order_by("name")  # type: ignore[attr-defined]


def create(*, actor: Any, home: Any, **values: Any) -> Stakeholder:
    """Nobody named: whoever writes it down keeps in touch."""
    return stakeholders.create(actor=actor, space=home, **({**values, "owner": values["owner"] or actor}))


def change(*, actor: Any, row: Stakeholder, version: int | None, **values: Any) -> Stakeholder:
    return stakeholders.change(actor=actor, stakeholder=row, version=version, **values)


def remove(*, actor: Any, row: Stakeholder, version: int | None) -> None:
    stakeholders.remove(actor=actor, stakeholder=row, version=version)


def detail(request: HttpRequest, row: Any) -> dict[str, Any]:
    user: Any = request.user
    may_edit = may(user, Permission.EDIT_WORK, row.space_id)
    return {
        "notes": reads.notes(user, row), "promises": [(one, url("promises_detail", id=one.pk)) for one in reads.promises(user, row)], "is_due": _is_due(row), "today": clock.today(),
        "may_tell": may_edit or (row.owner_id == user.pk and may(user, Permission.COMMENT, row.space_id)),
    }  # fmt: skip


def _is_due(row: Any) -> bool:
    return row.next_on is not None and row.next_on <= clock.today()


def over(request: HttpRequest) -> dict[str, Any]:
    """The picture stands above the first page: who matters how much, each mark leading to its record."""
    if request.GET.get("cursor"):
        return {"grid": None, "due": 0}
    rows = generic.narrowed(request, noun)
    found = reads.grid(rows)
    lines = [[{"who": [(one, noun.url(one), _is_due(one)) for one in found.get((interest, influence), [])], "zone": _zone(interest, influence)} for interest in range(1, 6)] for influence in range(5, 0, -1)]
    return {"grid": lines if found else None, "due": sum(_is_due(one) for cell in found.values() for one in cell), "zones": _zones()}


def _zone(interest: int, influence: int) -> str:
    return ("close" if interest > 3 else "content") if influence > 3 else ("informed" if interest > 3 else "watched")


def _zones() -> list[tuple[str, str]]:
    """What is done with whom: Mendelow's matrix."""
    return [
        ("close", pgettext("stakeholders", "Work with them closely")), ("content", pgettext("stakeholders", "Keep them content")),
        ("informed", pgettext("stakeholders", "Keep them informed")), ("watched", pgettext("stakeholders", "Keep an eye on them")),
    ]  # fmt: skip


def _which(rows: Any, what: str) -> Any:
    return rows.due(clock.today()) if what == "due" else rows.filter(owner=None)


noun = Noun(
    slug="stakeholders", model=Stakeholder, one=_("stakeholder"), many=_("Stakeholders"), purpose=_("Who matters to it, what they care for, what they were told, and who is to be told something."),
    columns=(
        Column("name", _("Stakeholder"), lambda r: r.name, "name", is_title=True), Column("part", pgettext_lazy("stakeholders", "Part"), lambda r: r.part),
        Column("interest", pgettext_lazy("stakeholders", "Interest"), lambda r: r.interest, "interest", is_number=True), Column("influence", _("Influence"), lambda r: r.influence, "influence", is_number=True),
        Column("stance", _("Stance"), lambda r: r.get_stance_display(), "stance"), Column("told_on", _("Last told"), lambda r: cells.date(r.told_on), "told_on"),
        Column("next_on", _("Next by"), lambda r: cells.date(r.next_on), "next_on"), Column("space", _("Of"), lambda r: r.space.name), Column("owner", _("Who keeps in touch"), lambda r: cells.person(r.owner)),
    ),
    facts=(
        Fact(pgettext_lazy("stakeholders", "Part"), lambda r: r.part or "–"), Fact(_("Of"), lambda r: r.space.name), Fact(pgettext_lazy("stakeholders", "Interest"), lambda r: f"{r.interest} / 5"), Fact(_("Influence"), lambda r: f"{r.influence} / 5"),
        Fact(_("Stance"), lambda r: r.get_stance_display()), Fact(_("Who keeps in touch"), lambda r: cells.person(r.owner) or "–"),
        Fact(_("Hears at least"), lambda r: now_("every %(n)s days") % {"n": r.every_days} if r.every_days else "–"), Fact(_("By which way"), lambda r: r.way or "–"),
        Fact(_("Last told"), lambda r: day(r.told_on) if r.told_on else "–"), Fact(_("Next by"), lambda r: day(r.next_on) if r.next_on else "–"),
    ),
    filters=(
        Filter("in", _("Where"), places, narrow_for=within), Filter("stance", _("Stance"), lambda request: list(Stakeholder.Stance.choices)),
        Filter("which", _("Which"), lambda request: [("due", now_("to be told something")), ("unowned", now_("nobody keeps in touch"))], narrow=_which),
    ),
    search=("name", "part", "expects"), order="-influence", related=("owner", "space"), text="expects", permission=Permission.EDIT_WORK, form=StakeholderForm, create=create, change=change, remove=remove,
    home_kinds=("project", "product", "programme", "portfolio", "organisation"), detail=detail, list_extra=over, list_template="collaboration/stakeholders.html",
    detail_template="collaboration/stakeholder.html", names={"new": _("Name a stakeholder"), "home": _("Of")},
)  # fmt: skip


@login_required
@require_POST
def notes(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Stakeholder.objects, request.user, pk=id)
    given = request.POST
    on = parse_day(given["on"]) if given.get("on") else None
    stakeholders.tell(actor=request.user, stakeholder=row, what=given.get("what", ""), on=on, is_from_them=given.get("from") == "them")
    return doors.go_to(request, noun.url(row), now_("On record."))


urls = [*generic.urls(noun), path("stakeholders/<int:id>/notes/", notes, name="stakeholders_notes")]

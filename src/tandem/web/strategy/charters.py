"""Charters: what a project or product is to reach and what not, the two signatures, and what the next version changes."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from tandem.collaboration import words
from tandem.kit.errors import Denied
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may
from tandem.people.models import Space, SpaceKind
from tandem.strategy.actions import charters
from tandem.strategy.models import Charter, KeyResult, Kpi
from tandem.strategy.models.charter import Side
from tandem.web import cells, doors, generic
from tandem.web.generic import Column, Fact, Filter, Noun
from tandem.web.strategy import charter_parts as parts
from tandem.web.templating import moment


class Numbers(forms.TypedMultipleChoiceField):
    """Key results and KPIs by their number; those in the charter that the reader does not see stay in it."""


class CharterForm(forms.ModelForm):
    key_result_ids = Numbers(label=_("key results"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple)
    kpi_ids = Numbers(label=_("KPIs"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = Charter
        fields = ["goal", "scope_in", "scope_out", "measures", "key_result_ids", "kpi_ids", "assumptions"]
        widgets = {name: forms.Textarea({"rows": 4}) for name in charters.TEXTS}
        help_texts = {
            "goal": _("What will be different when it is done, for whom."),
            "scope_out": _("What somebody could expect of it and will not get."),
            "measures": _("How both sides will know that it was reached; key results and KPIs may stand for it."),
            "assumptions": _("What must hold for this to be possible."),
        }

    def for_request(self, request: HttpRequest, row: Charter | None) -> None:
        user = request.user
        row = row or self._last(request)
        self.kept = {name: parts.unseen(user, row, name) for name in ("key_result_ids", "kpi_ids")}
        found = KeyResult.objects.visible_to(user).open().select_related("objective").order_by("objective__title", "id")[:200]
        mine = set(row.key_result_ids) if row else set()
        here = KeyResult.objects.visible_to(user).filter(pk__in=mine).select_related("objective")
        shown = {k.pk: f"{k.title} · {k.objective.title}" for k in (*here, *found)}
        self.fields["key_result_ids"].choices = list(shown.items())  # type: ignore[attr-defined]
        self.fields["kpi_ids"].choices = list(Kpi.objects.visible_to(user).values_list("pk", "name")[:200])  # type: ignore[attr-defined]
        for name in ("key_result_ids", "kpi_ids"):
            if not self.fields[name].choices:  # type: ignore[attr-defined]
                del self.fields[name]

    def _last(self, request: HttpRequest) -> Charter | None:
        """A next version begins with what the last one says."""
        home = whole_number(request.GET.get("home", ""))
        last = Charter.objects.visible_to(request.user).filter(space=home).order_by("-number").first() if home else None
        for name in charters.FIELDS if last else ():
            self.initial[name] = getattr(last, name)
        return last

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        for name, kept in getattr(self, "kept", {}).items():
            if name in found:
                found[name] = [*found[name], *kept]
        return found


def create(*, actor: Any, home: Any, **values: Any) -> Charter:
    return charters.draft(actor=actor, space=home, **values)


def change(*, actor: Any, row: Charter, version: int | None, **values: Any) -> Charter:
    return charters.change(actor=actor, charter=row, version=version, **values)


def remove(*, actor: Any, row: Charter, version: int | None) -> None:
    charters.remove(actor=actor, charter=row, version=version)


def detail(request: HttpRequest, row: Charter) -> dict[str, Any]:
    """The words, field by field beside those of the version before, and who signed."""
    user = request.user
    versions = list(Charter.objects.visible_to(user).filter(space=row.space_id).order_by("-number"))
    before = next((c for c in versions if c.number < row.number), None)
    may_edit = may(user, Permission.EDIT_CHARTER, row.space_id)
    newest = versions[0]
    return {
        "sections": parts.sections(user, row, before), "before": before, "versions": versions, "newest": newest, "state": parts.state(row, newest),
        "sides": [parts.side(user, row, side) for side in Side.values], "may_change": may_edit and not row.is_signed,
        "next_url": f"{reverse('charters_new')}?home={row.space_id}" if may_edit and newest.is_signed else "",
        "incomplete": "" if row.is_signed or row.is_whole else words.refusal("charter_incomplete", {}),
        "subject": parts.subject(user, row.space),
        "sign_url": reverse("charters_signatures", kwargs={"id": row.pk}),
    }  # fmt: skip


@login_required
@require_POST
def signatures(request: HttpRequest, id: int) -> HttpResponse:
    """Sign for a side, or take its signature back: of exactly the words that stood on the page."""
    row = doors.find(Charter.objects.select_related("space"), request.user, pk=id)
    side, version = request.POST.get("side", ""), doors.version_in(request)
    if request.POST.get("do") == "withdraw":
        charters.unsign(actor=request.user, charter=row, version=version, side=side)
        return doors.go_to(request, noun.url(row), now_("The signature was taken back."))
    charters.sign(actor=request.user, charter=row, version=version, side=side)
    return doors.go_to(request, noun.url(row), now_("Signed by both sides: this is the charter now.") if row.is_signed else now_("Signed."))


@login_required
def of_space(request: HttpRequest, key: str) -> HttpResponse:
    """The newest charter of a project or product, or the form for its first."""
    space = doors.find(Space.objects, request.user, key=key)
    row = Charter.objects.visible_to(request.user).filter(space=space).order_by("-number").first()
    if row:
        return doors.go_to(request, noun.url(row))
    if not may(request.user, Permission.EDIT_CHARTER, space.pk):
        raise Denied(Permission.EDIT_CHARTER)
    return doors.go_to(request, f"{reverse('charters_new')}?home={space.pk}")


def _signed(side: str) -> Any:
    def shown(row: Charter) -> str:
        at, by = getattr(row, f"{side}_signed_at"), getattr(row, f"{side}_signed_by")
        return f"{by.name} · {moment(at)}" if at else "–"

    return shown


_STATES = {"open": lambda rows: rows.open(), "signed": lambda rows: rows.signed().newest(), "all": lambda rows: rows}

noun = Noun(
    slug="charters", model=Charter, one=_("charter"), many=_("Charters"),
    purpose=_("What a project or product is to reach and what not, signed by the PMO side and the product side."),
    columns=(
        Column("of", _("Of"), lambda r: r.space.name, "space__name", is_title=True),
        Column("number", _("Version"), lambda r: r.number, "number", is_number=True),
        Column("state", _("State"), lambda r: parts.word(r)),
        Column("pmo", _("PMO side"), _signed("pmo")),
        Column("product", _("Product side"), _signed("product")),
        Column("goal", _("Goal"), lambda r: r.goal[:120]),
    ),
    facts=(
        Fact(_("Of"), lambda r: r.space.name),
        Fact(_("Version"), lambda r: r.number),
        Fact(_("Written by"), lambda r: cells.person(r.written_by)),
    ),
    filters=(Filter("state", _("State"), lambda request: [
        ("open", _("Waiting for signatures")), ("signed", _("Signed by both")), ("all", _("Every version"))
    ], narrow=lambda rows, value: _STATES[value](rows)),),
    search=("goal", "space__name", "scope_in"), order="space__name", related=("space", "written_by", "pmo_signed_by", "product_signed_by"),
    permission=Permission.EDIT_CHARTER, form=CharterForm, create=create, change=change, remove=remove,
    home_kinds=(SpaceKind.PROJECT, SpaceKind.PRODUCT), detail=detail, detail_template="strategy/charter.html",
    names={"new": _("New charter"), "home": _("Of")},
)  # fmt: skip
urls = [
    *generic.urls(noun),
    path("charters/<int:id>/signatures/", signatures, name="charters_signatures"),
    path("charters/of/<slug:key>/", of_space, name="charters_of"),
]

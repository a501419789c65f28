"""Lent voices: who may say a verdict in whose place, where, of which kinds of change and until when."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from tandem.governance.actions import delegations
from tandem.governance.models import ApprovalRule, Delegation
from tandem.kit import clock
from tandem.people.access import Permission, may
from tandem.people.models import User
from tandem.web import cells, doors, generic
from tandem.web.generic import Column, Fact, Filter, Noun
from tandem.web.governance.risks import places, within


class DelegationForm(forms.ModelForm):
    kinds = forms.MultipleChoiceField(
        label=_("kinds of change"), choices=ApprovalRule.Kind.choices, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Everything that the change touches is among these. None chosen: whatever it touches."),
    )  # fmt: skip

    class Meta:
        model = Delegation
        fields = ["delegate", "starts_on", "ends_on", "is_away_only", "kinds"]
        widgets = {name: forms.DateInput({"type": "date"}, "%Y-%m-%d") for name in ("starts_on", "ends_on")}
        help_texts = {
            "delegate": _("They say a verdict in your place, with your voice and your rights. Who wrote the change can never be the one."),
            "is_away_only": _("Only on days on which you have approved time off."),
        }

    def for_request(self, request: HttpRequest, row: Any) -> None:
        chosen: Any = self.fields["delegate"]
        chosen.queryset = User.objects.visible_to(request.user).active().filter(is_placeholder=False).exclude(pk=request.user.pk).order_by("name", "id")
        self.fields["starts_on"].initial = clock.today()


def create(*, actor: Any, home: Any, **values: Any) -> Delegation:
    return delegations.create(actor=actor, space=home, **values)


def _kinds(row: Delegation) -> str:
    return ", ".join(str(ApprovalRule.Kind(one).label) for one in row.kinds) or now_("whatever it touches")


def _state(row: Delegation) -> Any:
    day = clock.today()
    if row.withdrawn_at is not None:
        return cells.state("done", now_("taken back"))
    if row.ends_on < day:
        return cells.state("done", now_("over"))
    if row.starts_on > day:
        return cells.state("to_do", now_("still to come"))
    return cells.state("in_progress", now_("only while away") if row.is_away_only else now_("holds"))


def _narrow(request: HttpRequest, rows: Any, value: str) -> Any:
    return rows.with_part_of(request.user) if value == "mine" else rows.on(clock.today())


def detail(request: HttpRequest, row: Delegation) -> dict[str, Any]:
    is_allowed = row.giver_id == request.user.pk or may(request.user, Permission.MANAGE_ACCESS, row.space_id)
    return {"may_withdraw": row.withdrawn_at is None and row.ends_on >= clock.today() and is_allowed}


noun = Noun(
    slug="delegations", model=Delegation, one=_("lent voice"), many=_("Lent voices"),
    purpose=_("Who may say a verdict in whose place: for a time, in a place and below it, of certain kinds of change."),
    columns=(
        Column("giver", _("Whose voice"), lambda r: cells.person(r.giver), is_title=True), Column("delegate", _("Delegate"), lambda r: cells.person(r.delegate)),
        Column("space", _("Where"), lambda r: r.space.name), Column("kinds", _("Touches at most"), _kinds),
        Column("from", _("From"), lambda r: cells.date(r.starts_on), "starts_on"), Column("until", _("Until"), lambda r: cells.date(r.ends_on), "ends_on"),
        Column("state", _("State"), _state),
    ),
    facts=(
        Fact(_("Whose voice"), lambda r: cells.person(r.giver)), Fact(_("Delegate"), lambda r: cells.person(r.delegate)), Fact(_("Where"), lambda r: r.space.name),
        Fact(_("Touches at most"), _kinds), Fact(_("From"), lambda r: cells.date(r.starts_on)), Fact(_("Until"), lambda r: cells.date(r.ends_on)), Fact(_("State"), _state),
    ),
    filters=(
        Filter("in", _("Where"), places, narrow_for=within),
        Filter("which", _("Which"), lambda request: [("now", now_("that hold today")), ("mine", now_("lent by me or to me"))], narrow_for=_narrow),
    ),
    order="-id", related=("space", "giver", "delegate"), permission=Permission.MANAGE_ACCESS, form=DelegationForm, create=create, detail=detail,
    home_kinds=("organisation", "portfolio", "programme", "project", "product"), is_at_home_in_root=True, detail_template="governance/delegation.html",
    names={"new": _("Lend my voice"), "home": _("Where")},
)  # fmt: skip


@login_required
@require_POST
def withdrawals(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(noun.rows(request.user), request.user, pk=id)
    delegations.withdraw(actor=request.user, delegation=row, version=doors.version_in(request))
    return doors.go_to(request, noun.url(row), now_("Taken back: what was said with it and is not decided yet counts no more."))


urls = [*generic.urls(noun), path("delegations/<int:id>/withdrawals/", withdrawals, name="delegations_withdrawals")]

"""Decisions: the log of a place, what comes due, and each with its options, why one was chosen, and what became of it."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST

from tandem.governance.actions import decisions
from tandem.governance.models import Decision
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people.access import Permission, may
from tandem.reports.queries import decisions as reads
from tandem.web import cells, doors, generic
from tandem.web.generic import Column, Fact, Filter, Noun
from tandem.web.governance.risks import places, within

_SHAPES = {"open": "in_progress", "decided": "done", "replaced": "done"}


class Lines(forms.CharField):
    """One option in each line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]


class DecisionForm(forms.ModelForm):
    options = Lines(label=_("options"), required=False, widget=forms.Textarea({"rows": 3}), help_text=_("One in each line; two or more, or none."))

    class Meta:
        model = Decision
        fields = ["question", "context", "options", "criteria", "evidence", "owner", "due_on"]
        widgets = {
            "context": forms.Textarea({"rows": 3}), "criteria": forms.Textarea({"rows": 2}), "evidence": forms.Textarea({"rows": 2}),
            "due_on": forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        }  # fmt: skip
        help_texts = {"evidence": _("What speaks for it: links, figures, tests. Markdown works.")}

    def for_request(self, request: HttpRequest, row: Any) -> None:
        if row is None:
            self.fields["owner"].initial = request.user.pk


def create(*, actor: Any, home: Any, **values: Any) -> Decision:
    return decisions.create(actor=actor, space=home, **values)


def change(*, actor: Any, row: Decision, version: int | None, **values: Any) -> Decision:
    return decisions.change(actor=actor, decision=row, version=version, **values)


def remove(*, actor: Any, row: Decision, version: int | None) -> None:
    decisions.remove(actor=actor, decision=row, version=version)


def over(request: HttpRequest) -> dict[str, Any]:
    if request.GET.get("cursor"):
        return {"sentence": ""}
    found = reads.counted(generic.narrowed(request, noun, without="state").select_related(None), clock.today())
    parts = [ngettext("%(n)s decision is open", "%(n)s decisions are open", found["open"]) % {"n": found["open"]}] if found["open"] else []
    if found["late"]:
        parts.append(ngettext("%(n)s of them is late", "%(n)s of them are late", found["late"]) % {"n": found["late"]})
    if found["again"]:
        parts.append(ngettext("%(n)s is to be looked at again", "%(n)s are to be looked at again", found["again"]) % {"n": found["again"]})
    joined = "".join(now_("; %(part)s") % {"part": part} if number else part for number, part in enumerate(parts))
    return {"sentence": joined + pgettext("sentence", ".") if parts else ""}


def _narrow(request: HttpRequest, rows: Any, value: str) -> Any:
    return rows.owned_by(request.user) if value == "mine" else rows.coming_due(clock.today())


def detail(request: HttpRequest, row: Decision) -> dict[str, Any]:
    user = request.user
    may_decide = row.owner_id == user.pk or may(user, Permission.EDIT_PLAN, row.space_id) or may(user, Permission.EDIT_PRODUCT, row.space_id)
    before = Decision.objects.visible_to(user).filter(replaced_by=row).first()
    told = [(now_("By what it is decided"), row.criteria), (now_("What it changes"), row.effect)]
    return {
        "may_change": row.is_open and may(user, Permission.EDIT_WORK, row.space_id), "removal_url": reverse("decisions_removals", kwargs={"id": row.pk}) if row.is_open else "",
        "may_decide": may_decide and row.is_open, "may_revisit": may_decide and row.state == Decision.State.DECIDED, "may_replace": may_decide and row.state == Decision.State.DECIDED and row.change_request_id is None,
        "told": [{"key": label, "value": text} for label, text in told if text], "before": before,
        "request_": row.change_request if row.change_request is not None and row.change_request.is_seen_by(user) else None,
        "after": row.replaced_by if row.replaced_by is not None and row.replaced_by.is_seen_by(user) else None,
        "is_due": row.state == Decision.State.DECIDED and row.revisit_on is not None and row.revisit_on <= clock.today(),
    }  # fmt: skip


noun = Noun(
    slug="decisions", model=Decision, one=_("decision"), many=_("Decisions"),
    purpose=_("What was decided between which options, by whom and why, and when it is looked at again."),
    columns=(
        Column("question", _("Question"), lambda r: r.question, "question", is_title=True),
        Column("state", _("State"), lambda r: cells.state(_SHAPES[r.state], r.get_state_display()), "state"),
        Column("chosen", _("Chosen"), lambda r: r.chosen_worded),
        Column("due", _("To be decided by"), lambda r: cells.date(r.due_on) if r.is_open else "", "due_on"),
        Column("decided_on", _("Decided"), lambda r: cells.date(r.decided_on), "decided_on"),
        Column("revisit", _("Looked at again"), lambda r: cells.date(r.revisit_on) if r.state == Decision.State.DECIDED else "", "revisit_on"),
        Column("owner", _("Who decides"), lambda r: cells.person(r.owner)),
        Column("space", _("Where"), lambda r: r.space.name),
    ),
    facts=(
        Fact(_("State"), lambda r: r.get_state_display()), Fact(_("Where"), lambda r: r.space.name), Fact(_("Who decides"), lambda r: cells.person(r.owner) or "–"),
        Fact(_("To be decided by"), lambda r: cells.date(r.due_on) if r.due_on else "–"), Fact(_("Decided by"), lambda r: cells.person(r.decided_by) if r.decided_by else "–"),
        Fact(_("Decided"), lambda r: cells.date(r.decided_on) if r.decided_on else "–"), Fact(_("Looked at again"), lambda r: cells.date(r.revisit_on) if r.revisit_on else "–"),
    ),
    filters=(
        Filter("in", _("Where"), places, narrow_for=within),
        Filter("state", _("State"), lambda request: list(Decision.State.choices)),
        Filter("which", _("Which"), lambda request: [("due", now_("coming due")), ("mine", now_("mine to decide"))], narrow_for=_narrow),
    ),
    search=("question", "context", "chosen", "why"), order="-id", related=("space", "owner", "decided_by", "change_request", "replaced_by"), permission=Permission.EDIT_WORK,
    form=DecisionForm, create=create, change=change, remove=remove, home_kinds=("project", "product", "programme", "portfolio", "organisation"), detail=detail, list_extra=over,
    list_template="governance/decisions.html", detail_template="governance/decision.html", text="context", names={"new": _("Ask for a decision"), "home": _("Where")},
)  # fmt: skip


def _day(text: str, field: str) -> Any:
    if not text.strip():
        return None
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None:
        raise Refused("date_unreadable", field=field)
    return found


@login_required
@require_POST
def verdicts(request: HttpRequest, id: int) -> HttpResponse:
    """`do`: decide, or replace what was decided."""
    row, given = doors.find(Decision.objects.select_related("space"), request.user, pk=id), request.POST
    act = decisions.replace if given.get("do") == "replace" else decisions.decide
    made = act(
        actor=request.user, decision=row, version=doors.version_in(request), chosen=given.get("chosen", ""), why=given.get("why", ""), effect=given.get("effect", ""),
        revisit_on=_day(given.get("revisit_on", ""), "revisit_on"),
    )  # fmt: skip
    return doors.go_to(request, noun.url(made), now_("Decided."))


@login_required
@require_POST
def revisits(request: HttpRequest, id: int) -> HttpResponse:
    row, given = doors.find(Decision.objects.select_related("space"), request.user, pk=id), request.POST
    decisions.revisit(actor=request.user, decision=row, version=doors.version_in(request), next_on=_day(given.get("next_on", ""), "next_on"), note=given.get("note", ""))
    return doors.go_to(request, noun.url(row), now_("Looked at."))


urls = [
    *generic.urls(noun),
    path("decisions/<int:id>/verdicts/", verdicts, name="decisions_verdicts"),
    path("decisions/<int:id>/revisits/", revisits, name="decisions_revisits"),
]

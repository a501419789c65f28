"""Gates: the list over any scope, and each with its criteria, its verdicts and the money that it releases."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from django.views.decorators.http import require_POST

from tandem.governance.actions import gate_verdicts, gates
from tandem.governance.models import Gate, GateCriterion, GateRelease, GateVerdict
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may
from tandem.people.models import User
from tandem.people.scoping import members_of
from tandem.portfolio.models import Portfolio
from tandem.reports.queries import gates as reads
from tandem.web import cells, doors, generic
from tandem.web.generic import Column, Fact, Filter, Noun
from tandem.web.governance import gate_words as words
from tandem.web.governance import pack_names
from tandem.web.governance.risks import places, within
from tandem.web.portfolio import money
from tandem.web.templating import url
from tandem.work.models import WorkItem

CONDITION_ROWS = 3


class GateForm(forms.ModelForm):
    reason = forms.CharField(label=_("Reason"), max_length=500, help_text=_("It stands in the history."))

    class Meta:
        model = Gate
        fields = ["due_on"]
        widgets = {"due_on": forms.DateInput({"type": "date"}, "%Y-%m-%d")}


def change(*, actor: Any, row: Gate, version: int | None, **values: Any) -> Gate:
    return gates.change(actor=actor, gate=row, version=version, **values)


def look_up(request: HttpRequest, rows: list[Any]) -> None:
    reads.look_up(request.user, rows)


def brought_by(request: HttpRequest, row: Gate) -> Any:
    """The industry pack that asks for it, with the way to what it asks of the project; nothing for a gate of the method."""
    name = pack_names.of(request.user, [row.pack]).get(row.pack)
    return format_html('<a href="{}">{}</a>', url("project_gaps", key=row.space.key), name) if name else ""


def state(row: Any) -> Any:
    return cells.state(words.GATE_SHAPES[row.state], row.get_state_display())


def _verdict(row: Any) -> Any:
    return cells.state({"go": "done", "recycle": "in_progress"}.get(row.last_verdict.verdict, ""), row.last_verdict.get_verdict_display()) if row.last_verdict else ""


def detail(request: HttpRequest, row: Any) -> dict[str, Any]:
    user = request.user
    reads.look_up(user, [row])
    pack = brought_by(request, row)
    found, digest = gate_verdicts.content(row)
    waiting = GateVerdict.objects.visible_to(user).filter(gate=row, state=GateVerdict.State.WAITING).select_related("given_by").first()
    is_live = row.is_open and row.project.state not in gates.OVER
    decides = is_live and not row.is_left_out and may(user, Permission.COMMENT, row.space_id) and gate_verdicts.may_decide(user, row)
    release = GateRelease.objects.visible_to(user).filter(gate=row).select_related("entry").first()
    may_money = may(user, Permission.EDIT_PORTFOLIO, row.space_id) and may(user, Permission.SEE_COSTS, row.space_id)
    met = sum(one.is_met is True for one in found)
    return {
        "facts": [{"key": one.label, "value": one.shown(user, row), "note": ""} for one in noun.facts] + ([{"key": now_("Industry pack"), "value": pack, "note": ""}] if pack else []),
        "foot": format_html('<a class="btn btn-sm" href="{}">{}</a>', url("gates_detail", id=row.pk), now_("Criteria and verdict")),
        "criteria": [(one, words.shape(one.is_met), words.met(one.is_met), words.rests_on(one)) for one in found], "digest": digest, "waiting": waiting,
        "lede": ngettext("%(met)s of %(n)s criterion holds", "%(met)s of %(n)s criteria hold", len(found)) % {"met": met, "n": len(found)},
        "reviewers": gates.reviewers(row), "decides": decides, "seconds": decides and waiting is not None and waiting.given_by_id != user.pk,
        "needs_second": decides and gate_verdicts.needs_second(user.pk, row), "may_judge": row.is_open and not row.is_left_out and may(user, Permission.EDIT_WORK, row.space_id),
        "verdicts": [_told(user, one) for one in GateVerdict.objects.visible_to(user).filter(gate=row).select_related("given_by", "seconded_by")],
        "verdict_words": list(GateVerdict.Verdict.choices), "people": _people(row) if decides else [], "condition_rows": range(CONDITION_ROWS),
        "release": release, "money": money, "may_money": may_money and is_live, "sees_money": may(user, Permission.SEE_COSTS, row.space_id), "currencies": Portfolio.CURRENCIES,
        "is_overdue": row.is_open and row.due_on < clock.today(), "may_change": False, "may_move": row.is_open and not row.is_left_out and may(user, Permission.EDIT_PLAN, row.space_id),
        "shapes": words.VERDICT_SHAPES,
    }  # fmt: skip


def _people(row: Gate) -> list[User]:
    return list(User.objects.filter(pk__in=members_of(row.space_id).values("user")).order_by("name")[:200])  # house: reads — who sees the space may be asked


def _told(user: Any, one: GateVerdict) -> tuple[GateVerdict, list[dict[str, Any]], list[tuple[str, str, str, str]]]:
    """With what became of its conditions, and the criteria as they stood."""
    items = {item.pk: item for item in WorkItem.objects.visible_to(user).filter(pk__in=[row["item"] for row in one.conditions if "item" in row]).select_related("state")}
    conditions = [{**row, "row": items.get(row.get("item"))} for row in one.conditions]
    return one, conditions, [(words.shape(c["is_met"]), words.met(c["is_met"]), c["text"], words.said(c["code"], c["figures"])) for c in one.content]


noun = Noun(
    slug="gates", model=Gate, one=pgettext_lazy("stage gate", "gate"), many=pgettext_lazy("stage gates", "Gates"),
    purpose=_("Where a project stops and looks: what has to hold before the next phase, who decides, what money it releases."),
    columns=(
        Column("name", pgettext_lazy("stage gate", "Gate"), lambda r: r.name, "name", is_title=True),
        Column("project", _("Project"), lambda r: r.project.name),
        Column("phase", _("Phase"), lambda r: words.STAGES.get(r.phase_name, r.phase_name)),
        Column("state", _("State"), state, "state"),
        Column("due", _("Due"), lambda r: cells.date(r.due_on), "due_on"),
        Column("passed", _("Passed"), lambda r: cells.date(r.passed_at.date()) if r.passed_at else "", "passed_at"),
        Column("verdict", _("Last verdict"), _verdict),
    ),
    facts=(
        Fact(_("State"), lambda r: r.get_state_display()), Fact(_("Project"), refers_to="project"), Fact(_("Due"), lambda r: cells.date(r.due_on)),
        Fact(_("Passed"), lambda r: cells.date(r.passed_at.date()) if r.passed_at else "–"), Fact(_("Milestone"), refers_to="item"),
    ),
    filters=(
        Filter("in", _("Where"), places, narrow_for=within),
        Filter("state", _("State"), lambda request: list(Gate.State.choices)),
        Filter("which", _("Which"), lambda request: [("overdue", now_("overdue"))], narrow=lambda rows, what: rows.overdue(clock.today())),
    ),
    search=("name", "project__name"), order="due_on", related=("project", "space", "item"), permission=Permission.EDIT_PLAN, form=GateForm, change=change, detail=detail,
    look_up=look_up, listed=lambda rows: rows.in_force(), detail_template="governance/gate.html", list_template="governance/gates.html",
    list_extra=lambda request: {"tabs": tabs("gates")},
    how=(_("A criterion is computed from the records of the project, or judged by a person with evidence. A verdict is given on exactly what stands there: when anything of it has changed since, it has to be looked at again."),
         _("Go passes the gate, and its money goes into the budget of the project; hold puts the project on hold; recycle sends it back with conditions, which become work items; kill ends the project. Whoever manages the project never decides alone; where several review, two agree.")),
)  # fmt: skip


def tabs(current: str) -> list[dict[str, Any]]:
    pages = (("phase_board", now_("By phase")), ("gates", now_("Gates")), ("methods", now_("Methods")), ("packs", now_("Industry packs")))
    return [{"label": label, "href": url(name), "current": name == current} for name, label in pages]


@login_required
@require_POST
def judgements(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(GateCriterion.objects.select_related("gate"), request.user, pk=id)
    asked = {"actor": request.user, "gate_criterion": row, "version": doors.version_in(request)}
    if request.POST.get("do") == "take_back":
        gates.take_back(**asked)
    else:
        gates.judge(**asked, is_met=request.POST.get("is_met") == "yes", evidence=request.POST.get("evidence", ""), link=request.POST.get("link", ""))
    return doors.go_to(request, noun.url(row.gate), now_("On record."))


@login_required
@require_POST
def verdicts(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Gate.objects.select_related("project", "space"), request.user, pk=id)
    sent = request.POST
    gate_verdicts.give(
        actor=request.user, gate=row, version=doors.version_in(request), verdict=sent.get("verdict", ""), reason=sent.get("reason", ""), digest=sent.get("digest", ""),
        conditions=_conditions(request),
    )  # fmt: skip
    return doors.go_to(request, noun.url(row), now_("On record."))


def _conditions(request: HttpRequest) -> list[dict[str, Any]]:
    titles, owners, days = (request.POST.getlist(f"condition_{what}") for what in ("title", "owner", "due"))
    rows = zip(titles, owners, days, strict=False)
    return [{"title": title, "owner": whole_number(owner, 12), "due_on": due} for title, owner, due in rows if title.strip()]


@login_required
@require_POST
def seconds(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(GateVerdict.objects.select_related("gate__project", "gate__space"), request.user, pk=id)
    do = gate_verdicts.withdraw if request.POST.get("do") == "withdraw" else gate_verdicts.second
    do(actor=request.user, gate_verdict=row, version=doors.version_in(request))
    return doors.go_to(request, noun.url(row.gate), now_("On record."))


@login_required
@require_POST
def releases(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Gate.objects.select_related("project", "space"), request.user, pk=id)
    text = request.POST.get("amount", "").replace(",", "").strip()
    try:
        amount = Decimal(text) if text else None
    except InvalidOperation:
        raise Refused("money_unreadable", field="amount", text=text[:40]) from None
    gates.set_release(actor=request.user, gate=row, version=doors.version_in(request), amount=amount, currency=request.POST.get("currency", ""))
    return doors.go_to(request, noun.url(row), now_("On record."))


urls = [
    *generic.urls(noun),
    path("gate-criteria/<int:id>/judgements/", judgements, name="gate_judgements"),
    path("gates/<int:id>/verdicts/", verdicts, name="gates_verdicts"),
    path("gate-verdicts/<int:id>/seconds/", seconds, name="gate_verdict_seconds"),
    path("gates/<int:id>/releases/", releases, name="gates_releases"),
]

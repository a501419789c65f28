"""Issues: what has happened, what it holds up, and who hears of it when nothing moves."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_POST

from tandem.governance.actions import issues
from tandem.governance.models import Issue, IssueEscalation, IssueItem, Risk
from tandem.kit import clock
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may
from tandem.people.models import SpaceKind, User
from tandem.reports.queries import issues as reads
from tandem.web import cells, doors, generic
from tandem.web.generic import Column, Fact, Filter, Noun
from tandem.web.governance import risk_words as words
from tandem.web.governance.risks import places, within
from tandem.web.templating import day
from tandem.work.models import WorkItem

_MOVES = {"resolved": _("Resolve"), "cancelled": _("It is no issue"), "open": _("Open again")}
OFFERED = 200
"So many risks are offered as what happened; from the page of a risk that one."
_SHAPES = {"open": "in_progress", "resolved": "done", "cancelled": "done"}


class IssueForm(forms.ModelForm):
    class Meta:
        model = Issue
        fields = ["title", "description", "severity", "owner", "due_on", "delay_days", "risk"]
        widgets = {"description": forms.Textarea({"rows": 4}), "due_on": forms.DateInput({"type": "date"}, "%Y-%m-%d")}
        help_texts = {
            "risk": _("The risk that happened; it stands as happened from then on. Without one: nobody had foreseen it."),
            "delay_days": _("How long each work item that it blocks is held up, as you expect it. What that does to the end is computed."),
        }  # fmt: skip

    def for_request(self, request: HttpRequest, row: Any) -> None:
        if row is not None:
            del self.fields["risk"]
            return
        choice: Any = self.fields["risk"]
        seen = choice.queryset.open()
        chosen = seen.filter(pk=whole_number(request.GET.get("risk", ""), 12) or 0).first()
        # what is sent is looked for among all; the page offers the one it came from, else the newest
        sent = whole_number(request.POST.get("risk", ""), 12) or 0
        near = [chosen.pk] if chosen is not None else list(seen.order_by("-id").values_list("pk", flat=True)[:OFFERED])
        choice.queryset = seen.filter(pk__in=[*near, sent])
        if chosen is not None:
            self.fields["title"].initial, self.fields["owner"].initial = chosen.title, chosen.owner_id
        else:
            self.fields["owner"].initial = request.user.pk


def create(*, actor: Any, home: Any, **values: Any) -> Issue:
    """Of a risk it stands where the risk stands."""
    risk: Risk | None = values.get("risk")
    return issues.create(actor=actor, space=risk.space if risk else home, **values)


def change(*, actor: Any, row: Issue, version: int | None, **values: Any) -> Issue:
    return issues.change(actor=actor, issue=row, version=version, **values)


def remove(*, actor: Any, row: Issue, version: int | None) -> None:
    issues.remove(actor=actor, issue=row, version=version)


def look_up(request: HttpRequest, rows: list[Any]) -> None:
    reads.look_up(rows)


def _which(rows: Any, what: str) -> Any:
    return {"overdue": rows.overdue(clock.today()), "unowned": rows.open().filter(owner=None)}[what]


def effect(row: Any) -> str:
    if row.plan_days is None:
        return ""
    return words.days(row.plan_days, signed=True)


def _next(row: Any) -> Any:
    return cells.date(row.next_step_at.date()) if row.next_step_at else ""


def detail(request: HttpRequest, row: Any) -> dict[str, Any]:
    user = request.user
    reads.look_up([row])
    may_edit = may(user, Permission.EDIT_WORK, row.space_id)
    steps = list(IssueEscalation.objects.visible_to(user).filter(issue=row).select_related("told_in")[:20])
    names = dict(User.objects.visible_to(user).filter(pk__in={pk for step in steps for pk in step.told}).values_list("pk", "name"))
    seen = user.visible_space_ids()
    return {
        "may_edit": may_edit and row.is_open, "may_change": may_edit and row.is_open, "effect": effect(row), "blocked": reads.blocked(user, row),
        "may_tell": row.is_open and (may_edit or (row.owner_id == user.pk and may(user, Permission.COMMENT, row.space_id))),
        "moves": [(state, _MOVES[state]) for state in issues.MOVES[row.state]] if may_edit else [],
        "steps": [(step, step.told_in.name if step.told_in_id in seen else "–", [names[pk] for pk in step.told if pk in names]) for step in steps],
        "is_reckoned": row.space.kind == SpaceKind.PROJECT, "next_step": day(row.next_step_at.date()) if row.next_step_at else "", "is_overdue": row.is_open and row.due_on is not None and row.due_on < clock.today(),
        "removal_url": "" if row.risk_id else reverse("issues_removals", kwargs={"id": row.pk}),
    }  # fmt: skip


noun = Noun(
    slug="issues", model=Issue, one=pgettext_lazy("a risk that happened", "issue"), many=pgettext_lazy("risks that happened", "Issues"),
    purpose=_("Risks that have happened: who answers for them, what they hold up, and who hears of it when nothing moves."),
    columns=(
        Column("title", pgettext_lazy("a risk that happened", "Issue"), lambda r: r.title, "title", is_title=True),
        Column("severity", _("Severity"), lambda r: r.get_severity_display(), "severity"),
        Column("state", _("State"), lambda r: cells.state(_SHAPES[r.state], r.get_state_display()), "state"),
        Column("due_on", _("Due"), lambda r: cells.date(r.due_on), "due_on"),
        Column("effect", _("Effect on the plan"), effect, "plan_days", is_number=True),
        Column("progress", _("Last progress"), lambda r: cells.date(r.progress_at.date()), "progress_at"),
        Column("told", _("Told up to step"), lambda r: r.told_steps or "", is_number=True),
        Column("next", _("Next step"), _next),
        Column("space", _("Of"), lambda r: r.space.name),
        Column("owner", _("Owner"), lambda r: cells.person(r.owner)),
    ),
    facts=(
        Fact(_("State"), lambda r: r.get_state_display()), Fact(_("What became of it"), lambda r: r.resolution or "–"), Fact(_("Severity"), lambda r: r.get_severity_display()),
        Fact(_("Of"), lambda r: r.space.name), Fact(_("Owner"), lambda r: cells.person(r.owner) or "–"), Fact(_("Due"), lambda r: cells.date(r.due_on) or "–"),
        Fact(_("Risk"), refers_to="risk"), Fact(_("Last progress"), lambda r: cells.date(r.progress_at.date())),
    ),
    filters=(
        Filter("in", _("Where"), places, narrow_for=within),
        Filter("state", _("State"), lambda request: list(Issue.State.choices)),
        Filter("severity", _("Severity"), lambda request: list(Issue.Severity.choices)),
        Filter("which", _("Which"), lambda request: [("overdue", now_("overdue")), ("unowned", now_("without an owner"))], narrow=_which),
    ),
    search=("title", "description"), order="due_on", related=("owner", "space", "risk"), text="description", permission=Permission.EDIT_WORK, form=IssueForm,
    create=create, change=change, remove=remove, home_kinds=("project", "product", "programme", "portfolio", "organisation"), detail=detail, look_up=look_up,
    detail_template="governance/issue.html", names={"new": _("Raise an issue"), "home": _("Of")},
    how=(_("Without progress its leaders are told step by step: those of its own space first, then those of each space above it. The days between two steps follow its severity and are set with the risk matrix."),
         _("Effect on the plan: by how many working days the end of the open work moves when each work item that it blocks is held up by the days that were named, along the links of the plan.")),
)  # fmt: skip


@login_required
@require_POST
def progress(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Issue.objects, request.user, pk=id)
    issues.progress(actor=request.user, issue=row, version=doors.version_in(request), note=request.POST.get("note", ""))
    return doors.go_to(request, noun.url(row), now_("On record."))


@login_required
@require_POST
def moves(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Issue.objects, request.user, pk=id)
    said = {"state": request.POST.get("state", ""), "resolution": request.POST.get("resolution", "")}
    issues.move(actor=request.user, issue=row, version=doors.version_in(request), **said)
    return doors.go_to(request, noun.url(row), now_("Moved on."))


@login_required
@require_POST
def items(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Issue.objects, request.user, pk=id)
    item = doors.find(WorkItem.objects, request.user, key=request.POST.get("key", "").strip().upper())
    issues.block(actor=request.user, issue=row, item=item)
    return doors.go_to(request, noun.url(row), now_("%(key)s is blocked by it.") % {"key": item.key})


@login_required
@require_POST
def item_removal(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(IssueItem.objects.select_related("issue", "block"), request.user, pk=id)
    issues.unblock(actor=request.user, issue_item=row, version=doors.version_in(request))
    return doors.go_to(request, noun.url(row.issue), now_("Taken back."))


urls = [
    *generic.urls(noun),
    path("issues/<int:id>/progress/", progress, name="issues_progress"),
    path("issues/<int:id>/moves/", moves, name="issues_moves"),
    path("issues/<int:id>/items/", items, name="issues_items"),
    path("issue-items/<int:id>/removals/", item_removal, name="issue_item_removals"),
]

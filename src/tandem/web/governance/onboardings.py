"""Joining and leaving: lists under way, the list of one person with its steps, and how one is begun."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST

from tandem.governance.actions import onboardings
from tandem.governance.models import Onboarding, OnboardingStep, OnboardingTemplate
from tandem.governance.models.onboarding import Kind, Who
from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may, may_somewhere
from tandem.people.models import Role, User
from tandem.reports.queries import onboardings as reads
from tandem.reports.queries.onboardings import Owned
from tandem.resources.models import Employment
from tandem.web import cells, charts, doors, generic, histories
from tandem.web.generic import Column, Filter
from tandem.web.resources.person_parts import PartForm, PartNoun, day, of_person, person_column

STATES = {"open": "risk", "finished": "done", "stopped": "none"}


class OnboardingForm(PartForm):
    settled = ("person", "template", "on")

    class Meta:
        model = Onboarding
        fields = ["template", "person", "on", "buddy", "manager"]
        widgets = {"on": day()}
        labels = {"template": _("List"), "on": _("First or last day")}
        help_texts = {"buddy": _("Empty: their steps are the manager’s."), "manager": _("Empty: their steps are yours.")}

    def for_request(self, request: HttpRequest, row: Any) -> None:
        """Filled in from a term, where `term` names one that the reader sees."""
        super().for_request(request, row)
        people = User.objects.visible_to(request.user).active().filter(is_placeholder=False).order_by("name")
        for name in ("person", "buddy", "manager"):
            if name in self.fields:
                self.fields[name].queryset = people  # type: ignore[attr-defined]
        if row is None:
            self.fields["template"].required = True
            self._fill(request)

    def _fill(self, request: HttpRequest) -> None:
        term = Employment.objects.visible_to(request.user).filter(pk=whole_number(request.GET.get("term", ""), 18) or 0).first()
        if term is None or self.is_bound:
            return
        kind = reads.kind_of(term)
        template = OnboardingTemplate.objects.visible_to(request.user).filter(kind=kind).first()
        self.initial |= {"person": term.person_id, "manager": term.manager_id, "on": term.starts_on if kind == Kind.JOINING else term.ends_on, "template": template.pk if template else None}
        self.fields["home"].initial = term.space_id


class OnboardingNoun(PartNoun):
    def url(self, row: Any) -> str:
        return reverse("onboardings_detail", kwargs={"id": row.pk})

    def rows(self, user: Any) -> Any:
        return reads.with_progress(super().rows(user))


def create(*, actor: Any, home: Any, **values: Any) -> Onboarding:
    return onboardings.start(actor=actor, space=home, **values)


def change(*, actor: Any, row: Onboarding, version: int | None, **values: Any) -> Onboarding:
    return onboardings.change(actor=actor, onboarding=row, version=version, **values)


def over(request: HttpRequest) -> dict[str, Any]:
    """Above the first page: who joins or leaves soon without a list, and how long it takes until something is finished."""
    if request.GET.get("cursor"):
        return {"coming": [], "usual": ""}
    manages, usual = may_somewhere(request.user, Permission.MANAGE_RESOURCES), reads.usual_days(request.user)
    rows = reads.coming(request.user)[:8] if manages else []
    return {
        "coming": [{"row": one, "kind": Kind(reads.kind_of(one)).label, "on": one.starts_on if reads.kind_of(one) == Kind.JOINING else one.ends_on} for one in rows],
        "usual": ngettext("Of %(count)s person who joined within a year: %(days)s days until the first finished item.", "Of %(count)s people who joined within a year: %(days)s days until the first finished item (median).", usual[1])
        % {"count": usual[1], "days": charts.number(usual[0])} if usual else "",
    }  # fmt: skip


noun = OnboardingNoun(
    slug="onboardings", model=Onboarding, one=_("list for joining or leaving"), many=_("Onboarding"), purpose=_("Who joins or leaves, what is to be done for it, by whom and by when."),
    columns=(
        person_column(_("Person")), Column("kind", _("Kind"), lambda r: r.get_kind_display(), "kind"), Column("on", _("First or last day"), lambda r: cells.date(r.on), "on", is_number=True),
        Column("steps", _("Steps done"), lambda r: pgettext("steps", "%(n)s of %(all)s") % {"n": r.done_count, "all": r.step_count}, is_number=True), Column("next", _("Next due"), lambda r: cells.date(r.next_due) if r.state == "open" else "", is_number=True),
        Column("buddy", _("Buddy"), lambda r: cells.person(r.buddy)), Column("manager", _("Manager"), lambda r: cells.person(r.manager)), Column("state", _("State"), lambda r: r.get_state_display()),
    ),
    filters=(
        Filter("state", _("State"), lambda request: list(Onboarding.State.choices)), Filter("kind", _("Kind"), lambda request: list(Kind.choices)), of_person(_("Person")),
    ),
    order="-on", related=("person", "buddy", "manager"), permission=Permission.MANAGE_RESOURCES, form=OnboardingForm, create=create, change=change, list_extra=over,
    list_template="governance/onboardings.html", home_kinds=("organisation", "portfolio", "programme", "project", "product"), is_at_home_in_root=True, names={"new": _("Begin a list")},
)  # fmt: skip


@login_required
def detail(request: HttpRequest, id: int) -> HttpResponse:
    user: Any = request.user
    row = doors.find(Onboarding.objects.select_related("person", "buddy", "manager", "space"), user, pk=id)
    steps = reads.steps(user, row)
    done = sum(one.done_on is not None for one in steps)
    first = reads.first_finished(user, [row]).get(row.pk)
    context = {
        "row": row, "noun": noun, "may_change": may(user, Permission.MANAGE_RESOURCES, row.space_id) and row.state == Onboarding.State.OPEN, "done": done, "all": len(steps), "share": round(done / len(steps) * 100) if steps else 0,
        "mark": STATES[row.state], "lines": [_line(user, row, one) for one in steps],
        "first": ngettext("%(n)s day until the first finished item", "%(n)s days until the first finished item", first) % {"n": first} if first is not None else "",
        "is_joining": row.kind == Kind.JOINING, "owned": [_owned(one, row.person) for one in reads.handed_over(user, row.person)] if row.kind == Kind.LEAVING else [],
        "events": histories.lines(Event.objects.visible_to(user, row).of(row).newest_first()[:30], user),
    }  # fmt: skip
    return render(request, "governance/onboarding.html", context)


def _line(user: Any, row: Onboarding, step: OnboardingStep) -> dict[str, Any]:
    return {
        "step": step, "who": str(Role(step.role).label) if step.role else step.doer.name if step.doer else "–", "as": str(Who(step.who).label) if step.who in Who.values else "",
        "is_late": step.done_on is None and step.due_on < clock.today() and row.state == Onboarding.State.OPEN, "may_tick": row.state != Onboarding.State.STOPPED and onboardings.may_tick(user, row, step),
    }  # fmt: skip


def _owned(one: Owned, person: User) -> dict[str, Any]:
    rows = [(name, reverse(one.page, kwargs={"id": pk}) if one.page else "") for name, pk in one.rows]
    query = f'assignee:"{person.name}" state:open'
    more = f"{reverse('work_items')}?{urlencode({'q': query})}" if one.page == "work_item_by_id" else ""
    return {"title": one.title, "count": one.count, "rows": rows, "rest": one.count - len(rows), "more": more}


@login_required
@require_POST
def ticks(request: HttpRequest, id: int) -> HttpResponse:
    step = doors.find(OnboardingStep.objects, request.user, pk=id)
    onboardings.tick(actor=request.user, step=step, version=doors.version_in(request), is_done=request.POST.get("done") == "1")
    return doors.done(request, reverse("onboardings_detail", kwargs={"id": step.onboarding_id}))


@login_required
@require_POST
def stops(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Onboarding.objects, request.user, pk=id)
    onboardings.stop(actor=request.user, onboarding=row, version=doors.version_in(request))
    return doors.go_to(request, noun.url(row), now_("Stopped."))


def whose() -> list[tuple[str, Any]]:
    return [*Who.choices, *Role.choices]


urls = [
    *generic.part_urls(noun), path("onboardings/<int:id>/", detail, name="onboardings_detail"), path("onboarding-steps/<int:id>/ticks/", ticks, name="onboarding_step_ticks"),
    path("onboardings/<int:id>/stops/", stops, name="onboardings_stops"),
]  # fmt: skip

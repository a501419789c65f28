"""A sprint: its page with course, stand-up and review; starting, closing, opening again; its people."""

from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from tandem.collaboration import words
from tandem.collaboration.actions import comments
from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Refused, Stale
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may, require
from tandem.people.models import Membership, User
from tandem.portfolio.models import Project
from tandem.reports.queries import sprint_figures
from tandem.reports.queries import sprints as reads
from tandem.web import charts, doors, generic, histories
from tandem.web.work import backlog_picture, ceremonies, sprint_picture
from tandem.work.actions import sprints
from tandem.work.models import Sprint, WorkItem

VIEWS = ("course", "standup", "review")
MOST_PEOPLE = 60


class SprintForm(forms.ModelForm):
    """Whole days; the last one is part of the sprint."""

    starts_on = forms.DateField(required=False, label=lazy("First day"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    ends_on = forms.DateField(required=False, label=lazy("Last day"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))

    class Meta:
        model = Sprint
        fields = ["name", "goal"]
        widgets = {"goal": forms.Textarea({"rows": 3, "maxlength": 2000})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, moment in (("starts_on", self.instance.starts_at), ("ends_on", self.instance.ends_at)):
            self.fields[name].initial = moment.date() if moment else None
            self.fields[name].disabled = not self.instance.is_open
        self.fields["goal"].help_text = _("One sentence: why this sprint is worth it.")

    def values(self) -> dict[str, Any]:
        """What differs from the day on which it stands keeps its hour."""
        given = {f: self.cleaned_data[f] for f in ("name", "goal")}
        for name, field in (("starts_on", "starts_at"), ("ends_on", "ends_at")):
            day, was = self.cleaned_data[name], self.initial_moment[field]
            given[field] = was if was and was.date() == day else datetime.combine(day, time(), UTC) if day else None
        return given

    @property
    def initial_moment(self) -> dict[str, Any]:
        return {f: getattr(self.instance, f) for f in ("starts_at", "ends_at")}


def _find(request: HttpRequest, id: int) -> Sprint:
    return doors.find(Sprint.objects.select_related("space"), request.user, pk=id)


def _url(sprint: Sprint) -> str:
    return reverse("sprint", kwargs={"id": sprint.pk})


@login_required
def detail(request: HttpRequest, id: int) -> HttpResponse:
    user: Any = request.user
    sprint = _find(request, id)
    request.live_topics = [f"space:{sprint.space_id}"]  # type: ignore[attr-defined]
    view = request.GET.get("view", "")
    view = view if view in VIEWS else "review" if sprint.state == Sprint.State.CLOSED else "course"
    by_points = reads.uses_points(user, sprint.space_id) if request.GET.get("by") not in ("items", "points") else request.GET["by"] == "points"
    project = Project.objects.visible_to(user).filter(space=sprint.space_id).first()
    moment = sprint_figures.moment_of(project)
    found = sprint_figures.figures(user, sprint, by_points, moment)
    places = reads.people(user, [sprint], found.calendar, found.calendars).get(sprint.pk, [])
    context = {
        "sprint": sprint, "space": sprint.space, "view": view, "topic": f"space:{sprint.space_id}", "by_points": by_points, "found": found,
        "project": project, "ended": project.ended_on(clock.today()) if project else None,
        "may_edit": may(user, Permission.EDIT_WORK, sprint.space_id), "may_comment": may(user, Permission.COMMENT, sprint.space_id),
        "lede": sprint_picture.sentence(found, by_points), "figs": _figs(found, by_points), "places": places,
        "amount": backlog_picture.amount, "short": backlog_picture.short, "verdict": backlog_picture.verdict, "usual": backlog_picture.usual,
        "boxes": ceremonies.boxes(ceremonies.length(sprint)),
        "ceremony": ceremonies.following([sprint], found.calendar, moment),
        **_VIEWS[view](user, sprint, found, by_points, places),
    }  # fmt: skip
    return render(request, "work/sprint.html", context)


def _course(user: Any, sprint: Sprint, found: Any, by_points: bool, places: list[Any]) -> dict[str, Any]:
    rows = sprint_picture.items(user, sprint, found.moment)
    past = reads.outcomes(user, sprint.space_id, by_points, found.calendar)
    section = backlog_picture.Section(sprint, {"points": found.now.size, "items": found.now.items}, places=places, by_points=by_points)
    section.velocity = reads.velocity([o for o in past if o.sprint.pk != sprint.pk], section.days)
    return {
        "chart": sprint_picture.chart(found, by_points), "changes": sprint_picture.change_lines(found, by_points),
        "basis": sprint_picture.basis(found), "rows": rows, "who": sprint_picture.by_person(rows), "section": section, "past": past,
        "choices": _choices(user, sprint, places),
        "events": histories.lines(Event.objects.visible_to(user).of(sprint).newest_first()[:20], user),
    }  # fmt: skip


def _standup(user: Any, sprint: Sprint, found: Any, by_points: bool, places: list[Any]) -> dict[str, Any]:
    rows = sprint_picture.items(user, sprint, found.moment)
    return {"walk": sprint_picture.walk(rows), "who": sprint_picture.by_person(rows), "days": sprint_picture.notes(user, sprint)}


def _review(user: Any, sprint: Sprint, found: Any, by_points: bool, places: list[Any]) -> dict[str, Any]:
    return {"lists": sprint_picture.review(user, found)}


_VIEWS = {"course": _course, "standup": _standup, "review": _review}


def _figs(found: Any, by_points: bool) -> list[dict[str, Any]]:
    """At most five; of a sprint that has not begun only what it holds."""
    now = found.now
    size = backlog_picture.amount(now.size, by_points)
    if found.start is None:
        return []
    grew = now.size - found.start.size
    sign = "+" if grew > 0 else "−" if grew < 0 else ""
    figs = [
        {"label": _("At the start"), "value": backlog_picture.amount(found.start.size, by_points)},
        {"label": _("Scope now") if found.sprint.is_open else _("Scope at the end"), "value": size,
         "beside": f"{sign}{backlog_picture.short(abs(grew))}" if grew else _("unchanged")},
        {"label": _("Done"), "value": backlog_picture.amount(now.done_size, by_points)},
        {"label": _("Left"), "value": backlog_picture.amount(now.left_size, by_points)},
    ]  # fmt: skip
    if found.sprint.is_open:
        said = charts.percent(found.chance) if isinstance(found.chance, float) else "–"
        needed = "" if isinstance(found.chance, float) else _("8 finished items needed")
        figs.append({"label": _("Chance of all in time"), "value": said, "beside": needed})
    return figs


def _choices(user: Any, sprint: Sprint, places: list[Any]) -> list[User]:
    """Who could be added: people with a role in the project, or in the spaces above that somebody in the sprint has."""
    rows = User.objects.visible_to(user).active()
    roles = Membership.objects.filter(space=sprint.space_id).values("user")  # house: reads — names of colleagues are no secret
    return list(rows.filter(pk__in=roles).exclude(pk__in=[p.user_id for p in places]).order_by("name")[:MOST_PEOPLE])


@login_required
def edit(request: HttpRequest, id: int) -> HttpResponse:
    sprint = _find(request, id)
    require(request.user, Permission.EDIT_WORK, sprint.space_id)
    theirs, version = [], sprint.version
    known = Sprint.objects.visible_to(request.user).get(pk=id)
    form = SprintForm(request.POST or None, instance=sprint)
    if request.method == "POST" and form.is_valid():
        try:
            sprints.change(actor=request.user, sprint=known, version=doors.version_in(request), **form.values())
        except Stale as problem:
            version = problem.current.version
            theirs = [{"label": form.fields[f].label, "mine": form.cleaned_data[f], "theirs": getattr(problem.current, f)} for f in ("name", "goal")]
        except Refused as problem:
            if problem.field in ("starts_at", "ends_at"):
                form.add_error(problem.field.replace("_at", "_on"), words.refusal(problem.code, problem.params))
            else:
                generic.show(form, problem)
        else:
            return doors.go_to(request, _url(sprint), _("Saved."))
    context = {
        "form": form, "row": known, "title": _("Change the sprint"), "cancel": _url(sprint), "theirs": theirs, "version": version,
    }  # fmt: skip
    return render(request, "generic/form.html", context, status=422 if form.errors else 409 if theirs else 200)


@login_required
@require_POST
def start(request: HttpRequest, id: int) -> HttpResponse:
    sprint = _find(request, id)
    try:
        sprints.start(actor=request.user, sprint=sprint, version=doors.version_in(request))
    except Refused as problem:
        messages.error(request, words.refusal(problem.code, problem.params))
        missing = problem.code in ("sprint_undated", "sprint_over")
        return redirect(reverse("sprint_edit", kwargs={"id": id}) if missing else _url(sprint))
    return doors.go_to(request, _url(sprint), _("%(name)s is running.") % {"name": sprint.name})


@login_required
def closing(request: HttpRequest, id: int) -> HttpResponse:
    """What becomes of each unfinished item, and whether the goal was met; then the sprint is closed."""
    sprint = _find(request, id)
    require(request.user, Permission.EDIT_WORK, sprint.space_id)
    rest = list(WorkItem.objects.visible_to(request.user).open().filter(sprints=sprint).in_backlog_order()[:400])
    others = list(Sprint.objects.visible_to(request.user).open().filter(space=sprint.space_id).exclude(pk=id).in_order())
    problem = ""
    if request.method == "POST":
        try:
            _close(request, sprint, rest, {str(s.pk): s for s in others})
        except Refused as refused:
            problem = words.refusal(refused.code, refused.params)
        else:
            messages.success(
                request, _("%(name)s is closed.") % {"name": sprint.name}, extra_tags=f"undo={reverse('sprint_reopenings', kwargs={'id': id})}"
            )  # fmt: skip
            return redirect(_url(sprint))
    found = sprint_figures.figures(request.user, sprint, reads.uses_points(request.user, sprint.space_id))
    planned = [s for s in others if s.state == Sprint.State.FUTURE]
    context = {
        "sprint": sprint, "space": sprint.space, "rest": rest, "others": others, "found": found, "problem": problem,
        "usual_target": request.POST.get("to", str(planned[0].pk) if planned else ""), "given": request.POST,
    }  # fmt: skip
    return render(request, "work/sprint_closing.html", context, status=422 if problem else 200)


def _close(request: HttpRequest, sprint: Sprint, rest: list[WorkItem], others: dict[str, Sprint]) -> None:
    given = request.POST
    elsewhere = {}
    for item in rest:
        place = given.get(f"item_{item.pk}", "same")
        if place != "same":
            elsewhere[item.pk] = _target(place, others)
    met = {"yes": True, "no": False}.get(given.get("goal_met", ""))
    sprints.close(
        actor=request.user, sprint=sprint, version=doors.version_in(request), to=_target(given.get("to", ""), others),
        elsewhere=elsewhere, is_goal_met=met, review=given.get("review", "")[:10_000],
    )  # fmt: skip


def _target(place: str, others: dict[str, Sprint]) -> Sprint | None:
    if not place:
        return None
    if place not in others:
        raise Refused("choice_unknown", field="to")
    return others[place]


@login_required
@require_POST
def reopening(request: HttpRequest, id: int) -> HttpResponse:
    sprint = _find(request, id)
    sprints.reopen(actor=request.user, sprint=sprint, version=doors.version_in(request))
    said = _("%(name)s is running again, with what it had handed on.") % {"name": sprint.name}
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"message": said})
    return doors.go_to(request, _url(sprint), said)


@login_required
@require_POST
def removal(request: HttpRequest, id: int) -> HttpResponse:
    sprint = _find(request, id)
    sprints.remove(actor=request.user, sprint=sprint, version=doors.version_in(request))
    back = reverse("backlog", kwargs={"key": sprint.space.key})
    return doors.go_to(request, back, _("%(name)s was removed; its items are in the backlog.") % {"name": sprint.name})


@login_required
@require_POST
def people(request: HttpRequest, id: int) -> HttpResponse:
    """`person` repeats; `share_7` and `off_7` are that person's. `add` names one more: with
    the share that is booked of their time for the project, else with all of it."""
    sprint = _find(request, id)
    numbers = [n for n in map(whole_number, [*request.POST.getlist("person"), request.POST.get("add", "")]) if n]
    gone = whole_number(request.POST.get("drop", ""))
    known = User.objects.visible_to(request.user).in_bulk(numbers[:MOST_PEOPLE])
    usual, rows = {"share": reads.booked(request.user, sprint, known), "off": {}}, []
    for number in dict.fromkeys(numbers[:MOST_PEOPLE]):
        if number not in known:
            raise Refused("choice_unknown", field="people")
        if number != gone:
            share, off = (_figure(request, f"{name}_{number}", usual[name].get(number, rest)) for name, rest in (("share", 100.0), ("off", 0.0)))
            rows.append((known[number], round(share), off))
    sprints.set_people(actor=request.user, sprint=sprint, version=doors.version_in(request), people=rows)
    return doors.go_to(request, f"{_url(sprint)}#people", _("Saved."))


def _figure(request: HttpRequest, name: str, usual: float) -> float:
    text = request.POST.get(name, "").strip().replace(",", ".")
    try:
        value = float(text) if text else usual
    except ValueError:
        raise Refused("number_unreadable", field=name) from None
    if not 0 <= value <= 366:
        raise Refused("number_unreadable", field=name)
    return value


@login_required
@require_POST
def note(request: HttpRequest, id: int) -> HttpResponse:
    """What somebody says at the stand-up of the day: a comment on the sprint."""
    sprint = _find(request, id)
    comments.add(actor=request.user, subject=sprint, body=request.POST.get("body", ""))
    return doors.go_to(request, f"{_url(sprint)}?view=standup#notes")


urls = [
    path("sprints/<int:id>/", detail, name="sprint"),
    path("sprints/<int:id>/edit/", edit, name="sprint_edit"),
    path("sprints/<int:id>/starts/", start, name="sprint_starts"),
    path("sprints/<int:id>/closings/", closing, name="sprint_closings"),
    path("sprints/<int:id>/reopenings/", reopening, name="sprint_reopenings"),
    path("sprints/<int:id>/removals/", removal, name="sprint_removals"),
    path("sprints/<int:id>/people/", people, name="sprint_people"),
    path("sprints/<int:id>/notes/", note, name="sprint_notes"),
]

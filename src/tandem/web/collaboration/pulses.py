"""Pulses: how a team feels, round by round, told of the whole only; and the form by which one answers."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from django.views.decorators.http import require_POST

from tandem.collaboration.actions import pulses
from tandem.collaboration.models import Pulse, PulseRound
from tandem.kit import clock
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may, spaces_where
from tandem.people.models import Team
from tandem.reports.queries import pulses as reads
from tandem.reports.queries.pulses import Course
from tandem.web import cells, charts, doors, generic
from tandem.web.generic import Column, Fact, Filter, Noun
from tandem.web.templating import day


class PulseForm(forms.ModelForm):
    questions = forms.CharField(label=pgettext_lazy("pulse", "Questions"), widget=forms.Textarea({"rows": 5}), help_text=_("One in a line. Each is answered from 1 (not at all) to 5 (entirely)."))

    class Meta:
        model = Pulse
        fields = ["team", "name", "questions", "every_weeks", "open_days", "next_on"]
        widgets = {"next_on": forms.DateInput({"type": "date"}, "%Y-%m-%d")}
        help_texts = {
            "name": _("Empty: the name of the team."), "open_days": _("A round closes after these days, whoever has answered by then."),
        }  # fmt: skip

    def for_request(self, request: HttpRequest, row: Any) -> None:
        self.fields["name"].required = False
        self.fields["team"].queryset = Team.objects.visible_to(request.user).filter(space_id__among=spaces_where(request.user, Permission.EDIT_PLAN))  # type: ignore[attr-defined]
        if row is not None:
            del self.fields["team"]
            self.initial["questions"] = "\n".join(row.questions)
        elif not self.is_bound:
            self.initial |= {"questions": "\n".join(_usual()), "next_on": clock.today(), "team": whole_number(request.GET.get("team", ""))}

    def clean_questions(self) -> list[str]:
        return str(self.cleaned_data["questions"]).splitlines()


def _usual() -> list[str]:
    return [now_("I know what is expected of me."), now_("I have what I need to do my work well."), now_("In this team one can say what goes wrong."), now_("My load is one that I can keep up.")]


def create(*, actor: Any, home: Any = None, **values: Any) -> Pulse:
    return pulses.create(actor=actor, **values)


def change(*, actor: Any, row: Pulse, version: int | None, **values: Any) -> Pulse:
    return pulses.change(actor=actor, pulse=row, version=version, **values)


def remove(*, actor: Any, row: Pulse, version: int | None) -> None:
    pulses.remove(actor=actor, pulse=row, version=version)


def detail(request: HttpRequest, row: Any) -> dict[str, Any]:
    user: Any = request.user
    found = reads.rounds(user, row)
    open_round = next((one for one in found if not one.is_closed), None)
    mine = {one.pk for one in reads.waiting(user)} if open_round else set()
    is_mine, may_run = open_round is not None and open_round.pk in mine, may(user, Permission.EDIT_PLAN, row.space_id)
    sees_words = reads.may_read_words(user, row)
    return {
        "open_round": open_round, "is_mine": is_mine, "steps": range(1, pulses.STEPS + 1), "enough": pulses.ENOUGH,
        "courses": [_course(one) for one in reads.courses(found)], "responses": [_response(one) for one in reversed(found) if one.is_closed],
        "words": [one for one in reversed(found) if one.words] if sees_words else [], "hides_words": not sees_words, "may_run": may_run,
        "asked": reads.asked(user, open_round) if is_mine and open_round else [], "outlook": _outlook(row) if may_run and not open_round and not row.is_ended else [], "writers": pulses.WRITERS,
        "longest": pulses.LONGEST_WORDS, "is_silent": bool(found) and not any(one.results for one in found),
    }  # fmt: skip


def _outlook(row: Pulse) -> list[str]:
    """Whom a round would ask today, and of the others why not."""
    found, weeks = pulses.asking(row), pulses.APART.days // 7
    count = len(found.people)
    said = [ngettext("Today %(n)s person would be asked.", "Today %(n)s people would be asked.", count) % {"n": count}]
    if count < pulses.ENOUGH:
        said.append(now_("That is too few: a round needs %(n)s.") % {"n": pulses.ENOUGH})
    reasons = (
        (found.new, now_("Not asked, since their account or their place on the team is younger than %(weeks)s weeks: %(n)s.")),
        (found.elsewhere, now_("Not asked, since another pulse asked them within %(weeks)s weeks: %(n)s.")),
        (found.blind, now_("Not asked, since they do not see this space: %(n)s.")),
    )
    return [*said, *(text % {"n": n, "weeks": weeks} for n, text in reasons if n)]


def told(value: float | None) -> str:
    """The ends are open: below and above nothing is told apart."""
    if value is None:
        return "–"
    text = charts.number(value)
    return now_("%(n)s or less") % {"n": text} if value <= pulses.LOW else now_("%(n)s or more") % {"n": text} if value >= pulses.HIGH else text


def _course(one: Course) -> dict[str, Any]:
    last, before = one.last, one.before
    return {"question": one.question, "last": told(last), "word": _moved(last, before), "picture": _picture(one)}


def _moved(last: float | None, before: float | None) -> str:
    if last is None or before is None:
        return ""
    if last == before:
        return now_("as before")
    return now_("up from %(n)s") % {"n": told(before)} if last > before else now_("down from %(n)s") % {"n": told(before)}


def _picture(one: Course) -> dict[str, Any] | None:
    """A line through the rounds that are told; a gap, and a hollow mark below, where too few answered."""
    points = one.points
    if not points or one.last is None:
        return None
    low, high = points[0][0].number, max(points[-1][0].number, points[0][0].number + 1)
    plot = charts.plot(x=(low, high), y=(1, 5), width=640, height=104, left=22, right=22, top=8, bottom=20, x_ticks=_ticks(one), y_ticks=[(n, str(n)) for n in (1, 3, 5)])
    pieces: list[list[tuple[int, float]]] = [[]]
    for row, value in points:
        if value is None:
            pieces.append([])
        else:
            pieces[-1].append((row.number, value))
    return {
        "plot": plot, "lines": [plot.line(piece) for piece in pieces if len(piece) > 1],
        "marks": [{"x": plot.x(row.number), "y": plot.y(value), "title": f"{day(row.closes_on)}: {told(value)}", "href": f"#r-{row.pk}"} for row, value in points if value is not None],
        "gaps": [{"x": plot.x(row.number), "y": plot.y(1), "title": f"{day(row.closes_on)}: {now_('too few answered')}"} for row, value in points if value is None],
        "label": now_("%(question)s Last: %(last)s of 5.") % {"question": one.question, "last": told(one.last)},
    }  # fmt: skip


def _ticks(one: Course) -> list[tuple[int, str]]:
    """At most six rounds are named by their day."""
    step = len(one.points) // 6 + 1
    return [(row.number, charts.day_and_month(row.closes_on)) for row, _value in one.points[::step]]


def _response(row: PulseRound) -> dict[str, Any]:
    share = reads.response(row)
    counts = {"n": row.answered_count or 0, "all": row.asked_count}
    said = ngettext("%(n)s of %(all)s answered", "%(n)s of %(all)s answered", counts["n"]) % counts if row.answered_count is not None else now_("thrown away: the pulse was ended")
    return {"row": row, "share": share, "said": said, "percent": charts.percent(share), "is_told": row.results is not None, "averages": [told(value) for value in row.results or []]}


def _state(row: Any) -> str:
    return now_("ended") if row.is_ended else now_("running")


noun = Noun(
    slug="pulses", model=Pulse, one=_("pulse"), many=_("Pulses"), purpose=_("How a team feels, asked in a rhythm. No page shows who said what; nothing is told below five answers."),
    columns=(
        Column("name", _("Pulse"), lambda r: r.name, "name", is_title=True), Column("team", _("Team"), lambda r: r.team.name), Column("questions", pgettext_lazy("pulse", "Questions"), lambda r: len(r.questions), is_number=True),
        Column("every_weeks", pgettext_lazy("pulse", "Every so many weeks"), lambda r: r.every_weeks, "every_weeks", is_number=True), Column("next_on", _("Next round"), lambda r: "" if r.is_ended else cells.date(r.next_on), "next_on"),
        Column("space", _("Space"), lambda r: r.space.name), Column("state", _("State"), _state),
    ),
    facts=(
        Fact(_("Team"), lambda r: r.team.name), Fact(_("Space"), lambda r: r.space.name), Fact(_("State"), _state), Fact(_("Asked"), lambda r: ngettext("every week", "every %(n)s weeks", r.every_weeks) % {"n": r.every_weeks}),
        Fact(_("Days to answer"), lambda r: r.open_days), Fact(_("Next round"), lambda r: "–" if r.is_ended else day(r.next_on)),
    ),
    filters=(Filter("state", _("State"), lambda request: [("running", now_("running")), ("ended", now_("ended"))], narrow=lambda rows, what: rows.filter(is_ended=what == "ended")),),
    search=("name", "team__name"), order="name", related=("team", "space"), permission=Permission.EDIT_PLAN, form=PulseForm, create=create, change=change, remove=remove, detail=detail,
    detail_template="collaboration/pulse.html", names={"new": _("Set up a pulse")},
)  # fmt: skip


@login_required
@require_POST
def answers(request: HttpRequest, id: int) -> HttpResponse:
    """The scores come as q0, q1, …; a question without one is refused by the rule, not here."""
    row = doors.find(PulseRound.objects.select_related("pulse"), request.user, pk=id)
    scores = [whole_number(request.POST.get(f"q{n}", ""), 1) or 0 for n in range(len(row.questions))]
    pulses.answer(actor=request.user, round=row, scores=scores, words=request.POST.get("words", ""))
    return doors.go_to(request, noun.url(row.pulse), now_("Thank you. No page shows what you said; the team’s answers show when the round closes."))


@login_required
@require_POST
def endings(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(Pulse.objects, request.user, pk=id)
    pulses.end(actor=request.user, pulse=row, version=doors.version_in(request))
    return doors.go_to(request, noun.url(row), now_("The pulse has ended."))


urls = [
    *generic.urls(noun), path("pulses/<int:id>/endings/", endings, name="pulses_endings"), path("pulse-rounds/<int:id>/answers/", answers, name="pulse_round_answers"),
]  # fmt: skip

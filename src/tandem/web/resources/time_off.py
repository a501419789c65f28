"""Time off: asked for and answered. Shown to the person, to their manager and to who manages resources; others see only that
somebody is away, where they plan with them."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people.access import Permission, may_somewhere
from tandem.people.models import User
from tandem.resources.actions import time_off
from tandem.resources.models import Employment, TimeOff
from tandem.web import cells, doors, generic, histories
from tandem.web.generic import Column, Filter
from tandem.web.resources.person_parts import PartForm, PartNoun, day, of_person, person_column


class TimeOffForm(PartForm):
    class Meta:
        model = TimeOff
        fields = ["person", "kind", "starts_on", "ends_on", "starts_half", "ends_half", "note"]
        widgets = {"starts_on": day(), "ends_on": day()}
        help_texts = {"note": _("For your manager. Kind and note are seen by few, and stand in no history.")}

    def for_request(self, request: HttpRequest, row: TimeOff | None) -> None:
        """Oneself; who decides for others may write it down for them."""
        people = User.objects.visible_to(request.user).active()
        if not may_somewhere(request.user, Permission.MANAGE_RESOURCES):
            today = clock.today()
            mine = Employment.objects.visible_to(request.user).during(today, today).filter(manager=request.user).values("person")
            people = people.filter(pk__in=[request.user.pk, *mine.values_list("person", flat=True)])
        self.fields["person"].queryset = people  # type: ignore[attr-defined]
        self.fields["person"].initial = self.initial.get("person") or request.user.pk


class TimeOffNoun(PartNoun):
    def url(self, row: TimeOff) -> str:
        return reverse("time_off_detail", kwargs={"id": row.pk})


def create(*, actor: Any, person: User, **values: Any) -> TimeOff:
    return time_off.ask(actor=actor, person=person, **values)


def _when(rows: QuerySet[TimeOff], value: str) -> QuerySet[TimeOff]:
    return rows.filter(ends_on__gte=clock.today()) if value == "coming" else rows.filter(ends_on__lt=clock.today())


noun = TimeOffNoun(
    slug="time_off", model=TimeOff, one=_("time off"), many=_("Time off"), purpose=_("Ask for days off, and answer those who ask you."),
    columns=(
        person_column(_("Person")),
        Column("starts", _("From"), lambda r: cells.date(r.starts_on), "starts_on", is_number=True),
        Column("ends", _("To"), lambda r: cells.date(r.ends_on), "ends_on", is_number=True),
        Column("kind", _("Kind"), lambda r: r.get_kind_display()),
        Column("state", _("State"), lambda r: r.get_state_display()),
        Column("decided", _("Decided by"), lambda r: cells.person(r.decided_by)),
    ),
    filters=(
        Filter("state", _("State"), lambda request: list(TimeOff.State.choices)), of_person(_("Person")),
        Filter("when", _("When"), lambda request: [("coming", _("Now and to come")), ("past", _("Past"))], narrow=_when),
    ),
    order="-starts_on", related=("person", "decided_by"), permission=Permission.VIEW, form=TimeOffForm, create=create,
    names={"new": _("Ask for time off")},
)  # fmt: skip


@login_required
def detail(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(TimeOff.objects.select_related("person", "decided_by", "asked_by"), request.user, pk=id)
    decides = time_off.manages(request.user, row)
    is_open = row.state in (TimeOff.State.ASKED, TimeOff.State.APPROVED)
    context = {
        "row": row, "noun": noun, "may_decide": decides and row.state == TimeOff.State.ASKED, "may_withdraw": is_open and (decides or row.person_id == request.user.pk),
        "events": histories.lines(Event.objects.visible_to(request.user).of(row).newest_first()[:30], request.user),
        "facts": [
            {"key": now_("Person"), "value": row.person.name, "note": ""}, {"key": now_("Kind"), "value": row.get_kind_display(), "note": ""},
            {"key": now_("Days"), "value": cells.dates(row.starts_on, row.ends_on), "note": _halves(row)}, {"key": now_("State"), "value": row.get_state_display(), "note": ""},
            {"key": now_("Note"), "value": row.note or "–", "note": ""}, {"key": now_("Decided by"), "value": cells.person(row.decided_by) or "–", "note": row.answer},
        ],
    }  # fmt: skip
    return render(request, "resources/time_off.html", context)


def _halves(row: TimeOff) -> str:
    found = [now_("only half of the first day")] if row.starts_half else []
    return " · ".join(found + ([now_("only half of the last day")] if row.ends_half else []))


@login_required
@require_POST
def verdict(request: HttpRequest, id: int) -> HttpResponse:
    """`do` is approve, decline (with `answer`) or withdraw."""
    row = doors.find(TimeOff.objects.select_related("person"), request.user, pk=id)
    do, version = request.POST.get("do", ""), doors.version_in(request)
    if do == "withdraw":
        time_off.withdraw(actor=request.user, time_off=row, version=version)
    elif do in ("approve", "decline"):
        time_off.decide(actor=request.user, time_off=row, version=version, is_approved=do == "approve", answer=request.POST.get("answer", ""))
    else:
        raise Refused("choice_unknown", field="do")
    return doors.go_to(request, noun.url(row), now_("Saved."))


urls = [
    *generic.part_urls(noun), path("time-off/<int:id>/", detail, name="time_off_detail"), path("time-off/<int:id>/verdicts/", verdict, name="time_off_verdicts"),
]

"""People, time off, holidays, equipment and needs from a table or a calendar: pasted or from a file, looked at, then taken whole or not at all."""

import tempfile
import uuid
from pathlib import Path
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from tandem.collaboration import words
from tandem.exchange import equipment_tables, wording
from tandem.exchange import people_tables as tables
from tandem.exchange.formats import people_table, plain_table
from tandem.exchange.formats.source import Unreadable
from tandem.kit.errors import Denied, Refused
from tandem.people.access import Permission, spaces_where
from tandem.people.models import Space, User
from tandem.resources.actions import equipment_runs
from tandem.web import doors
from tandem.work.actions.sheets import RowsRefused
from tandem.work.models import WorkingCalendar

_WHATS = (("people", _("People")), ("time_off", _("Time off")), ("holidays", _("Holidays")), ("equipment", _("Equipment and material")), ("equipment_needs", _("What work needs")))
_PAGES = {"people": "people", "time_off": "time_off", "holidays": "calendars", "equipment": "equipment", "equipment_needs": "equipment"}
_HOMES = {"people": ("organisation", "portfolio"), "equipment": ("organisation", "portfolio", "programme", "project")}
_WRONG = {
    "empty": _("There is nothing in it."), "quotes": _("A quotation mark is not closed."), "head_name": _("No column says who."), "head_item": _("No column says which work item."), "head_equipment": _("No column says which equipment or material."), "head_amount": _("No column says how much."), "head_starts_on": _("No column says from when."),
    "too_many": _("At most %(text)s lines at once. Split the table and take its parts over one after the other."), "calendar_of_people": _("A calendar tells days: choose time off or holidays."), "kind": _("“%(text)s” is no kind that is known here."),
    "number": _("“%(text)s” is no number."), "day": _("“%(text)s” is no day. Write 2027-02-12."), "two_ways": _("“%(text)s” can be read in two ways. Write 2027-02-12."),
}  # fmt: skip


class TableForm(forms.Form):
    text = forms.CharField(label=_("Table"), required=False, max_length=2_000_000, widget=forms.Textarea({"rows": 12, "spellcheck": "false"}), strip=False)
    file = forms.FileField(label=_("Or a file"), required=False, help_text=_("CSV, XLSX or iCalendar (.ics), at most 2 MB. It comes into the field above, where it can be corrected."))
    where = forms.ChoiceField(label=_("Where"), required=False)

    def __init__(self, request: HttpRequest, what: str) -> None:
        super().__init__(request.POST if request.method == "POST" else None, request.FILES if request.method == "POST" else None)
        user = request.user
        if what == "equipment_needs":
            del self.fields["where"]
            self.rows: Any = Space.objects.none()
            return
        if what in _HOMES:
            rows: Any = Space.objects.visible_to(user).filter(pk__in=spaces_where(user, Permission.MANAGE_RESOURCES), kind__in=_HOMES[what])
            self.fields["where"].label = _("Space")
        elif what == "holidays":
            rows = WorkingCalendar.objects.visible_to(user).filter(space_id__in=spaces_where(user, Permission.EDIT_PLAN))
            self.fields["where"].label = _("Calendar")
        else:
            rows = User.objects.visible_to(user).active()
            self.fields["where"].label = _("Whose, where no line says it")
        empty = [("", "–")] if what == "time_off" else []
        self.fields["where"].choices = [*empty, *((str(row.pk), str(row)) for row in (rows.order_by(F("parent").asc(nulls_first=True) if what == "equipment" else "name", "name"))[:1000])]  # type: ignore[attr-defined]
        self.rows = rows

    def chosen(self) -> Any:
        value = self.cleaned_data.get("where")
        return self.rows.filter(pk=value).first() if value else None


@login_required
def people_import(request: HttpRequest) -> HttpResponse:
    """`what` is people, time_off, holidays, equipment or equipment_needs. `do=look` runs it for real and takes it back; `do=take` keeps it."""
    what = request.GET.get("what", "people")
    what = what if what in dict(_WHATS) else "people"
    form = TableForm(request, what)
    context: dict[str, Any] = {"lines": [], "wrong": [], "left_out": [], "skipped": 0, "is_good": False, "counts": ""}
    if request.method == "POST" and form.is_valid():
        text, said = _text(form)
        if said:
            form.add_error("file", said)
        else:
            form.data = form.data.copy()
            form.data["text"] = text
            table = people_table.read(what, text)
            is_taken, run = request.POST.get("do") == "take", uuid.uuid4()
            context |= _tried(request.user, what, form, table, run if is_taken else None)
            if is_taken and context["is_good"]:
                undo = reverse("equipment_import_undo", kwargs={"run": run}) if _PAGES[what] == "equipment" and context["is_new"] else ""
                return doors.done(request, reverse(_PAGES[what]), context["counts"], undo)
    heads = ", ".join(names[0] for names in people_table.HEADS[what].values())
    switch = [{"label": label, "href": f"?what={value}", "current": value == what} for value, label in _WHATS]
    is_bad = bool(form.errors or context["wrong"])
    return render(request, "resources/people_import.html", context | {"form": form, "what": what, "switch": switch, "heads": heads}, status=422 if is_bad else 200)


def _text(form: TableForm) -> tuple[str, str]:
    """The text to read, and why there is none."""
    given = form.cleaned_data.get("file")
    if given is None:
        return form.cleaned_data["text"], ""
    with tempfile.TemporaryDirectory() as folder:
        name = Path(folder) / "given"
        name.write_bytes(given.read(plain_table.LARGEST + 1))
        try:
            return plain_table.as_text(name), ""
        except Unreadable as problem:
            return "", wording.unreadable(problem.code, problem.params)


@login_required
@require_POST
def equipment_undo(request: HttpRequest, run: uuid.UUID) -> HttpResponse:
    """What one took over of equipment or needs goes again, as a whole."""
    count = equipment_runs.undo(actor=request.user, run=run)
    return doors.done(request, reverse("equipment"), ngettext("Took %(n)s change back", "Took %(n)s changes back", count) % {"n": count})


def _tried(user: Any, what: str, form: TableForm, table: people_table.Table, run: uuid.UUID | None) -> dict[str, Any]:
    """With a `run` it stays, as one that can be taken back; without one it was only tried."""
    found: dict[str, Any] = {"left_out": table.left_out, "skipped": table.skipped, "lines": [], "is_good": False, "counts": ""}
    found["wrong"] = [now_("Line %(n)s: %(why)s") % {"n": place, "why": str(_WRONG[code]) % {"text": text}} for place, code, text in table.wrong]
    if table.wrong or not table.lines:
        found["wrong"] = found["wrong"] or [str(_WRONG["empty"])]
        return found
    try:
        with transaction.atomic():
            outcomes = _take(user, what, form.chosen(), table.lines, run)
            if run is None:
                transaction.set_rollback(True)
    except RowsRefused as problem:
        found["wrong"] = [now_("Line %(n)s: %(why)s") % {"n": p.place, "why": words.refusal(p.code, p.params)} for p in problem.problems]
        return found
    except Refused as problem:
        found["wrong"] = [words.refusal(problem.code, problem.params)]
        return found
    except Denied:
        found["wrong"] = [now_("You may not take this over.")]
        return found
    named = {tables.NEW: now_("new"), tables.CHANGED: now_("corrected"), tables.SAME: now_("there already")}
    found["lines"] = [(line.place, _told(line.values), named[outcomes[line.place]]) for line in table.lines[:100]]
    counts = [list(outcomes.values()).count(kind) for kind in (tables.NEW, tables.CHANGED, tables.SAME)]
    found["counts"] = now_("%(new)s new, %(corrected)s corrected, %(same)s there already.") % dict(zip(("new", "corrected", "same"), counts, strict=True))
    return found | {"is_good": True, "is_new": bool(counts[0] or counts[1])}


def _take(user: Any, what: str, where: Any, lines: list[people_table.Line], run: uuid.UUID | None) -> tables.Outcomes:
    if what == "equipment_needs":
        return equipment_tables.take_needs(actor=user, lines=lines, run=run)
    if where is None and what != "time_off":
        raise Refused("reference_unknown", field="where")
    if what == "people":
        return tables.take_people(actor=user, space=where, lines=lines)
    if what == "holidays":
        return tables.take_holidays(actor=user, calendar=where, lines=lines)
    if what == "equipment":
        return equipment_tables.take_equipment(actor=user, space=where, lines=lines, run=run)
    return tables.take_time_off(actor=user, lines=lines, person=where)


def _told(values: dict[str, Any]) -> str:
    return " · ".join(str(value) for value in values.values())


urls = [path("people/import/", people_import, name="people_import"), path("equipment/import/undos/<uuid:run>/", equipment_undo, name="equipment_import_undo")]

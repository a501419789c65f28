"""The form of a change request, what its content may be filled with, and who of two sides may say what now."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext

from tandem.governance import lent_voices, sides
from tandem.governance.models import ApprovalRule, ChangeRequest, Delegation, Side
from tandem.kit import clock
from tandem.kit.text import whole_number
from tandem.people.models import User
from tandem.planning.models import PlanChange
from tandem.portfolio.models import Portfolio, Project
from tandem.product.models import Feature, Promise, Release
from tandem.reports.queries import change_requests as reads
from tandem.reports.queries import plan_conflicts
from tandem.reports.queries import plan_sentences as words
from tandem.reports.queries.change_requests import Voices
from tandem.resources.models import Booking
from tandem.web.planning import plan_conflicts as conflict_pages
from tandem.web.planning.plan_change_forms import booking_name
from tandem.web.templating import day

_MOST = 300


class ChangeForm(forms.ModelForm):
    """What it comes from is taken along from the page where somebody began, with the way out or the day that they chose there."""

    way = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    on = forms.DateField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = ChangeRequest
        fields = ["title", "reason", "source", "scenario", "promise", "conflict"]
        widgets = {"reason": forms.Textarea({"rows": 4}), **dict.fromkeys(("scenario", "promise", "conflict"), forms.HiddenInput)}
        help_texts = {"reason": _("What happens if nothing changes, and for whom. Both sides read it.")}

    def for_request(self, request: HttpRequest, row: Any) -> None:
        self.fields["way"].initial, self.fields["on"].initial = whole_number(request.GET.get("way", ""), 3), request.GET.get("on", "")[:10]
        for name in ("scenario", "promise", "conflict"):
            choice: Any = self.fields[name]
            chosen = choice.queryset.filter(pk=whole_number(request.GET.get(name, "") or request.POST.get(name, ""), 18) or 0).first()
            if chosen is None:
                del self.fields[name]
                continue
            choice.required = False
            if name == "promise":
                self.fields["source"].initial = ChangeRequest.Source.PROMISE
                self.fields["title"].initial = now_("Another day: %(promise)s") % {"promise": chosen}
            elif name == "conflict":
                self.fields["source"].initial = ChangeRequest.Source.CONFLICT
                self._of_conflict(request, chosen)
            else:
                self.fields["title"].initial = chosen.name

    def _of_conflict(self, request: HttpRequest, conflict: Any) -> None:
        """The words of the conflict, and of the way out with its price."""
        line, number = plan_conflicts.one(request.user, conflict), whole_number(request.GET.get("way", ""), 3)
        self.fields["title"].initial = line.title[:200]
        self.fields["reason"].initial = conflict_pages.said(line)
        way = next((one for one in line.ways if one.number == number), None)
        if way is not None:
            self.fields["title"].initial = f"{line.title}{pgettext('sentence', ': ')}{words.way(way.way, way.item, way.other, way.person)}"[:200]

    def _get_validation_exclusions(self) -> set[str]:
        # the content of a new one is opened with it
        return {*super()._get_validation_exclusions(), "scenario"}  # type: ignore[misc]


class RuleForm(forms.ModelForm):
    kinds = forms.MultipleChoiceField(
        label=_("kinds of change"), choices=ApprovalRule.Kind.choices, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Everything that the change touches is among these. None chosen: whatever it touches."),
    )  # fmt: skip

    class Meta:
        model = ApprovalRule
        fields = ["kinds", "days_most", "money_most", "currency", "product_voices", "pmo_voices"]
        help_texts = {
            "days_most": _("By how many calendar days any end, promise or day on the roadmap moves. Empty: however many."),
            "money_most": _("What is asked for in all. Empty: however much."),
            "product_voices": _("0: this side is not asked. What only one side can carry out is never decided without it."),
        }  # fmt: skip


def offered(user: Any) -> dict[str, Any]:
    """What a content may name: what the person sees."""
    states = (Project.State.RUNNING, Project.State.PROPOSED)
    features = Feature.objects.visible_to(user).on_roadmap().exclude(state=Feature.State.SHIPPED)
    booked = Booking.objects.visible_to(user).filter(person__isnull=False, ends_on__gte=clock.today()).select_related("person", "space").order_by("person__name", "starts_on", "id")
    return {
        "bookings": [(row.pk, booking_name(row)) for row in booked[:_MOST]],
        "projects": list(Project.objects.visible_to(user).filter(state__in=states).order_by("name", "id")[:_MOST]),
        "people": list(User.objects.visible_to(user).active().order_by("name", "id").values_list("id", "name")[:_MOST]),
        "promises": list(Promise.objects.visible_to(user).open().select_related("feature", "release").order_by("date", "id")[:_MOST]),
        "features": list(features.order_by("title", "id").values_list("id", "title")[:_MOST]),
        "releases": list(Release.objects.visible_to(user).filter(state=Release.State.PLANNED).order_by("planned_on", "id").values_list("id", "name")[:_MOST]),
        "currencies": [code for code, _name in Portfolio.CURRENCIES],
    }


def redrawn(user: Any, row: ChangeRequest) -> dict[str, Any] | None:
    """In words what is otherwise than on the picture that somebody said yes to, both figures."""
    if not row.redrawn or not row.is_waiting:
        return None
    rows, hidden = reads.redrawn(user, row)
    return {"lines": [_otherwise(one) for one in rows], "hidden": hidden}


def _otherwise(one: reads.Otherwise) -> str:
    """What, as it was judged, and as it is now."""
    if one.kind.startswith("conflict"):
        return f"{one.name}{pgettext('sentence', ': ')}{_conflict(one)}"
    told = [now_("no change") if pair is None else _pair(one, pair) for pair in (one.before, one.now)]
    what = {"project": now_("%(name)s, end"), "promise": now_("%(name)s, done"), "cost": now_("%(name)s, planned cost"), "budget": now_("%(name)s, budget")}[one.kind]
    return now_("%(what)s: %(before)s when it was judged, now %(now)s") % {"what": what % {"name": one.name}, "before": told[0], "now": told[1]}


def _conflict(one: reads.Otherwise) -> str:
    if one.before and one.now:  # it was there already: what is otherwise is how long
        before, now = (ngettext("%(n)s day", "%(n)s days", int(told[-1])) % {"n": " → ".join(str(int(days)) for days in told)} for told in (one.before, one.now))
        return now_("%(before)s when it was judged, now %(now)s") % {"before": before, "now": now}
    words = {
        "conflict_new": (now_("a conflict comes"), now_("no conflict comes any more")),
        "conflict_gone": (now_("a conflict is solved"), now_("no conflict is solved any more")),
        "conflict_other": (now_("a conflict gets longer or shorter"), now_("a conflict stays as long as it is")),
    }
    return words[one.kind][0 if one.now else 1]


def _pair(one: reads.Otherwise, pair: list[Any]) -> str:
    if one.kind in ("cost", "budget"):
        first, second = (f"{Decimal(value or 0):,.0f} {one.currency}" for value in pair)
    else:
        first, second = (day(date.fromisoformat(value)) if value else "–" for value in pair)
    return f"{first} → {second}"


def _until(rows: list[Delegation]) -> list[tuple[str, str, date]]:
    """Who may speak in whose place, each pair once with its last day."""
    found: dict[tuple[int, int], tuple[str, str, date]] = {}
    for one in sorted(rows, key=lambda row: row.ends_on):
        found[one.delegate_id, one.giver_id] = (one.delegate.name, one.giver.name, one.ends_on)
    return list(found.values())


def panels(user: Any, row: ChangeRequest, voices: list[Voices], changes: list[PlanChange]) -> list[dict[str, Any]]:
    """Of each side what was said, and whether this person may say something for it now; if not, why."""
    authors = sides.wrote(row, changes)
    standing = [one for side in voices for one in side.said if sides.is_still_lent(one, row)]
    spoken, heard = any(one.by_id == user.pk for one in standing), {one.voice_of.pk for one in standing}
    takers = lent_voices.takers(row, changes) if row.is_waiting else []
    found = []
    for side in voices:
        may = sides.speaks_there(user, row, side.side)
        why = ""
        if may and row.is_waiting:
            if not sides.may_speak(user, row, side.side, changes):
                why = now_("It touches places where you do not speak for this side.")
            elif user.pk in authors:
                why = now_("You wrote it, or a part of it, or carried it out: others judge it.")
            elif spoken:
                why = now_("You have said your verdict: it takes two people.")
            elif user.pk in heard:
                why = now_("Your voice has been heard: somebody said it in your place.")
        if not side.needed:
            may, why = False, ""
        lent = [] if spoken or not side.needed else [one.giver for of, one in takers if of == side.side and one.delegate_id == user.pk and one.giver_id not in heard]
        found.append({
            "lent": list(dict.fromkeys(lent)), "takers": _until([one for of, one in takers if of == side.side and side.needed]),
            "side": side.side, "label": Side(side.side).label, "needed": side.needed, "counted": side.counted, "said": [(one, one in standing) for one in side.said], "is_missing": side.is_missing,
            "may": may and row.is_waiting and not why, "why": why,
        })  # fmt: skip
    return found

"""The form of a series of meetings: a rhythm in plain words, and who is asked."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.dates import WEEKDAYS
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tandem.governance.models import MeetingSeries
from tandem.kit.text import whole_number
from tandem.people.models import User
from tandem.people.scoping import members_of

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
ONCE, OWN, _WORKDAYS = "", "own", "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR"
RHYTHMS = (
    (ONCE, pgettext_lazy("rhythm of a meeting", "Once")), ("FREQ=WEEKLY", pgettext_lazy("rhythm of a meeting", "Every week")),
    ("FREQ=WEEKLY;INTERVAL=2", pgettext_lazy("rhythm of a meeting", "Every two weeks")), ("FREQ=MONTHLY", pgettext_lazy("rhythm of a meeting", "Every month, on this weekday")),
    (_WORKDAYS, pgettext_lazy("rhythm of a meeting", "Every working day")), (OWN, pgettext_lazy("rhythm of a meeting", "Another rule")),
)  # fmt: skip


class ZoneInput(forms.TextInput):
    """Typed, with the known names offered."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        options = format_html_join("", '<option value="{}">', ((zone,) for zone in sorted(available_timezones())))
        return super().render(name, value, {**(attrs or {}), "list": "zones", "autocomplete": "off"}, renderer) + format_html('<datalist id="zones">{}</datalist>', options)


class MeetingSeriesForm(forms.ModelForm):
    rhythm = forms.ChoiceField(label=_("Rhythm"), choices=RHYTHMS, required=False)
    needed = forms.ModelMultipleChoiceField(User.objects.none(), label=pgettext_lazy("attendee", "Needed"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("The meeting waits for them."))
    welcome = forms.ModelMultipleChoiceField(User.objects.none(), label=_("Welcome"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("It can be held without them."))

    class Meta:
        model = MeetingSeries
        fields = ["title", "purpose", "owner", "starts_on", "at", "minutes", "rhythm", "rule", "zone", "place", "needed", "welcome", "is_gathered", "gather_days"]
        widgets = {"zone": ZoneInput(), "starts_on": forms.DateInput({"type": "date"}, "%Y-%m-%d"), "at": forms.TimeInput({"type": "time"}, "%H:%M")}
        labels = {"rule": _("Rule")}
        help_texts = {
            "purpose": _("What shall be different afterwards. A meeting that changes nothing need not be held."), "rule": _("Only for another rule: a line as calendar programs write it."),
            "is_gathered": _("New risks, open issues, conflicts, changes, decisions and promises join it by themselves."),
        }  # fmt: skip

    def for_request(self, request: HttpRequest, row: Any) -> None:
        """Only people who see the space are asked; the zone is that of the writer, unless said otherwise."""
        user: Any = request.user
        home = row.space_id if row else whole_number(request.POST.get("home", "") or request.GET.get("home", ""))
        people = User.objects.visible_to(user).active()
        people = people.filter(pk__in=members_of(home).values("user")) if home else people
        for name in ("owner", "needed", "welcome"):
            self.fields[name].queryset = people.order_by("name")  # type: ignore[attr-defined]
        self.fields["owner"].required = False
        if row is None:
            self.initial = {"zone": user.time_zone or settings.TIME_ZONE, "owner": user.pk, "minutes": 60, "at": "10:00"} | self.initial
        else:
            seats = list(row.attendees.values_list("user", "is_needed"))
            plain = _rhythm_of(row)
            self.initial |= {
                "needed": [pk for pk, is_needed in seats if is_needed], "welcome": [pk for pk, is_needed in seats if not is_needed], "rhythm": plain, "rule": row.rule if plain == OWN else "",
            }  # fmt: skip

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        rhythm, first = found.pop("rhythm", ONCE), found.get("starts_on")
        if rhythm == ONCE:
            found["rule"] = ""
        elif rhythm != OWN and first is not None:
            found["rule"] = _rule(rhythm, first)
            if first.weekday() > 4 and rhythm == _WORKDAYS:
                self.add_error("starts_on", _("The first day is no working day."))
        if not found.get("owner"):
            found.pop("owner", None)
        return found


def _rule(rhythm: str, first: Any) -> str:
    """The weekday of the first day is that of all; every month the same one counts, where it is the fifth the last, which every month has."""
    day, number = _DAYS[first.weekday()], (first.day - 1) // 7 + 1
    if rhythm == "FREQ=MONTHLY":
        return f"FREQ=MONTHLY;BYDAY={day};BYSETPOS={number if number < 5 else -1}"
    return rhythm if "BYDAY" in rhythm else f"{rhythm};BYDAY={day}"


def _rhythm_of(row: MeetingSeries) -> str:
    plain = [key for key, _label in RHYTHMS if key not in (ONCE, OWN) and row.rule == _rule(key, row.starts_on)]
    return ONCE if not row.rule else plain[0] if plain else OWN


def rhythm_in_words(row: MeetingSeries) -> str:
    """“Every two weeks on Monday”; what no choice of the form makes shows its rule."""
    key = _rhythm_of(row)
    label = str(dict(RHYTHMS)[key])
    if key in (ONCE, _WORKDAYS):
        return label
    return row.rule if key == OWN else _("%(rhythm)s: %(day)s") % {"rhythm": label, "day": WEEKDAYS[row.starts_on.weekday()]}

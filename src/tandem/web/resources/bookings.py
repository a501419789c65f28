"""Bookings: who or what is kept for which work, softly or firmly."""

from collections import defaultdict
from typing import Any

from django import forms
from django.apps import apps
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission
from tandem.people.models import User
from tandem.portfolio.models import Project, Proposal
from tandem.product.models import Feature
from tandem.resources.actions import bookings
from tandem.resources.models import Booking
from tandem.web import cells, generic
from tandem.web.generic import Column, Fact, Filter, Noun
from tandem.web.resources.person_parts import day, of_person
from tandem.web.resources.person_roles import roles

MOST = 300
_PAGES = {"portfolio.project": "projects_detail", "portfolio.proposal": "proposals_detail", "product.feature": "features_detail"}
_KINDS = ((_("Projects"), Project), (_("Proposals"), Proposal), (_("Features"), Feature))


def subjects(user: Any) -> list[tuple[Any, list[tuple[str, str]]]]:
    """What can be booked for, by kind."""
    found = []
    for label, model in _KINDS:
        rows = model._default_manager.visible_to(user)[:MOST]  # type: ignore[attr-defined]
        found.append((label, [(f"{model._meta.label_lower}:{row.pk}", str(row)) for row in rows]))
    return found


def subject(user: Any, value: str) -> Any:
    kind, _colon, pk = value.partition(":")
    model = {model._meta.label_lower: model for _label, model in _KINDS}.get(kind)
    row = model._default_manager.visible_to(user).filter(pk=pk).first() if model and whole_number(pk) else None  # type: ignore[attr-defined]
    if row is None:
        raise Refused("reference_unknown", field="subject")
    return row


class BookingForm(forms.ModelForm):
    subject = forms.ChoiceField(label=_("For"))

    class Meta:
        model = Booking
        fields = ["person", "job_role", "team", "starts_on", "ends_on", "percent", "is_hard", "override_reason", "note"]
        widgets = {"starts_on": day(), "ends_on": day()}
        help_texts = {
            "person": _("A person, or while no name is known a job role or a team."),
            "percent": _("In per cent. Of a person: of the time that they have. Of a job role or team: of one full-time person, 250 for two and a half."),
            "is_hard": _("Settled, by who manages resources. Without it the booking is a wish."),
            "override_reason": _("Only where somebody is firmly booked beyond all of their time."),
        }

    def for_request(self, request: HttpRequest, row: Booking | None) -> None:
        self.fields["person"].queryset = User.objects.visible_to(request.user).active()  # type: ignore[attr-defined]
        if row is not None:
            del self.fields["subject"]
        else:
            self.fields["subject"].choices = subjects(request.user)  # type: ignore[attr-defined]
            self.order_fields(["subject"])


def create(*, actor: Any, subject: str, **values: Any) -> Booking:
    return bookings.create(actor=actor, subject=_found(actor, subject), **values)


_found = subject


def change(*, actor: Any, row: Booking, version: int | None, **values: Any) -> Booking:
    return bookings.change(actor=actor, booking=row, version=version, **values)


def remove(*, actor: Any, row: Booking, version: int | None) -> None:
    bookings.remove(actor=actor, booking=row, version=version)


def look_up(request: HttpRequest, rows: list[Any]) -> None:
    """What each is for, by name: one query for each kind."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        wanted[row.subject_kind].add(row.subject_id)
    known = {kind: apps.get_model(kind)._default_manager.visible_to(request.user).in_bulk(ids) for kind, ids in wanted.items()}  # type: ignore[attr-defined]
    for row in rows:
        row.subject = known[row.subject_kind].get(row.subject_id)


def _for(row: Any) -> Any:
    return cells.link(row.subject, reverse(_PAGES[row.subject_kind], kwargs={"id": row.subject_id})) if row.subject else ""


def whom(row: Booking) -> str:
    return str(row.person or row.job_role or row.team)


def firm(row: Booking) -> str:
    return pgettext("booking", "firm") if row.is_hard else pgettext("booking", "soft")


def detail(request: HttpRequest, row: Booking) -> dict[str, Any]:
    look_up(request, [row])
    return {"facts": [
        {"key": label, "value": value, "note": ""}
        for label, value in (
            (_("Who"), whom(row)), (_("Job role"), str(row.job_role or "–")), (_("For"), _for(row) or "–"), (_("Days"), cells.dates(row.starts_on, row.ends_on)),
            (_("Share"), share(row)), (_("State"), firm(row)), (_("Note"), row.note or "–"), (_("Overbooked because"), row.override_reason or "–"), (_("Booked by"), row.booked_by.name),
        )
    ]}  # fmt: skip


def share(row: Booking) -> str:
    return f"{row.percent.normalize():f} %"


noun = Noun(
    slug="bookings", model=Booking, one=_("booking"), many=_("Bookings"), purpose=_("Who or what is kept for which work, from when to when."),
    columns=(
        Column("who", _("Who"), whom, is_title=True),
        Column("for", _("For"), _for),
        Column("starts", _("From"), lambda r: cells.date(r.starts_on), "starts_on", is_number=True),
        Column("ends", _("To"), lambda r: cells.date(r.ends_on), "ends_on", is_number=True),
        Column("share", _("Share"), share, "percent", is_number=True),
        Column("firm", _("State"), firm, "is_hard"),
        Column("over", _("Overbooked because"), lambda r: r.override_reason),
    ),
    facts=(Fact(_("Who"), whom),),
    filters=(
        of_person(_("Person")), Filter("job_role", _("Job role"), roles),
        Filter("open", _("Name"), lambda request: [("unfilled", _("No name yet"))], narrow=lambda rows, value: rows.unfilled()),  # type: ignore[attr-defined]
    ),
    order="starts_on", related=("space", "person", "job_role", "team", "booked_by"), permission=Permission.EDIT_PLAN, form=BookingForm, create=create,
    change=change, remove=remove, look_up=look_up, detail=detail, names={"new": _("New booking")},
)  # fmt: skip
urls = generic.urls(noun)

"""Calendars by hand: weeks in words, days that differ and their end, China's moved working days on the page."""

from datetime import date

import pytest
from django.urls import reverse

from tandem.kit.errors import Refused
from tandem.planning.calendars import Calendars
from tandem.web.work.calendars import parse_hours
from tandem.work.actions import calendars
from tandem.work.models import WorkingCalendar


@pytest.fixture
def ningbo(world):
    world.calendar = calendars.create(actor=world.boris, space=world.project.space, name="Ningbo", country="CN", is_default=True)
    return world


@pytest.mark.parametrize(
    ("text", "spans"),
    [("08:00–12:00, 13:00–17:00", [[480, 720], [780, 1020]]), ("9-17", [[540, 1020]]), ("22:00-24:00", [[1320, 1440]]), ("–", []), ("", []), ("8:00至12:00，13:00至17:00", [[480, 720], [780, 1020]])],
)
def test_hours_are_read_as_people_write_them(text, spans):
    assert parse_hours(text) == spans


def test_the_moved_days_are_those_of_the_year_that_was_asked(db):
    moved = [day for day, _name, works in calendars.holidays_of("CN", range(2026, 2027)) if works]
    assert date(2026, 2, 14) in moved and {day.year for day in moved} == {2026}


def test_the_year_shows_holidays_and_moved_working_days(ningbo, signed_in):
    page = signed_in(ningbo.boris).get(reverse("calendars_detail", kwargs={"id": ningbo.calendar.pk}) + "?year=2026").content.decode()
    assert '<td class="on">14' in page, "Saturday 14 February is worked"
    assert 'class="hol"' in page and "National Day" in page


def test_a_week_is_changed_and_what_is_empty_comes_from_the_base(ningbo, signed_in):
    address = reverse("calendars_new")
    form = {"home": ningbo.project.space.pk, "name": "Night", "base": ningbo.calendar.pk, "country": "", "day_1": "22:00–24:00", "day_6": "–"}
    assert signed_in(ningbo.boris).post(address, form).status_code == 302
    assert WorkingCalendar.objects.get(name="Night").week == {"1": [[1320, 1440]], "6": []}


def test_hours_that_overlap_come_back_with_a_sentence(ningbo, signed_in):
    address = reverse("calendars_edit", kwargs={"id": ningbo.calendar.pk})
    answer = signed_in(ningbo.boris).post(address, {"name": "Ningbo", "day_1": "9–12, 11–17", "version": ningbo.calendar.version})
    assert answer.status_code == 422 and "must not overlap" in answer.content.decode()
    answer = signed_in(ningbo.boris).post(address, {"name": "Ningbo", "day_1": "mornings", "version": ningbo.calendar.version})
    assert answer.status_code == 422 and "Write hours as" in answer.content.decode()


def test_a_closing_week_is_added_and_taken_back(ningbo, signed_in):
    client, address = signed_in(ningbo.boris), reverse("calendars_exceptions", kwargs={"id": ningbo.calendar.pk})
    client.post(address, {"starts_on": "2026-12-28", "ends_on": "2026-12-31", "name": "Closed", "hours": ""})
    closed = ningbo.calendar.exceptions.get()
    assert closed.hours == []
    client.post(address, {"do": "remove", "exception": closed.pk})
    assert not ningbo.calendar.exceptions.exists()


def test_a_working_saturday_has_hours(ningbo, signed_in):
    client, address = signed_in(ningbo.boris), reverse("calendars_exceptions", kwargs={"id": ningbo.calendar.pk})
    client.post(address, {"starts_on": "2026-12-05", "ends_on": "2026-12-05", "name": "Release", "hours": "9:00–13:00"})
    assert ningbo.calendar.exceptions.get().hours == [[540, 780]]


def test_a_region_has_holidays_of_its_own(world, signed_in):
    client = signed_in(world.boris)
    assert client.post(reverse("calendars_new"), {"home": world.project.space.pk, "name": "München", "country": "DE", "day_1": "9-17", "day_4": "9-17"}).status_code == 302
    row = WorkingCalendar.objects.get(name="München")
    corpus = date(2026, 6, 4)
    assert Calendars([row.space_id], corpus).of_row(row.pk).working_days(corpus, corpus).sum() == 1, "a working day in the rest of the country"
    page = client.get(reverse("calendars_edit", kwargs={"id": row.pk}))
    assert "Bayern (BY)" in page.text and "Hessen (HE)" in page.text
    assert client.post(reverse("calendars_edit", kwargs={"id": row.pk}), {"name": "München", "country": "DE", "region": "BY", "day_4": "9-17", "version": row.version}).status_code == 302
    assert Calendars([row.space_id], corpus).of_row(row.pk).working_days(corpus, corpus).sum() == 0
    assert "Germany · Bayern" in client.get(reverse("calendars_detail", kwargs={"id": row.pk})).text
    row.refresh_from_db()
    with pytest.raises(Refused, match="region_unknown"):
        calendars.change(actor=world.boris, calendar=row, version=None, region="GD")
    assert calendars.change(actor=world.boris, calendar=row, version=None, country="FR").region == "", "Bavaria does not lie in France"
    assert calendars.create(actor=world.boris, space=world.project.space, name="HK", country="US", region="CA").region == "CA"

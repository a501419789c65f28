"""People, time off and holidays from a table, a workbook or a calendar: looked at, taken whole or not at all, and again without harm."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from tandem.exchange import people_tables as tables
from tandem.exchange.formats import people_table
from tandem.kit import clock
from tandem.kit.errors import Denied
from tandem.people.models import Role, User
from tandem.portfolio.actions import portfolios
from tandem.resources.models import Employment, PersonRole, Rate, TimeOff
from tandem.work.actions import calendars
from tandem.work.actions.sheets import RowsRefused
from tests import make

PEOPLE = """Name,E-mail,Department,Job role,From,Share,Kind,Reports to,Shoe size
Mei Lin,mei@example.org,Harbour,Architect,2026-01-01,60 %,staff,Boris Orlov,38
Nils Nilsen,,Harbour,Tester,2026年2月1日,0.5,外部人员,,44
"""
ICS = """BEGIN:VCALENDAR\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20260504\r
DTEND;VALUE=DATE:20260509\r
SUMMARY:Holidays\\, at\r
  the sea\r
ATTENDEE;CN=Mei:mailto:MEI@example.org\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART:20260504T090000Z\r
DTEND:20260504T100000Z\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20260601\r
RRULE:FREQ=YEARLY\r
END:VEVENT\r
END:VCALENDAR\r
"""


def lines(what, text):
    table = people_table.read(what, text)
    assert not table.wrong, table.wrong
    return table.lines


def test_people_with_their_terms_and_again_without_harm(world):
    table = people_table.read("people", PEOPLE)
    assert table.left_out == ["Shoe size"]
    assert tables.take_people(actor=world.alma, space=world.root, lines=table.lines) == {2: "new", 3: "new"}
    mei, nils = Employment.objects.get(person=world.mei), Employment.objects.get(person__name="Nils Nilsen")
    assert (mei.percent, mei.manager, mei.department.name, mei.starts_on) == (60, world.boris, "Harbour", date(2026, 1, 1))
    assert (nils.percent, nils.kind, nils.starts_on, nils.person.is_placeholder) == (50, "external", date(2026, 2, 1), True)
    assert PersonRole.objects.get(person=world.mei).job_role.name == "Architect"
    assert set(tables.take_people(actor=world.alma, space=world.root, lines=table.lines).values()) == {"same"}
    later = lines("people", "name\tfrom\tshare\nMei Lin\t2026-07-01\t80\n")
    assert tables.take_people(actor=world.alma, space=world.root, lines=later) == {2: "changed"}
    first, second = Employment.objects.filter(person=world.mei).order_by("starts_on")
    assert (first.ends_on, second.percent, second.manager) == (date(2026, 6, 30), 80, world.boris), "the former term ends the day before, its manager stays"
    corrected = lines("people", "name\tfrom\thours\nMei Lin\t2026-07-01\t36\n")
    tables.take_people(actor=world.alma, space=world.root, lines=corrected)
    assert Employment.objects.get(pk=second.pk).percent == 90


def test_nothing_is_taken_where_one_line_is_refused_and_what_is_not_yours_stays(world):
    both = lines("people", "name,from,reports to\nNova,2026-01-01,\nMei Lin,2026-01-01,Nobody\n")
    with pytest.raises(RowsRefused) as refused:
        tables.take_people(actor=world.alma, space=world.root, lines=both)
    assert [(p.place, p.code) for p in refused.value.problems] == [(3, "name_unknown_here")]
    assert not User.objects.filter(name="Nova").exists() and not Employment.objects.exists()
    north = portfolios.create(actor=world.alma, name="North", parent=world.root).space
    nora = make.user(actor=world.admin, name="Nora", role=Role.PORTFOLIO_MANAGER, space=north, email="nora@example.org")
    for text in ("name,from,reports to\nDana Stranger,2026-01-01,Nora\n", "name,from,reports to\nMei Lin,2020-01-01,Nora\n"):
        with pytest.raises(RowsRefused):
            tables.take_people(actor=nora, space=north, lines=lines("people", text))
    tables.take_people(actor=nora, space=north, lines=lines("people", "name,email\nNew Chief,chief@example.org\n"))
    assert not User.objects.filter(email="chief@example.org").exists(), "an address is claimed for the organisation alone"
    with pytest.raises(Denied):
        tables.take_people(actor=world.boris, space=world.project.space, lines=both)


def test_rates_are_taken_from_who_sees_them(world):
    table = lines("people", "name,from,cost,bill,currency\nMei Lin,2026-01-01,80.50,120,eur\n")
    tables.take_people(actor=world.alma, space=world.root, lines=table)
    assert (Rate.objects.get().cost, Rate.objects.get().currency) == (Decimal("80.50"), "EUR")
    assert tables.take_people(actor=world.alma, space=world.root, lines=table) == {2: "same"}
    assert Rate.objects.count() == 1


def test_time_off_waits_or_is_approved_and_is_corrected(world):
    soon = clock.today() + timedelta(days=40)
    text = f"name,from,to,type\nMei Lin,{soon},{soon + timedelta(4)},年假\n"
    assert tables.take_time_off(actor=world.mei, lines=lines("time_off", text)) == {2: "new"}
    assert TimeOff.objects.get().state == "asked"
    with pytest.raises(RowsRefused):
        tables.take_time_off(actor=world.chen, lines=lines("time_off", f"name,from\nMei Lin,{soon + timedelta(20)}\n"))
    longer = lines("time_off", text.replace(str(soon + timedelta(4)), str(soon + timedelta(6))))
    assert tables.take_time_off(actor=world.alma, lines=longer) == {2: "changed"}
    assert tables.take_time_off(actor=world.alma, lines=longer) == {2: "same"}
    assert [(r.state, r.ends_on) for r in TimeOff.objects.order_by("pk")] == [("withdrawn", soon + timedelta(4)), ("approved", soon + timedelta(6))]


def test_a_calendar_tells_whole_days_and_says_what_it_leaves_out(world):
    table = people_table.read("time_off", ICS)
    assert (len(table.lines), table.skipped) == (1, 2)
    assert table.lines[0].values == {"starts_on": date(2026, 5, 4), "ends_on": date(2026, 5, 8), "summary": "Holidays, at the sea", "email": "mei@example.org"}
    tables.take_time_off(actor=world.alma, lines=table.lines)
    assert TimeOff.objects.get().person == world.mei
    calendar = calendars.create(actor=world.alma, space=world.root, name="Bavaria", country="DE")
    for expected in ("new", "same"):
        days = lines("holidays", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260815\nSUMMARY:Assumption\nEND:VEVENT\nEND:VCALENDAR")
        assert list(tables.take_holidays(actor=world.alma, calendar=calendar, lines=days).values()) == [expected]
    assert [(e.starts_on, e.name, e.hours) for e in calendar.exceptions.all()] == [(date(2026, 8, 15), "Assumption", [])]


@pytest.mark.parametrize(("what", "text", "wrong"), [
    ("people", "", [(1, "empty", "")]), ("people", "who\nX\n", [(1, "head_name", "")]), ("time_off", "name\nX\n", [(1, "head_starts_on", "")]),
    ("people", "name,from\nX,3/4/2026\n", [(2, "two_ways", "3/4/2026")]), ("people", "name,from\nX,31.2.2026\n", [(2, "day", "31.2.2026")]),
    ("people", "name,share\nX,half\n", [(2, "number", "half")]), ("people", "name,kind\nX,robot\n", [(2, "kind", "robot")]), ("people", ICS, [(1, "calendar_of_people", "")]),
])  # fmt: skip
def test_what_cannot_be_read_is_said_with_its_line(what, text, wrong):
    assert people_table.read(what, text).wrong == wrong


def test_the_page_shows_what_would_come_of_it_before_it_keeps_it(world, signed_in):
    client, address = signed_in(world.alma), "/people/import/?what=people"
    book = Workbook()
    for row in (["Name", "From", "Share"], ["Mei Lin", date(2026, 1, 1), 60]):
        book.active.append(row)
    data = BytesIO()
    book.save(data)
    looked = client.post(address, {"where": world.root.pk, "do": "look", "file": SimpleUploadedFile("people.xlsx", data.getvalue())})
    assert looked.status_code == 200 and "1 new" in looked.text and "Mei Lin" in looked.text
    assert not Employment.objects.exists(), "looked at, and taken back"
    assert client.post(address, {"where": world.root.pk, "do": "take", "text": "Name,From,Share\nMei Lin,2026-01-01,60\n"}).status_code == 302
    assert Employment.objects.get().percent == 60
    bad = client.post(address, {"where": world.root.pk, "do": "take", "text": "Name,From\nNobody,soon\n"})
    assert bad.status_code == 422 and "Line 2" in bad.text
    assert signed_in(world.dana).post(address, {"where": world.root.pk, "do": "take", "text": "Name\nX\n"}).status_code == 422
    assert Employment.objects.count() == 1

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
from tandem.people.actions import users
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


def refusals(take, **asked):
    """(line, code) of what a table is refused for."""
    with pytest.raises(RowsRefused) as refused:
        take(**asked)
    return [(p.place, p.code) for p in refused.value.problems]


@pytest.fixture
def north(world):
    return portfolios.create(actor=world.alma, name="North", parent=world.root).space


@pytest.fixture
def nora(world, north):
    """Manages the resources of one portfolio, not those of the organisation."""
    return make.user(actor=world.admin, name="Nora", role=Role.PORTFOLIO_MANAGER, space=north, email="nora@example.org")


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


def test_an_unknown_address_never_finds_a_person_with_another_one(world):
    """With an e-mail a name finds nobody but a placeholder of whom only the name is known."""
    theirs = lines("people", "name,email,from\nMei Lin,MEI.LIN@Harbour.example,2026-01-01\n")
    assert tables.take_people(actor=world.alma, space=world.root, lines=theirs) == {2: "new"}
    assert not Employment.objects.filter(person=world.mei).exists(), "the one with another address is left alone"
    assert Employment.objects.get().person.email == "mei.lin@harbour.example"
    assert tables.take_people(actor=world.alma, space=world.root, lines=theirs) == {2: "same"}
    tables.take_people(actor=world.alma, space=world.root, lines=lines("people", "name\nOla\n"))
    named = lines("people", "name,email,share\nOla,ola@example.org,50\n")
    assert tables.take_people(actor=world.alma, space=world.root, lines=named) == {2: "changed"}
    assert User.objects.get(name="Ola").employments.get().percent == 50
    two = lines("people", "name,email\nOla,ola@example.org\nOla,other@example.org\n")
    assert refusals(tables.take_people, actor=world.alma, space=world.root, lines=two) == [(3, "people_of_one_name")]


def test_two_people_of_one_name_are_not_merged_where_their_addresses_are_not_kept(world, north, nora):
    two = lines("people", "name,email\nOla,ola@example.org\nOla,other@example.org\n")
    assert refusals(tables.take_people, actor=nora, space=north, lines=two) == [(3, "people_of_one_name")]
    one = lines("people", "name,email\nOla,ola@example.org\n")
    assert [tables.take_people(actor=nora, space=north, lines=one)[2] for _again in (1, 2)] == ["new", "same"]


def test_a_disabled_account_is_refused_with_its_reason_and_makes_no_second_person(world):
    users.disable(actor=world.admin, user=world.mei)
    before = User.objects.count()
    for text in ("name,email\nMei Lin,mei@example.org\n", "name,email\nM. Lin,MEI@example.org\n", "name\nMei Lin\n"):
        assert refusals(tables.take_people, actor=world.alma, space=world.root, lines=lines("people", text)) == [(2, "account_disabled")]
    theirs = lines("people", "name,reports to\nOla,Mei Lin\n")
    assert refusals(tables.take_people, actor=world.alma, space=world.root, lines=theirs) == [(2, "account_disabled")]
    away = lines("time_off", "name,from\nMei Lin,2027-01-04\n")
    assert refusals(tables.take_time_off, actor=world.alma, lines=away) == [(2, "account_disabled")]
    assert User.objects.count() == before


@pytest.mark.parametrize("text", ["n/a", "-", "x@", f"{'x' * 60}@{'y' * 60}.{'y' * 60}.{'y' * 60}.{'y' * 60}.org"])
def test_what_is_no_address_is_refused(world, text):
    two = lines("people", f"name,email\nOla,{text}\nPer,{text}\n")
    assert refusals(tables.take_people, actor=world.alma, space=world.root, lines=two) == [(2, "email_of_nobody"), (3, "email_of_nobody")]
    away = lines("time_off", f"name,email,from\nMei Lin,{text},2027-01-04\n")
    assert refusals(tables.take_time_off, actor=world.alma, lines=away) == [(2, "email_of_nobody")]


def test_of_somebody_kept_elsewhere_nothing_is_written_and_nothing_told(world, north, nora):
    """A job role, a rate, or that a term says the same: all are refused alike."""
    table = lines("people", "name,from,share,job role\nMei Lin,2026-01-01,60,Tester\n")
    tables.take_people(actor=world.alma, space=world.root, lines=table)
    for text in (
        "name,job role\nMei Lin,Architect\n", "name,from,job role\nMei Lin,2026-01-01,Tester\n", "name,cost,currency\nMei Lin,80,EUR\n",
        "name,from,share\nMei Lin,2026-01-01,60\n", "name,from,share\nMei Lin,2026-01-01,70\n", "name\nMei Lin\n",
    ):  # fmt: skip
        assert refusals(tables.take_people, actor=nora, space=north, lines=lines("people", text)) == [(2, "kept_elsewhere")], text
    assert [held.job_role.name for held in PersonRole.objects.all()] == ["Tester"] and not Rate.objects.exists()


def test_no_answer_tells_whether_an_address_is_known(world, north, nora):
    """Of somebody kept elsewhere, of nobody and of a disabled account: the same outcome, the same refusal, nothing written of them."""
    users.disable(actor=world.admin, user=world.dana)
    people = {email: n for n, email in enumerate(("mei@example.org", "nobody@example.org", "dana@example.org", "alma@example.org"))}

    def told(text, email):
        try:
            return tables.take_people(actor=nora, space=north, lines=lines("people", text))
        except RowsRefused as refused:
            return [(p.place, p.code, {k: str(v).replace(email, "…") for k, v in p.params.items()}) for p in refused.problems]

    answers = {
        email: [
            told(f"name,email,from,share\nSomebody {n},{email},2026-01-01,50\n", email), told(f"name,email,from,share\nSomebody {n},{email},2026-01-01,50\n", email),
            told(f"name\n{email}\n", email), told(f"name,reports to\nOla {n},{email}\n", email),
        ]
        for email, n in people.items()
    }  # fmt: skip
    assert all(found == answers["nobody@example.org"] for found in answers.values()), answers
    assert answers["nobody@example.org"][0] == {2: "new"} and answers["nobody@example.org"][3][0][1] == "name_unknown_here"
    assert not Employment.objects.filter(person__email__in=people).exists()
    assert tables.take_people(actor=world.alma, space=world.root, lines=lines("people", "name,email\nMei,mei@example.org\n")) == {2: "new"}
    assert Employment.objects.filter(person=world.mei).exists(), "who keeps the whole organisation finds them by the address"


def test_an_earlier_term_in_another_space_is_not_told_by_there_already(world, north, nora):
    tables.take_people(actor=world.alma, space=world.root, lines=lines("people", "name,from,share\nOla,2025-01-01,60\n"))
    tables.take_people(actor=world.alma, space=north, lines=lines("people", "name,from,share\nOla,2026-01-01,80\n"))
    assert tables.take_people(actor=nora, space=north, lines=lines("people", "name,share\nOla,80\n")) == {2: "same"}
    for share in (60, 70):
        theirs = lines("people", f"name,from,share\nOla,2025-01-01,{share}\n")
        assert refusals(tables.take_people, actor=nora, space=north, lines=theirs) == [(2, "line_not_yours")]


def test_time_off_tells_nobody_whether_an_address_is_known(world):
    users.disable(actor=world.admin, user=world.dana)
    for who in ("mei@example.org", "nobody@example.org", "dana@example.org"):
        for text in (f"email,from\n{who},2027-01-04\n", f"name,from\n{who},2027-01-04\n", f"name,email,from\n陈悦,{who},2027-01-04\n"):
            with pytest.raises(RowsRefused) as refused:
                tables.take_time_off(actor=world.chen, lines=lines("time_off", text))
            assert [(p.code, p.params) for p in refused.value.problems] == [("nobody_of_yours", {"name": who})]
    assert not TimeOff.objects.exists()
    own = lines("time_off", "email,from\nCHEN@example.org,2027-01-04\n")
    assert tables.take_time_off(actor=world.chen, lines=own) == {2: "new"}


def test_a_refused_line_leaves_nothing_behind_for_the_next_one(world):
    table = lines("people", "name,department,job role,share,currency,cost\nOla,Quay,Pilot,50,euros,80\nOla,Quay,Pilot,50,EUR,80\nPer,Quay,Pilot,500,,\nPer,Quay,Pilot,50,,\n")
    found = refusals(tables.take_people, actor=world.alma, space=world.root, lines=table)
    assert found == [(2, "currency_malformed"), (4, "row_invalid")], "those after them find no person, department or role that is not there"
    good = [line for line in table if line.place in (3, 5)]
    assert tables.take_people(actor=world.alma, space=world.root, lines=good) == {3: "new", 5: "new"}
    assert {(e.person.name, e.department.name) for e in Employment.objects.all()} == {("Ola", "Quay"), ("Per", "Quay")}


def test_what_a_field_or_the_database_does_not_take_is_told_at_its_line(world, signed_in, monkeypatch):
    text = f"Name,From,Share\nOla,2026-01-01,0\n{'庄' * 150},2026-01-01,50\n"
    said = signed_in(world.alma).post("/people/import/?what=people", {"where": world.root.pk, "do": "take", "text": text})
    assert said.status_code == 422 and "Line 2: percent:" in said.text and "Line 3: Something in this line is too long" in said.text
    assert "庄庄" in said.text, "what was written stays in the field"

    def gone(**_asked):
        raise Employment.DoesNotExist

    monkeypatch.setattr(tables.employments, "create", gone)
    ola = lines("people", "name\nOla\n")
    assert refusals(tables.take_people, actor=world.alma, space=world.root, lines=ola) == [(2, "line_gone")]


def test_rates_without_a_day_are_compared_with_those_in_force(world):
    def take(text):
        return tables.take_people(actor=world.alma, space=world.root, lines=lines("people", text))[2]

    take("name,from,cost,bill,currency\nMei Lin,2026-01-01,80.50,120,eur\n")
    assert take("name,cost,bill,currency\nMei Lin,80.5,120,EUR\n") == "same"
    assert take("name,cost,bill,currency\nMei Lin,90,120,EUR\n") == "changed"
    assert take("name,cost,bill,currency\nMei Lin,90,120,EUR\n") == "same"
    assert take("name,from,cost,bill,currency\nMei Lin,2026-01-01,80.50,120,eur\n") == "same", "that of a day is compared with that of the day"
    assert sorted((rate.cost, rate.valid_from) for rate in Rate.objects.all()) == [(Decimal("80.50"), date(2026, 1, 1)), (Decimal(90), clock.today())]


def test_a_table_has_a_bound_and_says_what_to_do(world, signed_in):
    text = "name,from\n" + "X,2026-01-01\n" * 500
    assert len(lines("people", text)) == 500
    too_long = text + "X,2026-01-01\n"
    assert people_table.read("holidays", too_long).wrong == people_table.read("people", too_long).wrong == [(502, "too_many", "500")]
    said = signed_in(world.alma).post("/people/import/?what=people", {"where": world.root.pk, "do": "look", "text": too_long})
    assert said.status_code == 422 and "At most 500 lines at once. Split the table" in said.text and not User.objects.filter(name="X").exists()


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

"""Costs of a plan of MS Project: cost resources and fixed costs come in as costs of the project, are followed, and leave again."""

import json
import re
import tempfile
from datetime import date
from decimal import Decimal as D
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tandem.exchange.actions import imports
from tandem.exchange.formats import mpxj as reader
from tandem.exchange.models import ExternalReference, Import
from tandem.exchange.taking_over import costs
from tandem.history.models import Event
from tandem.people.access import Permission
from tandem.people.models import Space
from tandem.portfolio.actions import cost_lines
from tandem.portfolio.models import CostLine, CostLineRecord
from tests.conftest import DATA
from tests.drawn import drawn
from tests.exchange.files import take_over
from tests.exchange.test_ms_project import export
from tests.exchange.test_ms_project_equipment import PLAN as BARE

pytestmark = pytest.mark.django_db
FILES = sorted(path for path in (DATA / "msproject").glob("*") if path.suffix in (".xml", ".mpp", ".mpx"))
PLAN = (
    BARE.replace("<CalendarUID>1</CalendarUID>", "<CalendarUID>1</CalendarUID><CurrencyCode>GBP</CurrencyCode><CurrencySymbol>$</CurrencySymbol>", 1)
    .replace("<Tasks>", "<Tasks><Task><UID>0</UID><ID>0</ID><Name>Quay</Name><OutlineLevel>0</OutlineLevel><Start>2026-03-02T08:00:00</Start><Finish>2026-03-20T17:00:00</Finish><FixedCost>100001</FixedCost></Task>", 1)
    .replace("<Duration>PT40H0M0S</Duration></Task>", "<Duration>PT40H0M0S</Duration><FixedCost>77755</FixedCost><FixedCostAccrual>1</FixedCostAccrual></Task>", 1)
    .replace("<Name>Permits</Name>", "<Name>Travel to the harbour office</Name>")
    .replace("<IsCostResource>1</IsCostResource>", "<AccrueAt>2</AccrueAt><CostCenter>CC 7</CostCenter><IsCostResource>1</IsCostResource>")
    .replace("<Units>0</Units><Work>PT0H0M0S</Work>", "<ActualCost>50025</ActualCost><Cost>123456</Cost><Finish>2026-04-13T17:00:00</Finish><Start>2026-03-09T08:00:00</Start><Units>0</Units><Work>PT0H0M0S</Work>")
)  # fmt: skip
IN = [
    ("Piles", "other", date(2026, 3, 1), "GBP", D("777.55"), None, ""), ("Quay", "other", date(2026, 3, 1), "GBP", D("1000.01"), None, ""),
    ("Slab: Travel to the harbour office", "travel", date(2026, 4, 1), "GBP", D("1234.56"), D("500.25"), "CC 7"),
]  # fmt: skip


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / "quay.xml"
    path.write_text(PLAN, encoding="utf-8")
    return path


def lines(space):
    return list(CostLine.objects.present().filter(space=space).order_by("title").values_list("title", "kind", "month", "currency", "planned", "actual", "cost_centre"))


def taken(path, world, **more):
    told = take_over(path, actor=world.alma, **more)
    return Space.objects.get(pk=told["into"]["id"]), told


def reasons(told):
    return {row["code"] for row in told["not_taken_over"]} & {"costs_not_allowed", "currency_unknown", "cost_edited_here", "cost_below_nothing"}


def test_they_become_costs_of_the_project_in_their_months(world, plan):
    space, told = taken(plan, world)
    assert lines(space) == IN
    assert told["costs"] == {"lines": 3, "sums": [{"currency": "GBP", "planned": "3012.12", "actual": "500.25"}]}
    assert told["rows"]["cost"]["created"] == 3 and not reasons(told)
    events = Event.objects.filter(space=space, verb="cost_line.created")
    assert events.count() == 3 == CostLineRecord.objects.filter(space=space).count()
    assert "1234" not in str(list(events.values_list("changes", flat=True))), "amounts stand in no event"
    assert "costs" not in Import.objects.order_by("-id").values_list("report", flat=True)[0], "nor in what more people read"


def test_read_again_nothing_is_made_twice_and_what_the_plan_changed_follows(world, plan):
    space, _told = taken(plan, world)
    before = Event.objects.filter(space=space, verb__startswith="cost_line").count()
    again = taken(plan, world)[1]
    assert (lines(space), again["rows"]["cost"], Event.objects.filter(space=space, verb__startswith="cost_line").count()) == (IN, {"created": 0, "updated": 0, "unchanged": 3}, before)
    plan.write_text(PLAN.replace("123456", "200000").replace("<FixedCost>77755</FixedCost>", ""), encoding="utf-8")
    third = taken(plan, world)[1]
    assert [row[4] for row in lines(space)] == [D("1000.01"), D("2000.00")], "what the plan lost goes"
    assert third["rows"]["cost"]["updated"] == 1
    assert CostLine.objects.filter(space=space).exclude(removed_at=None).count() == 1, "and is kept as removed"


def test_a_line_that_was_edited_or_removed_here_stays_as_it_is(world, plan):
    space, _told = taken(plan, world)
    permit, piles = (CostLine.objects.get(space=space, title__startswith=title) for title in ("Slab", "Piles"))
    cost_lines.change(actor=world.alma, cost_line=permit, version=None, planned=D(1500))
    cost_lines.remove(actor=world.alma, cost_line=piles)
    assert not reasons(taken(plan, world)[1]), "the plan says what it said"
    plan.write_text(PLAN.replace("123456", "200000").replace("77755", "88888"), encoding="utf-8")
    told = taken(plan, world)[1]
    assert [(row[0], row[4]) for row in lines(space)] == [("Quay", D("1000.01")), ("Slab: Travel to the harbour office", D("1500.00"))]
    assert [row["count"] for row in told["not_taken_over"] if row["code"] == "cost_edited_here"] == [2]
    cost_lines.change(actor=world.alma, cost_line=CostLine.objects.get(pk=permit.pk), version=None, planned=D(2000), forecast=D(2000))
    assert [row["count"] for row in taken(plan, world)[1]["not_taken_over"] if row["code"] == "cost_edited_here"] == [1], "both say the same now"


def test_who_may_not_write_costs_is_told_and_learns_no_sum(world, plan, monkeypatch):
    real = costs.may
    monkeypatch.setattr(costs, "may", lambda user, permission, space: permission != Permission.SEE_COSTS and real(user, permission, space))
    space, told = taken(plan, world)
    assert (lines(space), reasons(told), "costs" in told) == ([], {"costs_not_allowed"}, False)
    monkeypatch.undo()
    assert not reasons(taken(plan, world)[1]) and lines(space) == IN, "whoever may brings them with the same file"


def test_a_sign_of_several_currencies_is_not_guessed(world, plan):
    text = PLAN.replace("<CurrencyCode>GBP</CurrencyCode>", "")
    plan.write_text(text, encoding="utf-8")
    space, told = taken(plan, world)
    assert (lines(space), reasons(told)) == ([], {"currency_unknown"})
    assert taken(plan, world, currency="usd")[1]["costs"]["sums"][0]["currency"] == "USD"
    assert {row[3] for row in lines(space)} == {"USD"}
    assert not reasons(taken(plan, world)[1]) and len(lines(space)) == 3, "said once"
    plan.write_text(text.replace("Quay", "Pier").replace(">$<", ">€<").replace("77755", "-77755"), encoding="utf-8")
    other, told = taken(plan, world)
    assert ({row[3] for row in lines(other)}, len(lines(other)), reasons(told)) == ({"EUR"}, 2, {"cost_below_nothing"})


def test_they_leave_and_come_back_into_their_project_without_difference(world, plan, tmp_path):
    space, _told = taken(plan, world)
    pks = set(CostLine.objects.filter(space=space).values_list("pk", flat=True))
    again = take_over(export(world.alma, space, tmp_path), actor=world.alma)
    assert (again["into"]["id"], lines(space), again["rows"]["cost"]) == (space.pk, IN, {"created": 0, "updated": 0, "unchanged": 3})
    assert set(CostLine.objects.filter(space=space).values_list("pk", flat=True)) == pks
    text = export(world.alma, space, tmp_path).read_text(encoding="utf-8").replace("<Name>Quay</Name>", "<Name>Copy</Name>", 1)
    (tmp_path / "copy.xml").write_text(text, encoding="utf-8")
    copy, _told = taken(tmp_path / "copy.xml", world)
    assert copy != space and lines(copy) == IN


def test_what_was_edited_here_leaves_with_it_and_nothing_leaves_to_who_may_not_see_it(world, plan, tmp_path):
    space, _told = taken(plan, world)
    permit = CostLine.objects.get(space=space, title__startswith="Slab")
    cost_lines.change(actor=world.alma, cost_line=permit, version=None, planned=D("1500.50"))
    text = export(world.alma, space, tmp_path).read_text(encoding="utf-8")
    assert "<Cost>150050</Cost>" in text and "<CurrencyCode>GBP</CurrencyCode>" in text
    assert not re.search("Cost>[0-9]|CurrencyCode", export(world.mei, space, tmp_path).read_text(encoding="utf-8").replace("<IsCostResource>1", ""))


def mpxj_sums(path):
    """By an independent reader: fixed costs, and cost resources planned and actual."""
    if not reader.is_there():
        pytest.skip("the extra mpp or Java is not there")
    with tempfile.TemporaryDirectory() as folder:
        into = Path(folder) / "told.json"
        reader.convert(path, into)
        whole = json.loads(into.read_text(encoding="utf-8"), parse_float=D)
    kinds = {one.get("unique_id"): one.get("type") for one in whole.get("resources", ())}
    cost = [one for one in whole.get("assignments", ()) if kinds.get(one.get("resource_unique_id")) == "COST" and one.get("task_unique_id")]
    fixed = sum((D(str(one.get("fixed_cost") or 0)) for one in whole.get("tasks", ())), D(0))
    return fixed + sum((D(str(one.get("cost") or 0)) for one in cost), D(0)), sum((D(str(one.get("actual_cost") or 0)) for one in cost), D(0))


def our_sums(space):
    rows = lines(space)
    return sum((row[4] for row in rows), D(0)), sum((row[5] or D(0) for row in rows), D(0))


def test_mpxj_reads_the_same_sums_in_the_plan_and_in_what_leaves(world, plan, tmp_path):
    space, _told = taken(plan, world)
    assert our_sums(space) == mpxj_sums(plan) == (D("3012.12"), D("500.25"))
    out = export(world.alma, space, tmp_path)
    assert mpxj_sums(out) == our_sums(space)


@pytest.mark.skipif(not FILES, reason="no real files on this machine")
@pytest.mark.parametrize("path", drawn(FILES, 3, name=lambda path: path.name, kind=lambda path: path.suffix))
def test_of_real_files_mpxj_reads_the_same_sums(world, path):
    try:
        space, _told = taken(path, world, currency="GBP")
    except Exception as refusal:
        pytest.skip(f"not a plan that is read: {refusal}")
    assert our_sums(space) == mpxj_sums(path)


@pytest.mark.skipif(not FILES, reason="no real files on this machine")
def test_a_real_plan_that_gets_costs_has_the_same_sums_as_mpxj_reads(world, tmp_path):
    """No plan at hand has any: each task of one gets a fixed cost of its own, to the cent."""
    text, number = (DATA / "msproject" / "task-costs-project2013-mspdi.xml").read_text(encoding="utf-8"), iter(range(12345, 10**9, 7919))
    (tmp_path / "costs.xml").write_text(re.sub("<FixedCost>0</FixedCost>", lambda _m: f"<FixedCost>{next(number)}</FixedCost>", text), encoding="utf-8")
    space, _told = taken(tmp_path / "costs.xml", world)
    assert our_sums(space) == mpxj_sums(tmp_path / "costs.xml") and our_sums(space)[0] > 1000
    assert mpxj_sums(export(world.alma, space, tmp_path)) == our_sums(space)


# --- the wizard ---------------------------------------------------------------------------------------------------


@pytest.fixture
def upload(world, signed_in, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    client = signed_in(world.alma)

    def call(text):
        page = client.post("/imports/new/", {"files": SimpleUploadedFile("quay.xml", text.encode()), "into": "new"}, follow=True)
        return client, Import.objects.latest("pk"), page.content.decode()

    return call


def test_the_wizard_asks_once_who_is_a_machine_and_in_which_currency(world, upload, signed_in):
    client, imported, page = upload(PLAN.replace("<CurrencyCode>GBP</CurrencyCode>", ""))
    assert imported.state == Import.State.QUESTIONS
    assert [one["code"] for one in imported.questions] == ["resources", "currency"]
    assert imported.questions[0]["names"] == ["Crane"], "Mei is known here"
    assert 'value="Crane"' in page and 'value="Mei Lin"' not in page and 'name="currency"' in page
    answer = {"worker": ["Crane"], "worker_is": ["equipment"], "currency": "CNY", "version": imported.version}
    page = client.post(f"/imports/{imported.pk}/answers/", answer, follow=True).content.decode()
    imported.refresh_from_db()
    assert imported.state == Import.State.PREVIEWED and "¥3,012.12" in page and "¥500.25" in page
    assert "3012" not in str(imported.report) and not CostLine.objects.exists()
    assert "¥3,012.12" not in signed_in(world.admin).get(f"/imports/{imported.pk}/").content.decode(), "before it is there only who brings it"
    assert "selected" in signed_in(world.alma).get(f"/imports/{imported.pk}/?step=answers").content.decode().split('value="equipment"')[1][:20], "remembered"
    imports.carry_out(imported=Import.objects.get(pk=imported.pk))
    imported.refresh_from_db()
    assert len(lines(imported.into)) == 3
    assert "¥3,012.12" in client.get(f"/imports/{imported.pk}/").content.decode()
    _client, again, _page = upload(PLAN.replace("<CurrencyCode>GBP</CurrencyCode>", ""))
    assert (again.state, again.questions) == (Import.State.PREVIEWED, []), "nothing is asked twice"


def test_nothing_is_asked_when_everybody_is_known_and_costs_can_be_left_out(world, upload):
    known = PLAN.replace("<Name>Crane</Name>", f"<Name>{world.boris.name}</Name>")
    assert upload(known)[1].state == Import.State.PREVIEWED
    client, imported, _page = upload(known.replace("<CurrencyCode>GBP</CurrencyCode>", "").replace("Quay", "Pier"))
    assert [one["code"] for one in imported.questions] == ["currency"]
    client.post(f"/imports/{imported.pk}/answers/", {"currency": "XXX", "version": imported.version})
    imported.refresh_from_db()
    assert (imported.state, imported.costs) == (Import.State.PREVIEWED, {})
    assert "currency_unknown" in {row["code"] for row in imported.report["not_taken_over"]}


def test_a_wrong_answer_is_refused(world, upload):
    client, imported, _page = upload(PLAN)
    assert client.post(f"/imports/{imported.pk}/answers/", {"worker": ["Crane"], "worker_is": ["robot"], "version": imported.version}).status_code == 422
    assert not ExternalReference.objects.filter(system__startswith="ms-project").exists()

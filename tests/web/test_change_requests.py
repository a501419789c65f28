"""Pages of change requests: raised, filled, handed in, judged; what one may not see is not told."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.governance.actions import approval_rules, change_impacts, change_verdicts
from tandem.governance.models import ApprovalRule, ChangeRequest
from tandem.kit import clock
from tandem.people.models import Role
from tandem.planning.actions import plan_scenarios
from tandem.work.models import WorkItem
from tests import make

pytestmark = pytest.mark.django_db


def read(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


@pytest.fixture
def item(world):
    return make.work_item(actor=world.admin, project=world.project, title="Berth", estimate_minutes=960, assignees=[world.mei])


@pytest.fixture
def row(world, item):
    return make.change_request(actor=world.mei, space=world.project.space, changes=[("item", item.pk, {"expected_minutes": 4800})])


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_stands_empty_and_full(world, signed_in, item, language):
    world.alma.language = language
    world.alma.save(update_fields=["language"])
    client = signed_in(world.alma)
    pages = ["/changes/", "/changes/new/", "/approval-rules/", "/approval-rules/new/", "/changes/?which=mine", "/changes/?which=own"]
    for path in pages:
        read(client, path)
    release = make.release(actor=world.chen, product=world.product)
    promise = make.promise(actor=world.chen, subject=release)
    on = (clock.today() + timedelta(days=90)).isoformat()
    full = make.change_request(actor=world.admin, changes=[
        ("item", item.pk, {"expected_minutes": 4800, "due_on": on}), ("promise", promise.pk, {"date": on}), ("release", release.pk, {"planned_on": on}),
        ("cost", world.project.pk, {"title": "Crane", "month": "2026-10-01", "planned": "1200"}), ("budget", world.project.pk, {"amount": "500", "currency": "EUR"}),
        ("add", world.project.space_id, {"title": "New quay"}), ("project", world.project.pk, {"starts_on": on}),
    ])  # fmt: skip
    draft = make.change_request(actor=world.alma, submitted=False, computed=False)
    approval_rules.create(actor=world.admin, space=world.root, kinds=["dates"], days_most=5, money_most=1000, product_voices=0)
    for path in [*pages, f"/changes/{full.pk}/", f"/changes/{full.pk}/?peek=1", f"/changes/{draft.pk}/", f"/approval-rules/{ApprovalRule.objects.get().pk}/edit/", f"/plan/scenarios/{full.scenario_id}/"]:
        page = read(client, path)
        assert "StrictUndefined" not in page


def test_from_an_idea_to_the_plan_on_the_pages(world, signed_in, item):
    mei, boris, chen = signed_in(world.mei), signed_in(world.boris), signed_in(world.chen)
    assert mei.post("/changes/new/", {"home": world.project.space_id, "title": "The berth takes longer", "reason": "Rock below it", "source": "team"}).status_code == 302
    row = ChangeRequest.objects.get()
    url = f"/changes/{row.pk}/"
    assert mei.post(url + "contents/", {"kind": "item", "key": item.key, "hours": "80"}).status_code == 302
    assert mei.post(url + "submissions/", {}).status_code == 302
    assert "Yes, for the" not in read(boris, url), "nobody says yes before the effect is computed"
    change_impacts.compute(ChangeRequest.objects.get())
    assert "Yes, for the PMO side" in read(boris, url)
    assert "Yes, for the" not in read(mei, url)
    version = ChangeRequest.objects.get().version
    assert boris.post(url + "verdicts/", {"version": version, "side": "pmo", "answer": "yes"}).status_code == 302
    assert chen.post(url + "verdicts/", {"version": version, "side": "product", "answer": "yes"}).status_code == 409, "that page was older than the verdict"
    assert WorkItem.objects.get(pk=item.pk).remaining_minutes == 960
    chen.post(url + "verdicts/", {"version": ChangeRequest.objects.get().version, "side": "product", "answer": "yes"})
    assert "Accepted and carried out" in read(mei, url)
    assert WorkItem.objects.get(pk=item.pk).remaining_minutes == 4800


def test_a_way_out_is_asked_for_and_told_to_the_author(world, signed_in, row):
    url = f"/changes/{row.pk}/"
    signed_in(world.chen).post(url + "verdicts/", {"side": "product", "answer": "revise", "reason": "Half of it is enough"})
    page = read(signed_in(world.mei), url)
    assert "Half of it is enough" in page
    assert "Hand in" in page


def test_the_list_says_for_whom_each_waits(world, signed_in, row):
    page = read(signed_in(world.boris), "/changes/")
    assert "1 change waits for a verdict; 1 for yours" in page
    assert "Product side, PMO side" in page
    change_verdicts.decide(actor=world.boris, change_request=row, version=None, side="pmo", answer="yes")
    page = read(signed_in(world.boris), "/changes/")
    assert "Product side · 0 days" in page
    assert row.title not in read(signed_in(world.boris), "/changes/?which=mine")
    assert row.title in read(signed_in(world.chen), "/changes/?which=mine")
    assert row.title not in read(signed_in(world.mei), "/changes/?which=mine"), "she wrote it"


def test_what_one_may_not_see_is_not_named(world, signed_in, item):
    secret = make.project(actor=world.alma, name="Secret quay", key="SEC")
    hidden = make.work_item(actor=world.alma, project=secret, title="Hidden crane", estimate_minutes=960, assignees=[world.mei])
    row = make.change_request(actor=world.alma, space=world.project.space, changes=[("item", hidden.pk, {"expected_minutes": 9600}), ("item", item.pk, {"priority": 1})])
    page = read(signed_in(world.boris), f"/changes/{row.pk}/")
    assert "Hidden crane" not in page
    assert "Secret quay" not in page
    assert "1 change of something that you cannot see." in page
    answer = signed_in(world.boris).post(f"/changes/{row.pk}/verdicts/", {"side": "pmo", "answer": "yes"})
    assert answer.status_code == 422
    assert ChangeRequest.objects.get().verdicts.count() == 0


def test_sums_of_money_are_told_to_who_may_see_costs(world, signed_in):
    row = make.change_request(actor=world.alma, space=world.project.space, changes=[("cost", world.project.pk, {"title": "Crane", "month": "2026-10-01", "planned": "77123"})])
    assert "77,123" in read(signed_in(world.boris), f"/changes/{row.pk}/")
    page = read(signed_in(world.chen), f"/changes/{row.pk}/")
    assert "planned cost" not in page
    assert "77,123.00" in page, "who judges for the product is told what is asked for"
    assert "77,123" not in read(signed_in(world.mei), f"/changes/{row.pk}/")


def test_a_stranger_finds_nothing_and_a_guest_decides_nothing(world, signed_in, row):
    assert signed_in(world.dana).get(f"/changes/{row.pk}/").status_code == 404
    guest = signed_in(make.user(actor=world.admin, name="Ines", role=Role.STAKEHOLDER, space=world.project.space))
    assert "Yes, for the" not in read(guest, f"/changes/{row.pk}/")
    assert guest.post(f"/changes/{row.pk}/verdicts/", {"side": "pmo", "answer": "yes"}).status_code == 403
    assert guest.post(f"/changes/{row.pk}/withdrawals/", {"reason": "So"}).status_code == 403


def test_a_scenario_leads_to_its_request_and_back(world, signed_in, item):
    branch = plan_scenarios.create(actor=world.boris, space=world.project.space, name="Without the crane")
    plan_scenarios.add(actor=world.boris, scenario=branch, kind="drop", subject=item.pk)
    client = signed_in(world.boris)
    assert f"/changes/new/?scenario={branch.pk}" in read(client, f"/plan/scenarios/{branch.pk}/")
    form = read(client, f"/changes/new/?scenario={branch.pk}&home={world.project.space_id}")
    assert f'name="scenario" value="{branch.pk}"' in form
    client.post("/changes/new/", {"home": world.project.space_id, "title": "No crane", "reason": "It is late", "source": "team", "scenario": branch.pk})
    row = ChangeRequest.objects.get()
    assert row.scenario_id == branch.pk
    assert f"/changes/{row.pk}/" in read(client, f"/plan/scenarios/{branch.pk}/")


def test_the_list_takes_as_many_queries_for_many_as_for_few(world, signed_in, item):
    approval_rules.create(actor=world.admin, space=world.root, days_most=30, money_most=1000)
    client, counts = signed_in(world.alma), []
    for few in (3, 20):
        for number in range(few):
            make.change_request(actor=world.mei, space=world.project.space, title=f"Change {few} {number}", changes=[("item", item.pk, {"priority": 1}), ("budget", world.project.pk, {"amount": "500"})], computed=False)
        client.get("/changes/")
        with CaptureQueriesContext(connection) as asked:
            read(client, "/changes/")
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert counts[0] <= 35

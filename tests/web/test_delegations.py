"""Pages of lent voices: made by a form, told on the request, used in its form, taken back."""

from datetime import timedelta

import pytest

from tandem.governance.actions import approval_rules, change_pictures, change_verdicts, delegations
from tandem.governance.models import ApprovalRule, ChangeRequest, Delegation, Verdict
from tandem.kit import clock
from tandem.people.models import Role
from tandem.planning.actions import plan_scenarios
from tandem.planning.models import PlanScenario
from tandem.product.actions import promises
from tests import make

pytestmark = pytest.mark.django_db
NOTHING = {"projects": [], "promises": [], "load": [], "tardiness": [0, 0], "refused": [], "plan": None}


def read(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


@pytest.fixture
def row(world):
    world.una = make.user(actor=world.admin, name="Una", role=Role.STAKEHOLDER, space=world.project.space)
    item = make.work_item(actor=world.admin, project=world.project, priority=3)
    made = make.change_request(actor=world.mei, space=world.project.space, changes=[("item", item.pk, {"priority": 1})], computed=False)
    PlanScenario.objects.filter(pk=made.scenario_id).update(outcome=NOTHING, computed_of=plan_scenarios.digest(list(made.scenario.changes.all())))
    return made


def lend(world, giver, delegate):
    return delegations.create(actor=giver, delegate=delegate, space=world.project.space, starts_on=clock.today(), ends_on=clock.today() + timedelta(days=3))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_stands_empty_and_full(world, row, signed_in, language):
    world.boris.language = language
    world.boris.save(update_fields=["language"])
    client = signed_in(world.boris)
    for path in ("/delegations/", "/delegations/new/", "/delegations/?which=mine"):
        read(client, path)
    one = lend(world, world.boris, world.una)
    for path in ("/delegations/", "/delegations/?which=now", f"/delegations/{one.pk}/", f"/changes/{row.pk}/"):
        assert "Una" in read(client, path), path


def test_lent_by_a_form_used_on_the_request_and_taken_back(world, row, signed_in):
    boris, una = signed_in(world.boris), signed_in(world.una)
    today = clock.today()
    form = {"home": world.project.space_id, "delegate": world.una.pk, "starts_on": today.isoformat(), "ends_on": (today + timedelta(days=5)).isoformat()}
    assert boris.post("/delegations/new/", form).status_code == 302
    one, url = Delegation.objects.get(), f"/changes/{row.pk}/"
    page = read(una, url)
    assert "Una may speak in the place of Boris" in page and f'<option value="{world.boris.pk}">for Boris' in page and "for myself" not in page
    assert una.post(url + "verdicts/", {"side": "pmo", "answer": "yes", "for_whom": world.boris.pk, "version": ChangeRequest.objects.get().version}).status_code == 302
    assert Verdict.objects.get().for_whom_id == world.boris.pk
    assert "Una for Boris" in read(boris, url) and "Your voice has been heard" in read(boris, url)
    assert una.post(f"/delegations/{one.pk}/withdrawals/", {"version": one.version}).status_code == 403
    assert boris.post(f"/delegations/{one.pk}/withdrawals/", {"version": one.version}).status_code == 302
    page = read(boris, url)
    assert "Your voice has been heard" not in page and "it does not count" in page and "Yes, for the PMO side" in page


@pytest.mark.parametrize("whose", ["99999999", "boris", "-1"])
def test_a_voice_of_nobody_known_is_not_said_as_ones_own(world, row, signed_in, whose):
    given = {"side": "pmo", "answer": "no", "reason": "So", "for_whom": whose, "version": row.version}
    assert signed_in(world.boris).post(f"/changes/{row.pk}/verdicts/", given).status_code == 404
    assert not Verdict.objects.exists()


def test_without_a_voice_nobody_lends_one(world, row, signed_in):
    mei = signed_in(world.mei)
    assert mei.get("/delegations/new/").status_code == 403
    form = {"home": world.project.space_id, "delegate": world.una.pk, "starts_on": clock.today().isoformat(), "ends_on": clock.today().isoformat()}
    assert mei.post("/delegations/new/", form).status_code in (200, 403)
    assert not Delegation.objects.exists()


def test_the_page_says_what_is_otherwise_in_both_figures(world, row, signed_in):
    change_verdicts.decide(actor=world.boris, change_request=row, version=None, side="pmo", answer="yes")
    now = NOTHING | {"projects": [[world.project.space_id, "2026-09-01", "2026-09-10", "2026-09-01", "2026-10-20"]], "costs": [[world.project.space_id, "EUR", "0.00", "4000.00"]]}
    PlanScenario.objects.filter(pk=row.scenario_id).update(outcome=now)
    change_pictures.ask_again(ChangeRequest.objects.select_related("scenario", "space").get(), NOTHING)
    page = read(signed_in(world.chen), f"/changes/{row.pk}/")
    assert f"{world.project.name}, end: no change when it was judged, now 2026-09-10 → 2026-10-20" in page
    assert "4,000 EUR" not in page, "sums are told to who may see costs"
    assert "4,000 EUR" in read(signed_in(world.boris), f"/changes/{row.pk}/")


def test_the_page_says_how_long_a_conflict_is_now(world, row, signed_in):
    change_verdicts.decide(actor=world.boris, change_request=row, version=None, side="pmo", answer="yes")
    known = ["overload", "people.user", world.boris.pk, world.project.space_id]
    first, then = (NOTHING | {"conflicts_new": [[*known, days]]} for days in (1, 40))
    PlanScenario.objects.filter(pk=row.scenario_id).update(outcome=then)
    change_pictures.ask_again(ChangeRequest.objects.select_related("scenario", "space").get(), first)
    assert "1 day when it was judged, now 40 days" in read(signed_in(world.chen), f"/changes/{row.pk}/")


def test_a_line_of_the_table_is_moved_on_its_page(world, signed_in):
    lines = [approval_rules.create(actor=world.admin, space=world.root, days_most=days) for days in (1, 2)]
    alma = signed_in(world.alma)
    assert "One line up" in read(alma, f"/approval-rules/{lines[1].pk}/")
    assert alma.post(f"/approval-rules/{lines[1].pk}/moves/", {"to": "up", "version": lines[1].version}).status_code == 302
    assert list(ApprovalRule.objects.order_by("rank").values_list("pk", flat=True)) == [lines[1].pk, lines[0].pk]


def test_the_number_of_a_request_is_a_link_for_who_sees_it(world, row, signed_in):
    promise = make.promise(actor=world.chen, subject=make.feature(actor=world.chen, product=world.product))
    promise = promises.revise(actor=world.chen, promise=promise, version=None, date=clock.today() + timedelta(days=90), reason=f"Change request {row.pk}")
    link = f'<a href="/changes/{row.pk}/" data-peek>Change request {row.pk}</a>'
    assert link in read(signed_in(world.alma), f"/promises/{promise.pk}/")
    reader = make.user(actor=world.admin, name="Rea", role=Role.MEMBER, space=world.product.space)
    page = read(signed_in(reader), f"/promises/{promise.pk}/")
    assert link not in page and f"Change request {row.pk}" in page

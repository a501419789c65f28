"""Every operation of every noun: the happy path, and the abuse that must bounce off."""

import copy
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.history.models import Event
from tandem.people import scoping
from tandem.people.models import Role
from tandem.work.models import State
from tests import make
from tests.api.conftest import Caller
from tests.api.routes import EXAMPLES, Operation, operations
from tests.drawn import drawn

ALL = operations()
WRITES = [one for one in ALL.values() if one.method != "GET"]
LISTS = [one for one in ALL.values() if one.name.endswith("_list") and "{id}" not in one.template]
CREATES = [one for one in WRITES if one.name.endswith("_create") and "{id}" not in one.template]
CHANGES = [one for one in WRITES if one.method == "PATCH"]
OWN = ("comments", "saved-views", "subscriptions", "watches", "notifications", "timers")
ONE_EACH = ("time_sheets_list", "timers_list")  # a person has one for a week, and one at all


def _drawn(found: list[Operation], share: int) -> list[Any]:
    """For rules that one piece of code keeps for all operations alike."""
    return drawn(found, share, name=lambda one: one.name)


def _headers(one: Operation, area) -> dict[str, str]:
    version = getattr(one.subject(area), "version", None)
    return {"If_Match": f'"{version}"'} if version and "{id}" in one.template else {}


def _rightful(one: Operation, area, caller: Caller) -> Caller:
    """What a person wrote, watches or is told is changed by that person alone; a change is judged by others."""
    if one.name == "change_requests_verdicts_create":
        return Caller(make.user(actor=area.admin, name="Lead", role=Role.PMO_LEAD, space=area.space))
    return Caller(area.member) if one.noun in OWN else caller


def _call(caller: Caller, one: Operation, area, body=None, **headers: str):
    sent = one.body(area) if body is None else body
    return caller(one.method, one.path(area), sent, **(_headers(one, area) | headers))


# the quick proof asks each operation, as somebody who may, in tests/house/test_access_matrix.py
@pytest.mark.parametrize(
    "name", drawn([n for n in ALL if not n.startswith("tokens_") and n not in ("users_disablements_create", "work_items_estimates_create")], 8)
)
def test_every_operation_does_what_it_says(name, ours, as_admin):
    one = ALL[name]
    answer = _call(_rightful(one, ours, as_admin), one, ours)
    expected = {"GET": (200,), "PATCH": (200,), "DELETE": (204,), "POST": (201,)}[one.method]
    assert answer.status_code in expected, answer.content


@pytest.mark.parametrize("one", _drawn([one for one in WRITES if one.method != "DELETE"], 12))
def test_fields_that_nobody_offered_are_refused(one, ours, as_admin):
    answer = _call(as_admin, one, ours, one.body(ours) | {"space": 1, "is_superuser": True, "version": 99})
    assert answer.status_code == 422
    assert {e["field"] for e in answer.json()["errors"]} >= {"space", "is_superuser", "version"}


@pytest.mark.parametrize("one", _drawn(CHANGES, 8))
def test_a_row_cannot_be_carried_into_another_space(one, pair, as_admin):
    for field in ("space_id", "product_id", "author_id", "owner", "subject_id", "source_id"):
        if field in one.body(pair.ours):
            continue
        answer = _call(as_admin, one, pair.ours, {field: getattr(pair.theirs.space, "pk", 1)})
        assert answer.status_code == 422, field


def _foreign_fields() -> list[tuple[str, str]]:
    """Every field of every body that holds the number of a row."""
    found = []
    for one in WRITES:
        for operation in _bound(one):
            for field in getattr(operation, "references", {}):
                found.append((one.name, field))
    return found


def _bound(one: Operation):
    from tandem.api.routes import api

    for _, router in api._routers:
        for view in router.path_operations.values():
            for operation in view.operations:
                if operation.operation_id == one.name:
                    for model in operation.models:
                        yield from (f.annotation for f in model.model_fields.values())


@pytest.mark.parametrize(("name", "field"), drawn(_foreign_fields(), 3, name="-".join, kind=lambda one: one[1]))
def test_a_number_of_a_row_that_one_cannot_see_is_refused(name, field, pair):
    one = ALL[name]
    lead = make.user(actor=pair.world.admin, name="Lead", role=Role.PMO_LEAD, space=pair.ours.space)
    foreign = {
        "space_id": pair.theirs.project.space_id,
        "parent_space_id": pair.theirs.space.pk,
        "method_version_id": pair.theirs.method_version.pk,
        "pack_version_id": pair.theirs.pack_version.pk,
        "state_id": pair.theirs.state.pk,
        "sprint_id": pair.theirs.running_sprint.pk,
        "stop_id": pair.theirs.state.pk,
        "view_id": pair.theirs.view.pk,
        "own_kind_id": pair.theirs.link_kind.pk,
        "source_space_id": pair.theirs.space.pk,
        "state_ids": [pair.theirs.state.pk],
        "start_id": pair.theirs.state.pk,
        "type_id": pair.theirs.type.pk,
        "parent_id": _parent(one, pair.theirs),
        "product_id": pair.theirs.product.pk,
        "release_id": pair.theirs.release.pk,
        "edition_id": pair.theirs.roadmap_edition.pk,
        "feature_id": pair.theirs.feature.pk,
        "team_id": pair.theirs.team.pk,
        "calendar_id": pair.theirs.calendar.pk,
        "base_id": pair.theirs.calendar.pk,
        "source_id": pair.theirs.item.pk,
        "target_id": pair.theirs.item.pk,
        "after_id": pair.theirs.item.pk,
        "work_item_id": pair.theirs.item.pk,
        "work_item_ids": [pair.theirs.item.pk],
        "to_id": pair.theirs.sprint.pk,
        "column_id": pair.theirs.column.pk,
        "into_id": (pair.theirs.feedback if one.noun == "feedback" else pair.theirs.state).pk,
        "from_state_id": pair.theirs.state.pk,
        "to_state_id": pair.theirs.state.pk,
        "type_ids": [pair.theirs.type.pk],
        "item_id": pair.theirs.item.pk,
        "person_id": 999_999,
        "delegate_id": 999_999,
        "buddy_id": 999_999,
        "receiver_id": 999_999,
        "assignee_id": 999_999,
        "template_id": pair.theirs.template.pk,
        "owner_id": 999_999,
        "objective_id": pair.theirs.objective.pk,
        "theme_id": pair.theirs.theme.pk,
        "kpi_id": pair.theirs.kpi.pk,
        "project_id": pair.theirs.project.pk,
        "proposal_id": pair.theirs.proposal.pk,
        "department_id": pair.theirs.department.pk,
        "job_role_id": pair.theirs.job_role.pk,
        "skill_id": pair.theirs.skill.pk,
        "head_id": 999_999,
        "manager_id": 999_999,
        "benefit_id": pair.theirs.benefit.pk,
        "risk_id": pair.theirs.risk.pk,
        "scenario_id": pair.theirs.plan_scenario.pk,
        "conflict_id": pair.theirs.plan_conflict.pk,
        "promise_id": pair.theirs.promise.pk,
        "equipment_id": pair.theirs.equipment_need.equipment_id,
        "other_id": pair.theirs.proposal.pk,
        "customer_id": pair.theirs.customer.pk,
        "segment_id": pair.theirs.segment.pk,
        "giver_id": 999_999,
        "model_id": pair.theirs.scoring_model.pk,
        "feature_ids": [pair.theirs.feature.pk],
        "user_ids": [999_999],
        "needed_ids": [999_999],
        "welcome_ids": [999_999],
        "present_ids": [999_999],
        "approver_ids": [999_999],
        "user_id": 999_999,
        "assignee_ids": [pair.theirs.member.pk, 999_999],
    }[field]
    answer = _call(Caller(lead), one, pair.ours, one.body(pair.ours) | {field: foreign})
    assert answer.status_code == 422, answer.content
    assert answer.json()["code"] == "reference_unknown"
    assert answer.json()["errors"][0]["field"] == field


def _parent(one: Operation, area) -> int:
    of = {"work-items": area.item, "departments": area.department}
    return of.get(one.noun, area.objective).pk


@pytest.mark.parametrize("name", ["comments_create", "objectives_contributions_create"])
def test_a_subject_that_one_cannot_see_is_refused(name, pair):
    one = ALL[name]
    lead = make.user(actor=pair.world.admin, name="Lead", role=Role.PMO_LEAD, space=pair.ours.space)
    body = one.body(pair.ours) | {"subject_kind": "work.workitem", "subject_id": pair.theirs.item.pk}
    answer = _call(Caller(lead), one, pair.ours, body)
    assert (answer.status_code, answer.json()["code"]) == (422, "reference_unknown")


# one's own rules have no number: nobody else writes them, and If-Match is asked for only by whoever sends it
VERSIONED = [one for one in CHANGES if "{id}" in one.template]


@pytest.mark.parametrize("one", _drawn(VERSIONED, 5))
def test_a_change_without_version_is_428_and_a_stale_one_412_with_both_versions(one, ours, as_admin):
    body = one.body(ours)
    as_admin = _rightful(one, ours, as_admin)
    before = Event.objects.count()
    assert as_admin(one.method, one.path(ours), body).status_code == 428
    stale = as_admin(one.method, one.path(ours), body, If_Match='"999"')
    assert stale.status_code == 412
    assert stale.json()["sent"] == body
    assert stale.json()["current"]["version"] == one.subject(ours).version
    assert as_admin(one.method, one.path(ours), body, If_Match="gibberish").status_code == 400
    assert Event.objects.count() == before
    fresh = as_admin(
        one.method,
        one.path(ours),
        body,
        If_Match=stale.headers.get("ETag") or f'"{one.subject(ours).version}"',
    )
    assert fresh.status_code == 200
    assert fresh.headers["ETag"] == f'"{fresh.json()["version"]}"'


REMOVES = [
    one
    for one in WRITES
    if one.method == "DELETE" and one.template.endswith("{id}/") and one.noun in EXAMPLES and one.noun not in ("watches", "inlets", "roadmap-shares")  # one's own; an address that leaked is taken back whatever was changed
]


@pytest.mark.parametrize("one", _drawn(REMOVES, 4))
def test_a_removal_asks_for_the_version_too(one, ours, as_admin):
    as_admin = _rightful(one, ours, as_admin)
    assert as_admin("DELETE", one.path(ours)).status_code == 428
    assert as_admin("DELETE", one.path(ours), If_Match='"999"').status_code == 412
    assert _call(as_admin, one, ours).status_code == 204


@pytest.mark.parametrize("one", _drawn(CREATES, 10))
def test_sent_twice_with_one_key_it_is_made_once(one, ours, as_admin):
    first = _call(as_admin, one, ours, Idempotency_Key="k-1")
    events = Event.objects.count()
    second = _call(as_admin, one, ours, Idempotency_Key="k-1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] == second.json()["id"]
    assert second.headers["Idempotency-Replayed"] == "true"
    assert Event.objects.count() == events
    other = _call(
        as_admin, one, ours, one.body(ours) | {"name": "Another", "title": "Another"}, Idempotency_Key="k-1"
    )
    assert other.status_code == 422


HOSTILE = [-1, 2**31, 2**63, 1e225, "a\x00b", "\ud800", "x" * 200_000, "' OR 1=1 --", [], {}, None]


@pytest.mark.parametrize("one", _drawn([one for one in WRITES if one.method != "DELETE"], 20))
def test_hostile_values_are_refused_cleanly(one, ours, as_admin):
    body = one.body(ours)
    fields = set(body)
    for model in _bound(one):
        fields |= set(getattr(model, "model_fields", {}))
    for field in sorted(fields):
        for value in HOSTILE:
            answer = _call(as_admin, one, ours, body | {field: value})
            assert answer.status_code < 500, (field, value, answer.content)


@pytest.mark.parametrize("one", _drawn(LISTS, 12))
def test_hostile_questions_are_refused_cleanly(one, ours, as_admin):
    for query in ("limit=-1", "limit=1e225", "limit=201", "after=-1", f"after={2**70}", "after=x", "nonsense=1", "q=%00",
                  "space_id=99999999999999999999", "state=nope"):  # fmt: skip
        assert as_admin("GET", f"{one.path(ours)}?{query}").status_code in (200, 422), query


BROKEN = [
    b"",
    b"{",
    b"[" * 60_000,
    b"\xff\xfe",
    b'{"title": NaN}',
    b'{"title": 1e400}',
    b"null",
    b"[]",
    b'"text"',
]


@pytest.mark.parametrize("sent", BROKEN, ids=range(len(BROKEN)))
def test_a_body_that_is_no_object_is_refused_cleanly(sent, ours, as_admin):
    assert as_admin("POST", "/api/v1/objectives/", sent).status_code in (400, 422)


def test_another_content_type_is_refused(ours, as_admin):
    answer = as_admin.client.post("/api/v1/objectives/", {"title": "x"})
    assert answer.status_code == 400


@pytest.mark.parametrize("one", _drawn([one for one in LISTS if one.name not in ONE_EACH], 6))
def test_a_list_takes_as_many_queries_for_many_rows_as_for_few(one, ours, as_admin):
    few = _queries(as_admin, one, ours)
    for number in range(12):
        _again(one, ours, number)
    assert _queries(as_admin, one, ours) == few
    assert few <= 8


def _queries(caller: Caller, one: Operation, area) -> int:
    scoping.forget_roles()
    caller("GET", one.path(area))
    with CaptureQueriesContext(connection) as seen:
        assert caller("GET", one.path(area)).status_code == 200
    return len(seen)


def _again(one: Operation, area, number: int) -> None:
    """A copy of the noun's example row, unique fields made unique."""
    subject = one.subject(area)
    if subject is None or one.noun in ("users", "spaces", "portfolios", "programmes", "projects", "products"):
        made = {"users": lambda: make.user(actor=area.admin, name=f"P{number}")}
        grow = lambda: make.project(actor=area.admin, name=f"P{number}", parent=area.space)  # noqa: E731
        made.get(one.noun, grow)()
        return
    if one.noun in ("work-items", "computed-dates"):
        make.work_item(actor=area.admin, project=area.project, title=f"Item {number}")
        return
    subject = copy.copy(subject)
    subject.pk, subject._state.adding = None, True
    if one.noun in ("check-ins", "measurements", "benefit-measurements", "exchange-rates"):  # one a day
        subject.on -= timedelta(days=number + 1)
    if one.noun == "person-skills":  # one a day
        subject.since -= timedelta(days=number + 1)
    if one.noun == "rates":  # one a day
        subject.valid_from -= timedelta(days=number + 1)
    if one.noun == "meetings":  # one a day
        subject.on += timedelta(days=number + 1)
    if one.noun in ("risk-ties", "issue-items"):  # one an item
        subject.item = make.work_item(actor=area.admin, project=area.project, title=f"Item {number}")
    if one.noun == "risk-runs":  # one a day
        subject.as_of -= timedelta(days=number + 1)
    if one.noun == "issue-escalations":  # one a step
        subject.level += number + 1
    if one.noun in ("method-parts", "gates", "gate-criteria"):
        subject.key = f"k{number}"
    if one.noun == "packs":  # one of a name
        subject.name = f"Pack {number}"
    if one.noun == "pack-versions":
        subject.number += number + 1
    if one.noun == "pack-uses":
        subject.pack = f"p{number}"
    if one.noun == "gate-verdicts":  # one waits
        subject.state = "withdrawn"
    if one.noun == "gate-releases":  # one a gate
        gate = copy.copy(subject.gate)
        gate.pk, gate._state.adding, gate.key = None, True, f"k{number}"
        gate.save(force_insert=True)
        subject.gate = gate
    if one.noun == "method-versions":  # one draft
        subject.published_at = subject.created_at
    if one.noun == "proposal-ties":  # one a pair
        subject.other = make.proposal(actor=area.admin, space=area.space, title=f"P{number}")
    if one.noun == "adoptions":  # one holds at a time
        subject.undone_at, subject.undone_by = subject.decided_at, area.admin
    if one.noun == "charters":  # one at a time is written
        subject.pmo_signed_by, subject.product_signed_by = area.admin, area.member
        subject.pmo_signed_at = subject.product_signed_at = subject.created_at
    if one.noun == "move-requests":  # an item waits for one move at a time
        subject.state = "withdrawn"
    if one.noun == "feedback-quotes":
        subject.feature = make.feature(actor=area.admin, product=area.product)
    if one.noun == "scores":
        subject.feature = make.feature(actor=area.admin, product=area.product, title=f"Feature {number}")
    if one.noun == "change-requests":  # one a content
        content = copy.copy(subject.scenario)
        content.pk, content._state.adding = None, True
        content.save()
        subject.scenario = content
    if one.noun == "change-verdicts":  # one a person and round
        subject.round += number + 1
    if one.noun == "levelled-dates":  # one an item
        subject.item = make.work_item(actor=area.admin, project=area.project, title=f"Item {number}")
    if one.noun == "plan-changes":  # one of a thing
        subject.kind = "away"
    if one.noun == "archivings":
        subject.run = uuid.uuid4()
    if one.noun in ("flow-clocks", "archiving-rules", "board-layouts"):  # one a space, and all of them are seen
        subject.space_id = make.project(actor=area.admin, name=f"P{number}", parent=area.space).space_id
    if one.noun == "budgets":  # one a project
        subject.project = make.project(actor=area.admin, name=f"P{number}", parent=area.space)
        subject.space_id = subject.project.space_id
    if one.noun == "portals":
        subject.product = make.product(actor=area.admin, name=f"P{number}", parent=area.space)
        subject.space_id = subject.product.space_id
    if one.noun == "subscriptions":
        view = copy.copy(area.view)
        view.pk, view._state.adding = None, True
        view.save(force_insert=True)
        subject.view = view
    if one.noun == "transitions":
        subject.to_state = State.objects.create(space=subject.space, name=f"n{number}", category="to_do")
    for field in ("name", "inverse", "source_name", "inputs_hash", *(("key", "word") if one.noun == "fields" else ())):
        if hasattr(subject, field):
            setattr(subject, field, f"n{number}")
    for field, value in (
        ("number", number + 50),
        ("is_current", False),
        ("subject_id", number + 500),
        ("is_default", False),
        ("mark", f"n{number}"),
        ("lane", f"label:n{number}"),
        ("ended_at", getattr(subject, "since", getattr(subject, "began_at", None))),
        ("digest", f"n{number}"),
        ("token", f"n{number}"),
        ("url", f"https://git.example.org/{number}"),
        *([("run", uuid.uuid4())] if one.noun == "rule-runs" else []),
    ):
        if hasattr(subject, field) and one.noun not in ("comments",):
            setattr(subject, field, value)
    subject.save(force_insert=True)


@pytest.mark.parametrize("one", _drawn(LISTS, 12))
def test_paging_shows_every_row_once(one, ours, as_admin):
    whole = as_admin("GET", f"{one.path(ours)}?limit=200").json()
    seen, after = [], None
    while True:
        page = as_admin("GET", one.path(ours) + "?limit=1" + (f"&after={after}" if after else "")).json()
        seen += page["items"]
        after = page["next"]
        if after is None:
            break
    assert seen == whole["items"]


def test_an_unchanged_detail_is_304(ours, as_admin):
    path = f"/api/v1/work-items/{ours.item.pk}/"
    etag = as_admin("GET", path).headers["ETag"]
    assert as_admin("GET", path, If_None_Match=etag).status_code == 304
    assert as_admin("GET", path, If_None_Match='"77"').status_code == 200

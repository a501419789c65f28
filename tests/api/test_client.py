"""A Python client that is generated from our OpenAPI document does a team's job against a running server."""

import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tandem.people.actions import users
from tandem.work.models import State
from tests import make

ROOT = Path(__file__).resolve().parents[2]
WHOLE = Path(__file__).with_name("openapi.json")  # what tests/api/test_openapi.py holds against the program
_NAMED = re.compile(r'"#/components/schemas/([^"]+)"')
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("generated client")]  # made once, not in each process


USED = {
    "work_items_create", "work_items_moves_create", "work_items_change", "work_items_list", "sprints_create", "sprints_items_create",
    "sprints_starts_create", "sprints_closings_create", "sprints_items_list", "projects_quick_line_read", "projects_quick_line_create",
    "projects_flow_read",
}  # fmt: skip


def generate(folder: Path, *document: Path) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [str(ROOT / "scripts/client.sh"), str(folder), *map(str, document)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)


def part(document: dict[str, Any]) -> dict[str, Any]:
    """Of the document what the operations take that are used here: all of it becomes a client in the long proof."""
    every = {path: {method: one for method, one in found.items() if one["operationId"] in USED} for path, found in document["paths"].items()}
    paths, schemas, wanted = {path: found for path, found in every.items() if found}, document["components"]["schemas"], set()
    todo = set(_NAMED.findall(json.dumps(paths)))
    while todo:
        wanted |= todo
        todo = set(_NAMED.findall(json.dumps([schemas[one] for one in todo]))) - wanted
    kept = {name: schemas[name] for name in schemas if name in wanted}
    return document | {"paths": paths, "components": document["components"] | {"schemas": kept}}


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The folder of the client, importable as long as these tests run."""
    pytest.importorskip("openapi_python_client", reason="openapi-python-client is not installed")
    folder, document = tmp_path_factory.mktemp("client") / "tandem-client", tmp_path_factory.mktemp("document") / "openapi.json"
    document.write_text(json.dumps(part(json.loads(WHOLE.read_text()))))
    done = generate(folder, document)
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))
    for name in [n for n in sys.modules if n.split(".")[0] == "tandem_client"]:
        del sys.modules[name]


@pytest.fixture
def tandem(generated, live_server, world) -> SimpleNamespace:
    """`tandem.call("work_items_create", body=…)` as Mei; `tandem.shape("WorkItemCreate")`."""
    package = importlib.import_module("tandem_client")
    models = importlib.import_module("tandem_client.models")

    def of(user: Any, scope: str = "write") -> Any:
        _, secret = users.create_token(actor=user, name="client", scope=scope)
        return package.AuthenticatedClient(base_url=live_server.url, token=secret)

    mei = of(world.mei)

    def call(operation: str, *ids: int, client: Any = mei, **values: Any) -> Any:
        module = importlib.import_module(f"tandem_client.api.work.{operation}")
        answer = module.sync_detailed(*ids, client=client, **values)
        return SimpleNamespace(status=answer.status_code, got=answer.parsed, etag=answer.headers.get("ETag"))

    return SimpleNamespace(call=call, shape=lambda name: getattr(models, name), of=of, world=world)


def made(tandem: Any, title: str, **values: Any) -> Any:
    body = tandem.shape("WorkItemCreate")(space_id=tandem.world.project.space_id, title=title, **values)
    answer = tandem.call("work_items_create", body=body)
    assert answer.status == 201
    return answer


def test_items_are_created_moved_found_and_not_overwritten(tandem):
    item = made(tandem, "Show the price before the booking", estimate_points=3.0, labels=["booking"])
    assert (item.got.key, item.got.state_category, item.got.labels) == ("POR-1", "to_do", ["booking"])
    done = State.objects.get(space=tandem.world.project.space_id, category="done")
    moved = tandem.call(
        "work_items_moves_create", item.got.id, body=tandem.shape("WorkItemMove")(state_id=done.pk), if_match=item.etag
    )
    assert (moved.status, moved.got.state_category, moved.got.version) == (201, "done", 2)
    late = tandem.call(
        "work_items_change", item.got.id, body=tandem.shape("WorkItemChange")(title="Too late"), if_match=item.etag
    )
    assert (late.status, type(late.got).__name__, late.got.code) == (412, "Conflict", "stale")
    assert (late.got.current["version"], late.got.sent["title"]) == (2, "Too late")
    made(tandem, "Another")
    found = tandem.call("work_items_list", filter_="state:done label:booking")
    assert [one.id for one in found.got.items] == [item.got.id]
    wrong = tandem.call("work_items_list", filter_="colour:red")
    assert (wrong.status, wrong.got.code) == (422, "filter_field_unknown")


def test_a_sprint_is_planned_started_and_closed(tandem):
    ids = [made(tandem, f"Item {n}").got.id for n in range(2)]
    space = tandem.world.project.space_id
    first = make.sprint(actor=tandem.world.boris, project=tandem.world.project, name="Only for its dates")
    body = tandem.shape("SprintCreate")(space_id=space, name="Sprint 1", starts_at=first.starts_at, ends_at=first.ends_at)
    sprint = tandem.call("sprints_create", body=body)
    put = tandem.call("sprints_items_create", sprint.got.id, body=tandem.shape("SprintItems")(work_item_ids=ids))
    assert (sprint.status, put.status) == (201, 201)
    empty = tandem.shape("Body")()
    started = tandem.call("sprints_starts_create", sprint.got.id, body=empty, if_match=sprint.etag)
    assert started.got.state == "active"
    closing = tandem.shape("SprintClosing")(is_goal_met=True, to_id=first.pk)
    closed = tandem.call("sprints_closings_create", sprint.got.id, body=closing, if_match=started.etag)
    assert (closed.got.state, closed.got.is_goal_met) == ("closed", True)
    handed = tandem.call("sprints_items_list", first.pk)
    assert sorted(one.id for one in handed.got.items) == ids


def test_a_line_is_made_and_the_flow_of_the_project_is_read(tandem):
    project = tandem.world.project.pk
    read = tandem.call("projects_quick_line_read", project, text="Login fails !high 3d")
    line = tandem.call("projects_quick_line_create", project, body=tandem.shape("QuickLineCreate")(text="Login fails !high 3d"))
    assert (line.status, line.got.title, line.got.key) == (201, "Login fails", "POR-1")
    assert [p.kind for p in line.got.pieces] == [p.kind for p in read.got.pieces] == ["priority", "estimate"]
    flow = tandem.call("projects_flow_read", project, weeks=4)
    assert (flow.status, flow.got.items, flow.got.times, flow.got.too_little["times"].needed) == (200, 1, None, 8)
    assert tandem.call("projects_flow_read", project, client=tandem.of(tandem.world.dana)).status == 404


def test_what_one_may_not_do_comes_as_a_problem_with_its_status(tandem):
    item = made(tandem, "Mine")
    reader = tandem.of(tandem.world.mei, scope="read")
    stranger = tandem.of(tandem.world.dana)
    body = tandem.shape("WorkItemChange")(title="Theirs")
    for client, status in ((reader, 403), (stranger, 404)):
        answer = tandem.call("work_items_change", item.got.id, client=client, body=body, if_match=item.etag)
        assert (answer.status, type(answer.got).__name__) == (status, "Problem")
    missing = tandem.call("work_items_change", item.got.id, body=body)
    assert (missing.status, missing.got.code) == (428, "version_missing")
    once = [tandem.call("work_items_create", idempotency_key="one", body=tandem.shape("WorkItemCreate")(
        space_id=tandem.world.project.space_id, title="Once")) for _ in range(2)]  # fmt: skip
    assert once[0].got.id == once[1].got.id


def test_the_client_never_lands_in_the_repository_nor_over_something_else(tmp_path):
    (tmp_path / "letter.txt").write_text("mine")
    for folder in (ROOT / "client", tmp_path):
        done = generate(folder)
        assert done.returncode == 2 and "folder" in done.stderr
    assert not (ROOT / "client").exists() and (tmp_path / "letter.txt").read_text() == "mine"


@pytest.mark.slow  # six hundred operations; the quick ones generate those that they call
def test_the_whole_document_becomes_a_client_without_a_warning(tmp_path):
    pytest.importorskip("openapi_python_client", reason="openapi-python-client is not installed")
    done = generate(tmp_path / "tandem-client")
    assert done.returncode == 0, done.stdout + done.stderr

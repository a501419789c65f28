"""The effect that is shown is the effect that comes, on an imported plan of MS Project and on the sample organisation: ends, promises, days on the
roadmap, money and conflicts of random changes, each compared with what stands once both sides have said yes."""

import random
from collections import Counter, defaultdict
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction

from tandem.governance.actions import change_impacts, change_requests, change_verdicts
from tandem.governance.models import ChangeRequest
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people.models import Role, Space, User
from tandem.planning.models import LevelledDates
from tandem.portfolio.models import Project
from tandem.product.actions import features
from tandem.product.models import Feature, Promise, Release
from tandem.resources.models import TimeOff
from tandem.samples import load as sample
from tandem.work.models import Assignment, WorkItem
from tests import make
from tests.governance.test_change_effect import foretold, stands
from tests.planning.test_imported import take
from tests.proof.blocks import Blocks, told
from tests.samples.small import TODAY, make_small

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("effect at large")]
FACTS = ("ends", "load", "promised", "windows", "costs", "budgets", "conflicts")
FILES = ("sample", "mspdiresource", "mspdirelations", "mspdisplittask")


def leaves(spaces: list[int]) -> list[WorkItem]:
    rows = WorkItem.objects.in_spaces(spaces).open().filter(is_summary=False).exclude(pk__in=WorkItem.objects.exclude(parent=None).values("parent_id"))
    return list(rows.order_by("id"))


def picked(place: Any, rng: random.Random) -> list[tuple[str, int, dict[str, Any]]]:
    """A random content over everything that a change may say, with days from today on."""

    def on(most: int = 90) -> str:
        return (clock.today() + timedelta(days=rng.randint(1, most))).isoformat()

    found: list[tuple[str, int, dict[str, Any]]] = []
    for item in rng.sample(place.items, min(5, len(place.items))):
        choices = {"starts_on": on(), "due_on": on(200), "expected_minutes": 480 * rng.randint(1, 12), "assignees": rng.sample(place.people, rng.randint(1, 2))}
        do = rng.choice(("item", "item", "drop"))
        found.append((do, item.pk, {} if do == "drop" else {name: choices[name] for name in rng.sample(sorted(choices), rng.randint(1, 3))}))
    project = rng.choice(place.projects)
    wider: list[tuple[str, int, dict[str, Any]]] = [
        ("add", project.space_id, {"title": "New quay", "expected_minutes": 480 * rng.randint(1, 9), "assignees": [rng.choice(place.people)]}),
        ("cost", project.pk, {"title": "Piles", "month": clock.today().replace(day=1).isoformat(), "planned": str(rng.randint(1, 9000))}),
        ("budget", project.pk, {"amount": str(rng.randint(1, 9000)), "currency": "EUR"}),
        *(("promise", one.pk, {"date": on(200)}) for one in rng.sample(place.promises, min(1, len(place.promises)))),
        *(("feature", one.pk, {"planned_to": on(200)}) for one in rng.sample(place.features, min(1, len(place.features)))),
        *(("release", one.pk, {"planned_on": on(200)}) for one in rng.sample(place.releases, min(1, len(place.releases)))),
    ]  # fmt: skip
    return found + rng.sample(wider, rng.randint(1, len(wider)))


def loads() -> dict[tuple[int, int, str], int]:
    """Minutes of each person for each project in the month in which the work ends, read of the rows: what is left to do of an item, else of its
    duration for each of its people, else a day of each, shared as they share it; a milestone takes no time but what is written at it."""
    people: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for item, user, share in Assignment.objects.values_list("item_id", "user_id", "share"):
        people[item].append((user, share))
    rows = WorkItem.objects.open().values_list("id", "remaining_minutes", "duration_minutes", "percent_complete", "is_milestone")
    left = {
        pk: (effort, 0.0 if minutes is None and is_milestone else None if minutes is None else minutes * (100 - percent) / 100)
        for pk, effort, minutes, percent, is_milestone in rows
    }
    found: dict[tuple[int, int, str], float] = defaultdict(float)
    for pk, space, finish in LevelledDates.objects.order_by("item_id").values_list("item_id", "space_id", "finish"):
        effort, each = left[pk]
        minutes = effort if effort is not None else (480.0 if each is None else each) * len(people[pk])
        for user, share in people[pk]:
            found[user, space, f"{finish:%Y-%m}"] += minutes * share / sum(one for _user, one in people[pk])
    return {key: round(minutes) for key, minutes in found.items() if round(minutes)}


def shown_is_what_comes(place: Any, seed: int) -> dict[str, int]:
    """What was shown, counted; all of it came, and nothing else."""
    known = set(WorkItem.objects.values_list("id", flat=True))
    off = set(TimeOff.objects.values_list("id", flat=True))
    before = stands(known, off) | {"load": loads()}
    count = Counter(changes=1)
    row = change_requests.create(actor=place.admin, space=Space.objects.get(parent=None), title=f"Change {seed}", reason="To see what comes")
    for kind, subject, values in picked(place, random.Random(seed)):
        try:
            with transaction.atomic():
                change_requests.add(actor=place.admin, change_request=row, kind=kind, subject=subject, **values)
            count[f"edits: {kind}"] += 1
        except Refused:  # what a rule forbids cannot be written down either
            continue
    row = change_requests.submit(actor=place.admin, change_request=ChangeRequest.objects.get(pk=row.pk), version=None)
    outcome = change_impacts.compute(row)
    assert outcome["refused"] == []
    to_whom = dict(Promise.objects.open().values_list("id", "to_whom"))
    for who, side in ((place.first, "product"), (place.second, "pmo")):
        change_verdicts.decide(actor=who, change_request=row, version=None, side=side, answer="yes")
    row = ChangeRequest.objects.get(pk=row.pk)
    assert (row.state, row.trouble) == ("applied", None)
    now, shown = stands(known, off) | {"load": loads()}, foretold(before, outcome, to_whom)
    for name in FACTS:
        assert now[name] == shown[name], name
        count[f"told: {name}"] += sum(before[name].get(key) != now[name].get(key) for key in before[name].keys() | now[name].keys())
        count[f"stands: {name}"] += len(now[name])
    return dict(count)


def _place(projects: list[Project], people: list[int], **more: Any) -> SimpleNamespace:
    admin = User.objects.filter(is_placeholder=False).order_by("id")[0]
    first, second = (make.user(actor=admin, name=name, role=Role.PMO_LEAD) for name in ("Una", "Duo"))
    features_ = list(Feature.objects.on_roadmap().exclude(planned_to=None))
    for number, promise in enumerate(Promise.objects.open().order_by("id")):  # told apart by whom they were given to
        Promise.objects.filter(pk=promise.pk).update(to_whom=f"{promise.to_whom[:180]} {number}")
    return SimpleNamespace(
        admin=admin, first=first, second=second, projects=projects, items=leaves([one.space_id for one in projects]), people=people, features=features_,
        promises=list(Promise.objects.open().order_by("id")), releases=list(Release.objects.filter(state="planned").exclude(planned_on=None)), **more,
    )  # fmt: skip


@pytest.fixture
def imported(world, data_dir):
    """Four files of MS Project, and a promise and a release that rest on their work."""
    projects = [take(data_dir, f"msproject/{name}.xml", world) for name in FILES]
    items = leaves([one.space_id for one in projects])
    soon = clock.today() + timedelta(days=40)
    feature = make.feature(actor=world.chen, product=world.product, planned_to=soon)
    release = make.release(actor=world.chen, product=world.product, planned_on=soon)
    features.add_scope(actor=world.admin, subject=feature, items=items[:3])
    features.add_scope(actor=world.admin, subject=release, items=items[3:6])
    for one in (feature, release):
        make.promise(actor=world.chen, subject=one, to_whom=str(one), date=soon)
    return _place(projects, [world.mei.pk, world.boris.pk])


@pytest.fixture(scope="module")
def _loaded(django_db_setup, django_db_blocker, _quick_passwords):
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        make_small(patch)
        sample.load("en", "a long password", seed=2, as_of=TODAY)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def organisation(_loaded):
    running = list(Project.objects.filter(state="running").order_by("id"))
    people = list(User.objects.filter(memberships__role=Role.MEMBER).order_by("id").values_list("id", flat=True).distinct()[:12])
    return _place(running, people)


@pytest.mark.parametrize("seed", range(2))
def test_of_an_imported_plan(imported, seed):
    shown_is_what_comes(imported, seed)


SEEDS = range(2, 202)
_blocks = {"imported": Blocks("change-effect-imported"), "organisation": Blocks("change-effect-organisation")}


@pytest.mark.slow
@pytest.mark.parametrize("seed", _blocks["imported"].left(SEEDS))
def test_of_an_imported_plan_many_times(imported, seed):
    _blocks["imported"].once(seed, lambda: shown_is_what_comes(imported, seed))


@pytest.mark.slow
@pytest.mark.parametrize("seed", _blocks["organisation"].left(SEEDS))
def test_of_the_sample_organisation(organisation, seed):
    _blocks["organisation"].once(seed, lambda: shown_is_what_comes(organisation, seed))


@pytest.mark.slow
def test_how_much_was_shown_is_published():
    """Only of a run in which each of the changes was looked at."""
    assert all(blocks.total()["told: ends"] and blocks.total()["told: load"] for blocks in _blocks.values())
    for name, blocks in _blocks.items():
        if len(blocks.found) < len(SEEDS):
            continue
        what = {"imported": f"{len(FILES)} imported plans of MS Project", "organisation": "the sample organisation"}[name]
        found = blocks.total()
        figures = "; ".join(
            [f"{found['changes']} random changes of {sum(n for key, n in found.items() if key.startswith('edits'))} edits, each shown and then carried out",
             "of these facts so many were otherwise afterwards, each as it was shown: " + told({name: found[f"told: {name}"] for name in FACTS}, *FACTS),
             f"nothing else was otherwise, of {sum(n for key, n in found.items() if key.startswith('stands')):,} facts looked at; 0 differences"]
        )  # fmt: skip
        command = f"`pytest -m slow tests/governance/test_change_effect_at_large.py`, seeds {SEEDS[0]} to {SEEDS[-1]}"
        blocks.publish(f"the effect of a change: what is shown is what comes, {what}", figures, command)

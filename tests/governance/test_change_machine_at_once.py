"""Two sessions that do something at the same moment, over and over: whatever comes first, nobody approves alone or twice, nothing is carried out
without both sides or more than once, and what is carried out is what was approved.

Each pair of steps runs in two threads with a connection each; what may not be is looked for after every pair."""

import os
import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from tandem.governance import pictures
from tandem.governance.actions import change_pictures, change_requests, change_verdicts, delegations
from tandem.governance.models import ChangeRequest, Delegation, Verdict
from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.models import Role, User
from tandem.planning.actions import plan_scenarios
from tandem.planning.models import PlanScenario
from tandem.work.actions import work_items
from tandem.work.models import WorkItem
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = ("mei", "boris", "chen", "alma", "petra", "una")
STEPS = ("raise", "write", "write", "hand in", "compute", "compute", "judge", "judge", "judge", "judge", "judge", "first", "withdraw", "live", "lend", "take back")


class Session:
    """One of the two: its own choice of what to do, from a seed."""

    def __init__(self, world: Any, people: dict[str, int], items: list[int], seed: int) -> None:
        self.world, self.people, self.items, self.rng = world, people, items, random.Random(seed)

    def step(self, requests: list[int]) -> Callable[[], Any]:
        rng = self.rng
        who, do, n = rng.choice(NAMES), rng.choice(STEPS), rng.randrange(len(self.items))
        pk, side, figure = rng.choice(requests), rng.choice(("product", "pmo")), rng.randint(1, 2)
        answer, giver, priority = rng.choice(("yes",) * 8 + ("no", "revise")), rng.choice(("", "", "boris", "chen")), rng.randint(1, 4)
        calls: dict[str, Callable[[Any, Any], Any]] = {
            "raise": lambda actor, row: None,
            "write": lambda actor, row: self._write(actor, row, self.items[n], priority),
            "hand in": lambda actor, row: change_requests.submit(actor=actor, change_request=row, version=None),
            "compute": lambda actor, row: self._compute(row, figure),
            "judge": lambda actor, row: change_verdicts.decide(
                actor=actor, change_request=row, version=None, side=side, answer=answer, reason="So", for_whom=self._user(giver) if giver and giver != who else None
            ),
            "first": lambda actor, row: change_requests.apply_first(actor=actor, change_request=row, version=None, reason="Fire"),
            "withdraw": lambda actor, row: change_requests.withdraw(actor=actor, change_request=row, version=None, reason="Enough"),
            "live": lambda actor, row: work_items.change(actor=actor, item=WorkItem.objects.get(pk=self.items[n]), version=None, priority=priority),
            "lend": lambda actor, row: delegations.create(
                actor=actor, space=self.world.project.space, delegate=self._user("una"), starts_on=clock.today(), ends_on=clock.today()
            ),
            "take back": lambda actor, row: delegations.withdraw(actor=actor, delegation=Delegation.objects.standing().order_by("?")[:1].get(), version=None),
        }  # fmt: skip

        def call() -> Any:
            return calls[do](self._user(who), ChangeRequest.objects.select_related("space", "scenario").get(pk=pk))

        return call

    def _user(self, who: str) -> User:
        return User.objects.get(pk=self.people[who])

    def _write(self, actor: User, row: ChangeRequest, item: int, priority: int) -> None:
        change = row.scenario.changes.select_related("scenario").filter(subject=item).first()
        if change is None:
            change_requests.add(actor=actor, change_request=row, kind="item", subject=item, priority=priority)
        else:
            change_requests.revise(actor=actor, change_request=row, change=change, version=None, priority=priority)

    def _compute(self, row: ChangeRequest, figure: int) -> None:
        """As a picture is stored: what it shows is read first, and stands only where the content is still that one."""
        digest = plan_scenarios.digest(list(row.scenario.changes.order_by("id")))
        outcome = {"refused": [], "plan": None, "budgets": [[self.world.project.space_id, "EUR", "0.00", f"{figure}.00"]]}
        with transaction.atomic():
            held = change_requests.hold(row)
            if held.scenario.state != "asked" or digest != plan_scenarios.digest(list(held.scenario.changes.order_by("id"))):
                return
            before = held.scenario.outcome or {}
            PlanScenario.objects.filter(pk=held.scenario_id).update(outcome=outcome, computed_of=digest)
            held.scenario.outcome = outcome
            change_pictures.ask_again(held, before)


class Two:
    """Two threads that wait for each other before every step."""

    def __init__(self) -> None:
        self.begin, self.end = threading.Barrier(3), threading.Barrier(3)
        self.calls: list[Callable[[], Any] | None] = [None, None]
        self.odd: list[BaseException] = []
        self.done = 0
        self.threads = [threading.Thread(target=self._run, args=(k,), daemon=True) for k in range(2)]
        for thread in self.threads:
            thread.start()

    def _run(self, k: int) -> None:
        while True:
            self.begin.wait()
            call = self.calls[k]
            if call is None:
                connection.close()
                return
            try:
                with transaction.atomic():
                    call()
                self.done += 1
            except (Refused, Denied, Hidden, Stale, Delegation.DoesNotExist):
                pass
            except BaseException as problem:
                self.odd.append(problem)
            self.end.wait()

    def both(self, first: Callable[[], Any], second: Callable[[], Any]) -> None:
        self.calls = [first, second]
        self.begin.wait()
        self.end.wait(120)

    def stop(self) -> None:
        self.calls = [None, None]
        self.begin.wait()
        for thread in self.threads:
            thread.join(30)


def look(world: Any, requests: list[int]) -> None:
    """What may never be, of rows and events alone."""
    for row in ChangeRequest.objects.select_related("scenario").filter(pk__in=requests):
        verbs = list(Event.objects.filter(subject_kind="governance.changerequest", subject_id=row.pk).values_list("verb", flat=True))
        carried = verbs.count("change_request.applied") + verbs.count("change_request.applied_first")
        assert carried == (row.applied_at is not None) <= 1
        assert row.scenario.state == ("merged" if carried else "discarded" if row.state in ("rejected", "withdrawn") else "asked")
        said = list(Verdict.objects.filter(request=row).select_related("by", "for_whom", "delegation"))
        wrote = {row.author_id, *row.writers} | ({row.applied_by_id} if row.was_first else set())
        for of in {one.round for one in said}:
            now = [one for one in said if one.round == of and one.voided_at is None]
            assert len({one.by_id for one in now}) == len({one.voice_of.pk for one in now}) == len(now)
        for one in said:
            assert one.delegation is None or one.delegation.withdrawn_at is None or one.created_at <= one.delegation.withdrawn_at, "said after it was taken back"
        assert len({(one.by_id, one.side) for one in said if one.for_whom_id}) == len({one.by_id for one in said if one.for_whom_id})
        if row.state == "applied":
            last = [one for one in said if one.round == row.round and one.answer == "yes"]
            digest = plan_scenarios.digest(list(row.scenario.changes.order_by("id")))
            assert {one.side for one in last} == {"product", "pmo"} and {one.digest for one in last} == {digest}
            assert not wrote & {pk for one in last for pk in (one.by_id, one.for_whom_id)}
            assert {one.picture for one in last} == {pictures.digest(row.scenario.outcome)}
        if carried:
            changed = list(Event.objects.filter(run=row.run, verb="work_item.changed").values_list("subject_id", flat=True))
            assert len(changed) == len(set(changed))


def run(world: Any, seed: int, steps: int) -> int:
    """So many steps of each of the two sessions; gives how many of all were done and not refused."""
    people = {one: getattr(world, one).pk for one in NAMES if hasattr(world, one)}
    people |= {"petra": make.user(actor=world.admin, name="Petra", role=Role.PMO_LEAD).pk, "una": make.user(actor=world.admin, name="Una", role=Role.STAKEHOLDER).pk}
    items = [make.work_item(actor=world.admin, project=world.project, title=f"Item {n}", priority=3).pk for n in range(2)]
    sessions, two = [Session(world, people, items, 2 * seed + k) for k in range(2)], Two()
    rng, requests = random.Random(seed), list[int]()
    try:
        for _step in range(steps):
            open_ones = list(ChangeRequest.objects.open().filter(pk__in=requests[-4:]).values_list("pk", flat=True))
            while len(open_ones) < 2:
                author = User.objects.get(pk=people[rng.choice(NAMES)])
                made = change_requests.create(actor=author, space=world.project.space, title="Sooner", reason="They wait")
                requests.append(made.pk)
                open_ones.append(made.pk)
            same = [rng.choice(open_ones)] if rng.random() < 0.7 else open_ones
            two.both(sessions[0].step(same), sessions[1].step(same))
            assert not two.odd, two.odd
            look(world, open_ones)
    finally:
        two.stop()
    look(world, requests)
    return two.done


def test_two_sessions_at_once(world):
    assert run(world, seed=1, steps=60) > 30


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 2 + int(os.environ.get("TANDEM_TEST_SESSIONS", "25"))))
def test_two_sessions_at_once_at_length(world, seed):
    """Of each of 25 seeds 2,000 pairs: 100,000 steps."""
    done = run(world, seed, int(os.environ.get("TANDEM_TEST_PAIRS", "2000")))
    print(f"two sessions, seed {seed}: {done} steps were not refused")

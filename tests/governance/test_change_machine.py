"""Any order of writing, handing in, computing, judging, lending voices, taking rights, accounts and voices away and changing the plan beside it, by
seven people from pages of different age: nobody approves alone or for an effect that they were not shown, nobody lends what is not theirs, nothing is
carried out without both, and what is carried out is what was approved, once.

What is expected of each step is worked out in plain dictionaries, without a word of the rooms under test."""

import os
from collections import Counter
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tandem.governance import pictures
from tandem.governance.actions import change_pictures, change_requests, change_verdicts, delegations
from tandem.governance.models import ChangeRequest, Delegation, Verdict
from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.people import scoping
from tandem.people.actions import spaces, users
from tandem.people.models import Role, User
from tandem.planning.actions import plan_scenarios
from tandem.planning.models import PlanScenario
from tandem.work.actions import work_items
from tandem.work.models import WorkItem
from tests import make

pytestmark = pytest.mark.django_db

NAMES = ("mei", "boris", "chen", "alma", "petra", "dana", "una")
# which sides each speaks for as long as they have their role and their account
SIDES = {"mei": (), "boris": ("pmo",), "chen": ("product",), "alma": ("product", "pmo"), "petra": ("product", "pmo"), "dana": (), "una": ()}
ROLES = {"boris": Role.PROJECT_MANAGER, "chen": Role.PRODUCT_MANAGER}
PLANNERS = ("boris", "chen", "alma", "petra")
name = st.sampled_from(NAMES)
number = st.integers(0, 1)
rarely = st.sampled_from([False, False, False, False, True])
_JUDGES = ("boris", "chen", "alma", "petra", "boris", "chen", "alma", "petra", "una", "mei", "dana")
NOTHING: dict[str, Any] = {"projects": [], "promises": [], "load": [], "tardiness": [0, 0], "refused": [], "plan": None}


class Decisions(RuleBasedStateMachine):
    world: Any
    count: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.hold = transaction.atomic()
        self.hold.__enter__()
        world = self.world
        self.people = {one: getattr(world, one) for one in NAMES if one not in ("petra", "una")}
        self.people["una"] = make.user(actor=world.admin, name="Una", role=Role.STAKEHOLDER)
        self.lent: list[dict[str, Any]] = []
        self.people["petra"] = make.user(actor=world.admin, name="Petra", role=Role.PMO_LEAD)
        self.here = dict.fromkeys(NAMES, True)
        self.here["dana"] = False
        self.active = dict.fromkeys(NAMES, True)
        self.items = [make.work_item(actor=world.admin, project=world.project, title=f"Item {n}", priority=3) for n in range(2)]
        self.live = [3, 3]
        self.rows: list[dict[str, Any]] = []
        self.seen: dict[tuple[str, int], int] = {}
        self.count["examples"] += 1

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.hold.__exit__(None, None, None)
        scoping.forget_roles()

    # ── how a step is taken ──

    def user(self, who: str) -> User:
        return User.objects.get(pk=self.people[who].pk)

    def row(self, n: int) -> ChangeRequest:
        return ChangeRequest.objects.select_related("space", "scenario").get(pk=self.rows[n]["pk"])

    def tried(self, act: Any) -> bool:
        """Whether it was done. What was refused has left nothing behind: the invariants look."""
        try:
            with transaction.atomic():
                act()
        except (Refused, Denied, Hidden):
            return False
        return True

    def speaks(self, who: str, side: str) -> bool:
        return self.active[who] and self.here[who] and side in SIDES[who]

    def may_write(self, who: str, known: dict[str, Any]) -> bool:
        return self.active[who] and self.here[who] and (who == known["author"] or who in PLANNERS)

    def at(self, r: int, *states: str) -> int:
        """One of the rows in these states where there is any, so that most steps lead on; else any."""
        wanted = [k for k, known in enumerate(self.rows) if known["state"] in states]
        return wanted[r % len(wanted)] if wanted else r % len(self.rows)

    # ── what people do ──

    @initialize(who=st.sampled_from(["mei", "mei", "boris", "alma"]), priority=st.integers(1, 4))
    def begin(self, who: str, priority: int) -> None:
        """Something is asked for and computed: what becomes of it is what the steps are about."""
        self.raise_one(who, 0)
        self.write(who, 0, 0, priority, True)
        self.hand_in(who, 0)
        self.compute(0, False)

    @rule(who=name, n=number)
    def raise_one(self, who: str, n: int) -> None:
        if len(self.rows) == 2:
            return
        made: list[ChangeRequest] = []
        done = self.tried(lambda: made.append(change_requests.create(actor=self.user(who), space=self.world.project.space, title="Sooner", reason="They wait")))
        assert done == (self.active[who] and self.here[who])
        if done:
            self.rows.append({"pk": made[0].pk, "author": who, "wrote": {who}, "state": "draft", "content": {}, "seen": {}, "shown": None, "said": {}, "applied": 0, "figure": None, "lent": {}})

    @rule(who=name, r=number, n=number, priority=st.integers(1, 4), is_meant=rarely)
    def write(self, who: str, r: int, n: int, priority: int, is_meant: bool) -> None:
        r = self.at(r, "draft", "returned", "submitted")
        if self.rows[r]["state"] == "submitted" and not is_meant:  # it would be asked anew all the time
            return
        known = self.rows[r]
        row, item = self.row(r), self.items[n]
        change = row.scenario.changes.select_related("scenario").filter(subject=item.pk).first()
        if change is None:
            done = self.tried(lambda: change_requests.add(actor=self.user(who), change_request=row, kind="item", subject=item.pk, priority=priority))
        else:
            done = self.tried(lambda: change_requests.revise(actor=self.user(who), change_request=row, change=change, version=None, priority=priority))
        assert done == (self.may_write(who, known) and known["state"] in ("draft", "submitted", "returned"))
        if done:
            known["content"][n], known["seen"][n] = priority, self.live[n]
            known["wrote"].add(who)  # for good, whoever writes over it
            known["shown"] = None
            if known["state"] == "submitted":
                known["said"] = {}

    @rule(who=name, r=number)
    def hand_in(self, who: str, r: int) -> None:
        r = self.at(r, "draft", "returned")
        known = self.rows[r]
        done = self.tried(lambda: change_requests.submit(actor=self.user(who), change_request=self.row(r), version=None))
        assert done == (self.may_write(who, known) and known["state"] in ("draft", "returned") and bool(known["content"]))
        if done:
            known["state"], known["said"] = "submitted", {}

    @rule(r=number, is_other=rarely)
    def compute(self, r: int, is_other: bool) -> None:
        """The picture itself is held against what comes of it elsewhere; here it says of which content it is, and one figure."""
        r = self.at(r, "submitted")
        if self.rows[r]["state"] not in ("draft", "submitted", "returned"):
            return
        known, row = self.rows[r], self.row(r)
        figure = (known["figure"] or 1) + is_other
        digest = plan_scenarios.digest(list(row.scenario.changes.order_by("id")))
        outcome = NOTHING | {"budgets": [[self.world.project.space_id, "EUR", "0.00", f"{figure}.00"]]}
        with transaction.atomic():
            held = change_requests.hold(row)
            before = held.scenario.outcome or {}
            PlanScenario.objects.filter(pk=row.scenario_id).update(outcome=outcome, computed_of=digest)
            held.scenario.outcome = outcome
            change_pictures.ask_again(held, before)
        known["shown"] = dict(known["content"])
        if figure != known["figure"]:  # whoever had said yes had said it to another effect
            self.count["asked again of another effect"] += bool(known["said"])
            known["figure"], known["said"] = figure, {}

    @rule(who=st.sampled_from(_JUDGES), r=number)
    def look(self, who: str, r: int) -> None:
        """Opens the page; what is said from it later is said of what stood there."""
        r = self.at(r, "submitted", "urgent")
        if r < len(self.rows):
            self.seen[who, r] = (self.row(r).version, self.rows[r]["figure"])

    @rule(
        who=st.sampled_from(_JUDGES), r=number, side=st.sampled_from(["product", "pmo"]), answer=st.sampled_from(["yes"] * 9 + ["no", "revise"]), is_old=rarely,
        giver=st.sampled_from(["", "", "", "", "lent", "boris", "chen", "alma"]),
    )  # fmt: skip
    def judge(self, who: str, r: int, side: str, answer: str, is_old: bool, giver: str) -> None:
        r = self.at(r, "submitted", "urgent")
        if giver == "lent":  # whoever has lent them a voice
            giver = next((one["giver"] for one in self.lent if one["stands"] and one["to"] == who), "")
        known, row = self.rows[r], self.row(r)
        giver = "" if giver == who else giver
        version, figure = self.seen.get((who, r), (0, None)) if is_old else (row.version, known["figure"])
        expected = self._expected(who, known, side, answer, giver) and version == row.version and figure == known["figure"]
        for_whom = self.user(giver) if giver else None
        done = self.tried(
            lambda: change_verdicts.decide(actor=self.user(who), change_request=row, version=version, side=side, answer=answer, reason="Why not", for_whom=for_whom)
        )
        assert done == expected, (who, side, answer, giver, known, self.lent)
        self.count["verdicts tried"] += 1
        if done:
            self.count["verdicts for another" if giver else "verdicts"] += 1
            self._said(who, known, side, answer, giver)

    @rule(giver=st.sampled_from(_JUDGES), to=name)
    def lend(self, giver: str, to: str) -> None:
        if any(one["stands"] for one in self.lent if (one["giver"], one["to"]) == (giver, to)):
            return
        made: list[Delegation] = []
        done = self.tried(lambda: made.append(delegations.create(
            actor=self.user(giver), space=self.world.project.space, delegate=self.user(to), starts_on=clock.today(), ends_on=clock.today()
        )))  # fmt: skip
        has_voice = self.active[giver] and self.here[giver] and bool(SIDES[giver])
        assert done == (has_voice and giver != to and self.active[to] and self.here[to]), (giver, to)
        if done:
            self.lent.append({"giver": giver, "to": to, "pk": made[0].pk, "stands": True})

    @rule(who=name, n=st.integers(0, 5))
    def take_back(self, who: str, n: int) -> None:
        if n >= len(self.lent):
            return
        one = self.lent[n]
        done = self.tried(lambda: delegations.withdraw(actor=self.user(who), delegation=Delegation.objects.get(pk=one["pk"]), version=None))
        assert done == (one["stands"] and self.active[who] and self.here[who] and (who == one["giver"] or who in PLANNERS))
        if done:
            one["stands"] = False

    def _counts(self, who: str, said: tuple[str, str, str, Any]) -> bool:
        """A yes whose voice its owner still has; what was lent is not taken back, and whoever said it is still there."""
        side, answer, voice, _lent = said
        return answer == "yes" and self.speaks(voice, side) and self._is_still_lent(who, said)

    def _is_still_lent(self, who: str, said: tuple[str, str, str, Any]) -> bool:
        """What does not stand is as if it had not been said: the voice is its owner's again."""
        return said[3] is None or bool(said[3]["stands"] and self.active[who] and self.here[who])

    def _loan(self, who: str, giver: str) -> dict[str, Any] | None:
        return next((one for one in self.lent if one["stands"] and (one["giver"], one["to"]) == (giver, who)), None)

    def _may_stand_in(self, who: str, known: dict[str, Any], side: str, giver: str) -> bool:
        if self._loan(who, giver) is None or not (self.active[who] and self.here[who]):
            return False
        return giver not in {known.get("first"), *known["wrote"]} and known["lent"].get(who, side) == side

    def _expected(self, who: str, known: dict[str, Any], side: str, answer: str, giver: str) -> bool:
        if not self.speaks(giver or who, side) or known["state"] not in ("submitted", "urgent"):
            return False
        if giver and not self._may_stand_in(who, known, side, giver):
            return False
        stands = {one: said for one, said in known["said"].items() if self._is_still_lent(one, said)}
        if who in {known.get("first"), *known["wrote"]} or who in stands:
            return False
        if (giver or who) in {voice for _side, _answer, voice, _lent in stands.values()}:
            return False
        full = {said[0] for one, said in known["said"].items() if self._counts(one, said)}
        if answer == "yes" and side in full and full != {"product", "pmo"}:  # of both, any further yes carries it out
            return False
        if known["state"] == "urgent":
            return answer != "revise"
        if known["shown"] != known["content"]:
            return False
        return answer != "yes" or all(self.live[n] == then for n, then in known["seen"].items())

    def _said(self, who: str, known: dict[str, Any], side: str, answer: str, giver: str) -> None:
        known["said"] = {one: said for one, said in known["said"].items() if said[2] != (giver or who) or self._is_still_lent(one, said)}
        known["said"][who] = (side, answer, giver or who, self._loan(who, giver) if giver else None)
        if giver:
            known["lent"][who] = side
        if answer == "no":
            known["state"] = "rejected"
        elif answer == "revise":
            known["state"] = "returned"
        elif {said[0] for one, said in known["said"].items() if self._counts(one, said)} == {"product", "pmo"}:
            if known["state"] == "submitted":
                self._carried_out(known)
            known["state"] = "applied"
            self.count["applied"] += 1
            self.count["applied with a lent voice"] += any(lent is not None for _side, _answer, _voice, lent in known["said"].values())

    def _carried_out(self, known: dict[str, Any]) -> None:
        known["applied"] += 1
        known["was"] = dict(known["content"])
        for n, priority in known["content"].items():
            self.live[n] = priority

    @rule(who=name, r=number)
    def carry_out_first(self, who: str, r: int) -> None:
        r = self.at(r, "submitted")
        known = self.rows[r]
        done = self.tried(lambda: change_requests.apply_first(actor=self.user(who), change_request=self.row(r), version=None, reason="Fire"))
        stands = all(self.live[n] == then for n, then in known["seen"].items())
        assert done == (who in ("alma", "petra") and self.active[who] and known["state"] == "submitted" and known["shown"] == known["content"] and stands)
        if done:
            self._carried_out(known)
            known["state"], known["said"], known["first"] = "urgent", {}, who
            self.count["carried out first"] += 1

    @rule(who=name, r=number)
    def withdraw(self, who: str, r: int) -> None:
        if who not in ("chen", "dana"):  # most of the time it goes on
            return
        r = self.at(r, "draft", "submitted", "returned")
        known = self.rows[r]
        done = self.tried(lambda: change_requests.withdraw(actor=self.user(who), change_request=self.row(r), version=None, reason="Enough"))
        is_allowed = self.active[who] and self.here[who] and (who == known["author"] or who in PLANNERS)
        assert done == (is_allowed and known["state"] in ("draft", "submitted", "returned"))
        if done:
            known["state"] = "withdrawn"

    # ── what happens beside it ──

    @rule(n=number, priority=st.integers(1, 4), is_meant=rarely)
    def change_live(self, n: int, priority: int, is_meant: bool) -> None:
        if not is_meant:
            return
        work_items.change(actor=self.world.admin, item=WorkItem.objects.get(pk=self.items[n].pk), version=None, priority=priority)
        self.live[n] = priority

    @rule(who=st.sampled_from(sorted(ROLES)), is_meant=rarely)
    def take_or_give_the_right(self, who: str, is_meant: bool) -> None:
        if self.here[who] and not is_meant:
            return
        space = self.world.project.space
        if self.here[who]:
            spaces.revoke(actor=self.world.admin, space=space, user=self.user(who))
        else:
            spaces.grant(actor=self.world.admin, space=space, user=self.user(who), role=ROLES[who])
        self.here[who] = not self.here[who]

    @rule(who=st.sampled_from(["boris", "chen", "alma"]), is_meant=rarely)
    def take_or_give_the_account(self, who: str, is_meant: bool) -> None:
        if self.active[who] and not is_meant:
            return
        (users.disable if self.active[who] else users.enable)(actor=self.world.admin, user=self.user(who))
        self.active[who] = not self.active[who]

    # ── what always holds ──

    @invariant()
    def the_plan_is_what_was_decided(self) -> None:
        stands = dict(WorkItem.objects.filter(pk__in=[one.pk for one in self.items]).values_list("id", "priority"))
        assert [stands[one.pk] for one in self.items] == self.live

    @invariant()
    def each_request_stands_where_it_should(self) -> None:
        for known in self.rows:
            row = ChangeRequest.objects.select_related("scenario").get(pk=known["pk"])
            assert row.state == known["state"]
            assert row.scenario.state == ("merged" if known["applied"] else "discarded" if known["state"] in ("rejected", "withdrawn") else "asked")
            verbs = list(Event.objects.filter(subject_kind="governance.changerequest", subject_id=row.pk).values_list("verb", flat=True))
            carried = verbs.count("change_request.applied") + verbs.count("change_request.applied_first")
            assert carried == known["applied"] <= 1
            if known["applied"]:
                changed = Event.objects.filter(run=row.run, verb="work_item.changed").values_list("subject_id", flat=True)
                assert len(changed) == len(set(changed)) <= len(known["was"])

    @invariant()
    def nobody_stands_in_for_both_sides(self) -> None:
        lent = list(Verdict.objects.exclude(for_whom=None).values_list("request_id", "by_id", "side", "for_whom_id"))
        assert len({row[:3] for row in lent}) == len({row[:2] for row in lent})
        assert {(self.people[one["giver"]].pk, self.people[one["to"]].pk) for one in self.lent} >= {(row[3], row[1]) for row in lent}

    @invariant()
    def nobody_decides_alone(self) -> None:
        for known in self.rows:
            if known["state"] != "applied":
                continue
            row = ChangeRequest.objects.select_related("scenario").get(pk=known["pk"])
            said = list(Verdict.objects.filter(request=row, round=row.round, answer="yes", voided_at=None).select_related("by", "for_whom"))
            digest = plan_scenarios.digest(list(row.scenario.changes.order_by("id")))
            assert {one.side for one in said} == {"product", "pmo"}
            assert len({one.by_id for one in said}) == len(said) >= 2
            assert len({one.voice_of.pk for one in said}) == len(said), "no voice is heard twice"
            wrote = {self.people[one].pk for one in {known.get("first"), *known["wrote"]} - {None}}
            assert not wrote & {pk for one in said for pk in (one.by_id, one.for_whom_id)}
            assert {one.picture for one in said} == {pictures.digest(row.scenario.outcome)}, "the effect that was approved is the one that was shown"
            assert {one.digest for one in said} == {digest}, "what was approved is what was carried out"


def _run(world: Any, examples: int, steps: int) -> Counter[str]:
    scoping.forget_roles()
    Decisions.world, Decisions.count = world, Counter()
    run_state_machine_as_test(Decisions, settings=settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=examples, stateful_step_count=steps))
    return Decisions.count


def test_any_order_of_decisions(world):
    assert _run(world, 8, 30)["verdicts tried"]


@pytest.mark.slow
def test_any_order_of_decisions_at_length(world):
    """100,000 steps. That they lead somewhere is part of the proof: what never happens is never looked at."""
    examples = int(os.environ.get("TANDEM_TEST_EXAMPLES", "2000"))
    found = _run(world, examples, 50)
    print(f"{examples} x 50 steps: {dict(found)}")
    for what in ("applied", "verdicts for another", "carried out first", "asked again of another effect", "applied with a lent voice"):
        assert found[what] >= examples // 200, (what, found)

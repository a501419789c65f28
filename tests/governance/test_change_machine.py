"""Any order of writing, handing in, computing, judging, lending voices, taking rights, accounts and voices away and changing the plan beside it, by
seven people from pages of different age: nobody approves alone or for an effect that they were not shown, nobody lends what is not theirs, nothing is
carried out without both, and what is carried out is what was approved, once.

What is expected of each step is worked out in plain dictionaries (`change_model.py`). A step is something that somebody does or tries; what a long run
has really tried is counted by kind, and a run in which too little of something happened fails."""

import os
from collections import Counter
from dataclasses import replace
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tandem.people import scoping
from tests.governance.change_model import LEAST, NAMES, OPEN, PLANNERS, SIDES, WAITING, Request, shallow
from tests.governance.change_steps import ROLES, Steps
from tests.proof.blocks import Blocks, told

pytestmark = pytest.mark.django_db

MOST = 6
_JUDGES = ("boris", "chen", "alma", "petra", "boris", "chen", "alma", "petra", "una", "mei", "dana")
name, speaker, number, which = st.sampled_from(NAMES), st.sampled_from(_JUDGES), st.sampled_from(range(2)), st.sampled_from(range(8))
TRICKS = ("again", "other side", "with a lent voice", "with a lent voice", "a stand-in", "a writer's voice", "author", "writer", "another of the side")
PAGES = ("a verdict", "a verdict", "a verdict", "handing in", "carrying out first", "withdrawing", "writing")
side, answer = st.sampled_from(["product", "pmo"]), st.sampled_from(["yes"] * 6 + ["no", "revise"])
rarely = st.sampled_from([False, False, False, False, True])


class Decisions(RuleBasedStateMachine):
    world: Any
    count: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.steps = Steps(self.world, self.count)
        self.model, self.rows = self.steps.model, self.steps.rows

    def teardown(self) -> None:
        self.steps.close()

    @invariant()
    def all_is_as_it_should(self) -> None:
        self.steps.is_as_it_should()

    def at(self, r: int, *states: str) -> Request:
        """One of the requests in these states where there is any, so that most steps lead on; else any."""
        wanted = [row for row in self.rows if row.state in states] or self.rows
        return wanted[r % len(wanted)]

    # ── what people do ──

    @initialize(who=st.sampled_from(["mei", "boris", "alma"]), priority=st.integers(1, 4), giver=st.sampled_from(PLANNERS), to=st.sampled_from(["una", "mei", "petra"]))
    def begin(self, who: str, priority: int, giver: str, to: str) -> None:
        self.raise_one(who)
        self.write(who, 0, 0, priority)
        self.lend(giver, to)

    @precondition(lambda self: len(self.rows) < MOST and sum(row.state in OPEN for row in self.rows) < 2)
    @rule(who=name)
    def raise_one(self, who: str) -> None:
        self.steps.raise_one(who)

    @rule(who=name, r=number, n=number, priority=st.integers(1, 4))
    def write(self, who: str, r: int, n: int, priority: int) -> None:
        self.steps.write(who, self.at(r, "draft", "returned", *["submitted"] * (priority == 4)), n, priority)  # it would be asked anew all the time

    @rule(who=name, r=number)
    def hand_in(self, who: str, r: int) -> None:
        row = self.at(r, "draft", "returned")
        self.steps.hand_in(who, row, self.steps.row(row).version)

    @rule(r=number, is_other=rarely)
    def compute(self, r: int, is_other: bool) -> None:
        row = self.at(r, "submitted")
        if row.state not in ("draft", "submitted", "returned"):
            return self.lead_on(r, 0)
        return self.steps.compute(row, is_other)

    @rule(who=speaker, r=number, side=side, answer=answer, giver=st.sampled_from(["", "", "lent", "lent", "boris", "chen", "alma"]))
    def judge(self, who: str, r: int, side: str, answer: str, giver: str) -> None:
        """Anybody says anything for any side, in anybody's place."""
        if giver == "lent":  # whoever has lent them a voice
            giver = next((one.giver for one in self.model.loans if one.stands and one.to == who), "")
        row = self.at(r, *WAITING)
        if row.state not in WAITING and side == "pmo":
            return self.lead_on(r, 0)
        return self.steps.judge(who, row, side, answer, "" if giver == who else giver, self.steps.row(row).version)

    @rule(r=number, k=which, answer=st.sampled_from(["no", "revise"]))
    def object_to_it(self, r: int, k: int, answer: str) -> None:
        row = self.at(r, *WAITING)
        may = self.model.who_may(row, answer)
        if not may or k % 2:
            return self.lead_on(r, k)
        who, side, giver = may[k % len(may)]
        return self.steps.judge(who, row, side, answer, giver, self.steps.row(row).version)

    @precondition(lambda self: self.steps.half())
    @rule(r=number, k=which, trick=st.sampled_from(TRICKS))
    def decide_alone(self, r: int, k: int, trick: str) -> None:
        """One yes stands: who said it says it again, for the other side, or in somebody's place; who stands in for them, who wrote it, and a second
        voice of the same side say so as well."""
        half = self.steps.half()
        row = half[r % len(half)]
        who, said = list(row.said.items())[k % len(row.said)]
        side, loans = "pmo" if said.side == "product" else "product", [one for one in self.model.loans if one.stands]
        stand_ins = [one.to for one in loans if one.giver == said.voice and one.to != who]
        lent = [(of, one.giver) for one in loans if one.to == who for of in SIDES[one.giver]]
        others = [one for one in PLANNERS if one not in row.said and one not in row.wrote and self.model.speaks(one, said.side)]
        if trick == "another of the side" and others:
            return self.steps.judge(others[k % len(others)], row, said.side, "yes", "", None)
        if trick == "a stand-in" and stand_ins:
            return self.steps.judge(stand_ins[k % len(stand_ins)], row, side if k % 2 else said.side, "yes", said.voice, None)
        if trick == "with a lent voice":
            others = [one for one in PLANNERS if one != who and self.model.speaks(one, side) and self.model.would_but_for_their_own(who, row, side, one)]
            if others:  # nothing but their own word is in the way of a decision by one person
                self.count["refused: both sides by one person"] += 1
                return self.steps.judge(who, row, side, "yes", others[k % len(others)], None)
            owners = [one for one in PLANNERS if one not in {who, row.first, *row.wrote, *row.said} and self.model.speaks(one, side)]
            if owners and self.model.loan(who, owners[0]) is None and self.model.is_there(who):
                return self.steps.lend(owners[0], who)
            if lent:
                return self.steps.judge(who, row, lent[k % len(lent)][0], "yes", lent[k % len(lent)][1], None)
        if trick == "a writer's voice":
            return self._lend_what_wrote_it(row, side, k)
        wrote = [one for one in sorted(row.wrote) if self.model.speaks(one, side)] or [row.author]
        who = {"author": row.author, "writer": wrote[k % len(wrote)]}.get(trick, who)
        return self.steps.judge(who, row, said.side if trick == "again" else side, "yes", "", None)

    @precondition(lambda self: any(row.state == "submitted" and row.shown == row.content for row in self.rows))
    @rule(k=which)
    def judge_what_another_wrote_over(self, k: int) -> None:
        row, model = next(row for row in self.rows if row.state == "submitted" and row.shown == row.content), self.model
        over = model.written_over(row)
        writers = [one for one in PLANNERS if one != row.author and model.may_write(one, row)]
        if not over and writers and model.may_write(row.author, row):
            n = sorted(row.content)[0]
            return self.steps.write(row.author if row.by[n] != row.author else writers[k % len(writers)], row, n, 1 + k % 4)
        if not over:
            return self._agree(row, k)
        who, side = over[0], SIDES[over[0]][0]
        if k % 2:
            return self._lend_what_wrote_it(row, side, k)
        self.count["refused: of what another wrote over"] += not model.why_not(who, replace(row, wrote=row.wrote - {who}), side, "yes", "")
        return self.steps.judge(who, row, side, "yes", "", None)

    def _lend_what_wrote_it(self, row: Request, side: str, k: int) -> None:
        """Whoever wrote it lends their voice to somebody who wrote nothing of it."""
        model, takers = self.model, [one for one in ("una", "petra", "boris") if one not in {row.first, *row.wrote, *row.said} and self.model.is_there(one)]
        givers = [one for one in PLANNERS if one in row.wrote and model.speaks(one, side)]
        if not takers or not givers:
            return self._agree(row, k)
        if model.loan(takers[0], givers[0]) is None:
            self.steps.lend(givers[0], takers[0])
        self.count["refused: the voice of who wrote it"] += not model.why_not(takers[0], replace(row, wrote=row.wrote - {givers[0]}), side, "yes", givers[0])
        return self.steps.judge(takers[0], row, side, "yes", givers[0], None)

    @precondition(lambda self: any(row.lent for row in self.rows if row.state in WAITING))
    @rule(k=which)
    def stand_in_for_the_other_side(self, k: int) -> None:
        """Whoever has stood in for one side of a request does so for the other, once both are asked anew."""
        return self._turn_coat(next(row for row in self.rows if row.state in WAITING and row.lent), k)

    def _turn_coat(self, row: Request, k: int) -> None:
        who, side = list(row.lent.items())[k % len(row.lent)]
        side, model = "pmo" if side == "product" else "product", self.model
        writers = [one for one in row.wrote if model.may_write(one, row)]
        if who in row.said and row.state == "submitted" and writers:
            return self.steps.write(sorted(writers)[0], row, sorted(row.content)[0], 1 + k % 4)
        if row.state == "submitted" and row.shown != row.content:
            return self.steps.compute(row, False)
        givers = [one for one in PLANNERS if one not in {who, row.first, *row.wrote, *row.said} and model.speaks(one, side)]
        if givers and model.is_there(who) and model.loan(who, givers[0]) is None:
            return self.steps.lend(givers[0], who)
        if givers:
            self.count["refused: both sides by one stand-in"] += not model.why_not(who, replace(row, lent={}), side, "yes", givers[0])
            return self.steps.judge(who, row, side, "yes", givers[0], None)
        return self._agree(row, k)

    @precondition(lambda self: self.steps.half())
    @rule(r=number, k=which, what=st.sampled_from(["right", "account", "voice"]))
    def take_away_from_whoever_said_yes(self, r: int, k: int, what: str) -> None:
        half = self.steps.half()
        row = half[r % len(half)]
        loans = [said.loan for one in half for said in one.said.values() if said.loan is not None and said.loan.stands and self.model.is_there(said.voice)]
        if loans and (what == "voice" or k > 4):
            return self.steps.take_back(loans[k % len(loans)].giver, loans[k % len(loans)])
        who, said = list(row.said.items())[k % len(row.said)]
        who = said.voice if k % 2 else who  # whose voice it is, or who stands in for them
        if what == "right" and who in ROLES and self.model.here[who]:
            return self.steps.right(who)
        if self.model.active[who]:
            return self.steps.account(who)
        return self._agree(row, k)

    @rule(r=number, k=which)
    def lead_on(self, r: int, k: int) -> None:
        """Whatever a request waits for, by somebody who may."""
        row, model = self.at(r, *OPEN), self.model
        writers = [who for who in NAMES if model.may_write(who, row)]
        if row.state in ("draft", "returned") and writers:
            who = row.author if row.author in writers and k < 5 else writers[k % len(writers)]
            return self.steps.hand_in(who, row, None) if row.content else self.steps.write(who, row, k % 2, 1 + k % 4)
        if row.state == "submitted" and model.is_moved(row) and writers:
            n = next(n for n, then in row.seen.items() if then != model.live[n])
            who = next((one for one in writers if one in row.wrote), writers[0])
            return self.steps.write(who, row, n, 1 + k % 4)
        if row.state == "submitted" and row.shown != row.content:
            return self.steps.compute(row, False)
        if row in self.steps.half() and k == 5:  # most would be decided before anything could happen to them
            return self.take_away_from_whoever_said_yes(r, k + r, ("right", "voice", "account")[model.live[0] % 3])
        if row.state in WAITING and row.lent and k in (1, 3):
            return self._turn_coat(row, k)
        if row in self.steps.half() and k == 6:
            return self.decide_alone(r, k, TRICKS[model.live[1]])
        to = ("una", *PLANNERS)[row.verdicts % 5]
        givers = [who for who in PLANNERS if who not in row.wrote and model.is_there(who) and who != to and model.loan(to, who) is None]
        if row.state in WAITING and k in (4, 7) and givers:
            return self.lend(givers[r % len(givers)], to)
        return self._agree(row, k) if row.state in WAITING else self._back(k)

    @rule(r=number, k=which)
    def lead_further(self, r: int, k: int) -> None:
        self.lead_on(r, k)

    @rule(r=number, k=which)
    def agree(self, r: int, k: int) -> None:
        row = self.at(r, *WAITING)
        return self._agree(row, k) if row.state in WAITING else self.lead_on(r, k)

    def _agree(self, row: Request, k: int) -> None:
        found = self.model.who_may(row)
        missing = [one for one in found if one[1] not in self.model.full(row)]
        never = [one for one in found if one[1] not in {said.side for said in row.said.values()}]
        of = [one for one in (never if k % 2 else missing) or found if bool(one[2]) == (k > 3)] or (never if k % 2 else missing) or found
        if of:
            who, side, giver = of[k % len(of)]
            return self.steps.judge(who, row, side, "yes", giver, self.steps.row(row).version)
        return self._back(k)

    def _back(self, k: int) -> None:
        """Nobody can do anything: somebody comes back, a request that nobody may decide on is withdrawn, or there is another one."""
        gone = [who for who in ROLES if not self.model.here[who]]
        locked = [who for who in NAMES if not self.model.active[who]]
        if gone:
            return self.steps.right(gone[k % len(gone)])
        if locked:
            return self.steps.account(locked[k % len(locked)])
        row = next((row for row in self.rows if row.state in ("submitted", "draft", "returned")), None)
        if row is not None:
            return self.steps.withdraw("alma", row, None)
        return self.raise_one("mei") if len(self.rows) < MOST else self.change_live(k % 2, 1 + k % 4)

    @rule(giver=speaker, to=name)
    def lend(self, giver: str, to: str) -> None:
        if self.model.loan(to, giver) is not None or len(self.model.loans) > 12:
            return self.lead_on(0, 0)
        return self.steps.lend(giver, to)

    @precondition(lambda self: self.model.loans)
    @rule(who=name, k=which, by_its_owner=st.booleans())
    def take_back(self, who: str, k: int, by_its_owner: bool) -> None:
        one = self.model.loans[k % len(self.model.loans)]
        self.steps.take_back(one.giver if by_its_owner else who, one)

    @rule(who=st.sampled_from(["alma", "petra", "boris", "mei"]), r=number, k=which)
    def carry_out_first(self, who: str, r: int, k: int) -> None:
        row = self.at(r, "submitted")
        if k < 5 and self.model.may_carry_out_first(who, row):  # not all of them, or none is decided on before
            return self.lead_on(r, k)
        return self.steps.carry_out_first(who, row, self.steps.row(row).version)

    @rule(who=name, r=number)
    def withdraw(self, who: str, r: int) -> None:
        row = self.at(r, "draft", "submitted", "returned")
        if who not in ("chen", "dana"):  # most of the time it goes on
            return self.lead_on(r, 1)
        return self.steps.withdraw(who, row, self.steps.row(row).version)

    # ── the same once more, and pages that were open too long ──

    @precondition(lambda self: self.steps.last is not None and self.steps.last[0])
    @rule(is_page=st.booleans())
    def once_more(self, is_page: bool) -> None:
        """What was just done is sent again: as the page stood, and by a caller who sends no version."""
        assert self.steps.last is not None
        what, act, version = self.steps.last
        if what == "writing":
            is_page = True  # what is written twice by a caller who does not look is written twice
        self.steps.step()
        assert not self.steps.is_done(act, version if is_page else None), what
        self.count["sent twice"] += 1
        self.count[f"sent twice: {what}"] += 1

    @rule(what=st.sampled_from(PAGES), r=number, k=which)
    def from_an_old_page(self, what: str, r: int, k: int) -> None:
        """All would be well, but that somebody did something since the page was opened."""
        row = self.at(r, *{"a verdict": WAITING, "handing in": ("draft", "returned"), "carrying out first": ("submitted",)}.get(what, ("draft", "submitted", "returned")))
        now = self.steps.row(row).version
        old = [version for version in row.versions if version != now]
        people = {"handing in": self.model.may_hand_in, "carrying out first": self.model.may_carry_out_first}.get(what, self.model.may_write)
        able = [who for who in NAMES if people(who, row)]
        may = self.model.who_may(row, ("yes", "yes", "no", "revise")[k % 4])
        if not old or not (may if what == "a verdict" else able):
            return self.lead_on(r, k)
        acts = {"handing in": self.steps.hand_in, "withdrawing": self.steps.withdraw, "carrying out first": self.steps.carry_out_first}
        before = self.count["refused"]
        version = old[k % len(old)]
        if what == "a verdict":
            who, side, giver = may[k % len(may)]
            self.steps.judge(who, row, side, ("yes", "yes", "no", "revise")[k % 4], giver, version)
        elif what in acts:
            acts[what](able[k % len(able)], row, version)
        elif row.content:
            n = sorted(row.content)[k % len(row.content)]
            self.steps.write(able[k % len(able)], row, n, 1 + k % 4, 0)
        assert self.count["refused"] == before + 1 or (what == "writing" and not row.content)
        self.count["from an old page"] += self.count["refused"] - before
        self.count[f"from an old page: {what}"] += self.count["refused"] - before

    # a run draws which rules it has: of these there is enough
    @precondition(lambda self: self.steps.half())
    @rule(r=number, k=which, trick=st.sampled_from(TRICKS))
    def decide_alone_otherwise(self, r: int, k: int, trick: str) -> None:
        self.decide_alone(r, k, trick)

    @precondition(lambda self: self.steps.last is not None and self.steps.last[0])
    @rule(is_page=st.booleans())
    def and_once_more(self, is_page: bool) -> None:
        self.once_more(is_page)

    @rule(what=st.sampled_from(PAGES), r=number, k=which)
    def from_another_old_page(self, what: str, r: int, k: int) -> None:
        self.from_an_old_page(what, r, k)

    # ── what happens beside it ──

    @rule(n=number, priority=st.integers(1, 4), is_meant=rarely)
    def change_live(self, n: int, priority: int, is_meant: bool = True) -> None:
        if not is_meant:
            return self.lead_on(n, priority)
        return self.steps.change_live(n, priority)

    @rule(who=st.sampled_from(sorted(ROLES)), k=which)
    def take_or_give_the_right(self, who: str, k: int) -> None:
        if self.model.here[who] and k > 1:
            return self.lead_on(k % 2, k)
        return self.steps.right(who)

    @rule(who=st.sampled_from(["boris", "chen", "alma", "una"]), k=which)
    def take_or_give_the_account(self, who: str, k: int) -> None:
        if self.model.active[who] and k > 1:
            return self.lead_on(k % 2, k)
        return self.steps.account(who)


def _run(world: Any, examples: int, steps: int, seed: int) -> Counter[str]:
    scoping.forget_roles()
    machine: Any = type("Decisions", (Decisions,), {"world": world, "count": Counter()})
    found = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=examples, stateful_step_count=steps, database=None)
    run_state_machine_as_test(hypothesis.seed(seed)(machine), settings=found)
    return machine.count


def test_any_order_of_decisions(world):
    found = _run(world, 8, 30, 0)
    assert found["applied"] and found["verdicts given"]


STEPS, EXAMPLES = 100_000, 50


@pytest.mark.slow
def test_any_order_of_decisions_at_length(world):
    """100,000 steps, in blocks with a seed each. That they lead somewhere is part of the proof: what never happens is never looked at."""
    blocks = Blocks("change-machine")
    for seed in range(1, 1000):
        blocks.once(seed, lambda seed=seed: dict(_run(world, EXAMPLES, 50, seed)))
        print(f"block {seed}: {blocks.total()['steps']} steps", flush=True)
        if blocks.total()["steps"] >= int(os.environ.get("TANDEM_TEST_STEPS", STEPS)):
            break
    found = blocks.total()
    print(told(found))
    assert shallow(found, LEAST) == {}
    if found["steps"] >= STEPS:
        command = f"`pytest -m slow tests/governance/test_change_machine.py`, seeds 1 to {len(blocks.found)}"
        blocks.publish("two-sided approval, one session", f"{told(found, 'steps', 'examples', *LEAST, 'looked through when over')}; nothing against the rules", command)

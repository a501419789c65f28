"""The steps of deciding on a change, each taken and held against what is expected of it, and what holds after every one of them."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from django.db import transaction

from tandem.governance import pictures
from tandem.governance.actions import change_pictures, change_requests, change_verdicts, delegations
from tandem.governance.models import ChangeRequest, Decision, Delegation, Verdict
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
from tests.governance.change_model import NAMES, PLANNERS, WAITING, Loan, Model, Request

ROLES = {"boris": Role.PROJECT_MANAGER, "chen": Role.PRODUCT_MANAGER, "petra": Role.PMO_LEAD, "mei": Role.MEMBER, "una": Role.STAKEHOLDER}
NOTHING: dict[str, Any] = {
    "projects": [],
    "promises": [],
    "load": [],
    "tardiness": [0, 0],
    "refused": [],
    "plan": None,
}


class Steps:
    """In a transaction that is taken back at the end."""

    def __init__(self, world: Any, count: Counter[str]) -> None:
        self.world, self.count = world, count
        self.hold = transaction.atomic()
        self.hold.__enter__()
        self.people = {one: getattr(world, one) for one in NAMES if one not in ("petra", "una")}
        self.people["una"] = make.user(actor=world.admin, name="Una", role=Role.STAKEHOLDER)
        self.people["petra"] = make.user(actor=world.admin, name="Petra", role=Role.PMO_LEAD)
        self.items = [
            make.work_item(actor=world.admin, project=world.project, title=f"Item {n}", priority=3).pk
            for n in range(2)
        ]
        self.model = Model(self.count)
        self.rows = self.model.rows
        # the last step, to be taken once more as it was: as a page that is sent twice, or as a caller who sends no version
        self.last: tuple[str, Callable[[int | None], Any], int | None] | None = None
        self.count["examples"] += 1

    def close(self) -> None:
        try:
            for row in self.rows:
                self.is_what_was_approved(row)
        finally:
            transaction.set_rollback(True)
            self.hold.__exit__(None, None, None)
            scoping.forget_roles()

    def user(self, who: str) -> User:
        return User.objects.get(pk=self.people[who].pk)

    def row(self, row: Request) -> ChangeRequest:
        found = ChangeRequest.objects.select_related("space", "scenario").get(pk=row.pk)
        if row.versions[-1:] != [found.version]:
            row.versions.append(found.version)
        return found

    def step(self) -> None:
        self.count["steps"] += 1
        self.last = None

    def tried(self, what: str, act: Callable[[int | None], Any], version: int | None = None) -> bool:
        """Whether it was done. What was refused has left nothing behind: the invariants look."""
        self.step()
        if not self.is_done(act, version):
            self.count["refused"] += 1
            return False
        self.last = (what, act, version)
        return True

    def is_done(self, act: Callable[[int | None], Any], version: int | None) -> bool:
        try:
            with transaction.atomic():
                act(version)
        except (Refused, Denied, Hidden):
            return False
        return True

    def raise_one(self, who: str) -> None:
        made: list[ChangeRequest] = []
        space = self.world.project.space
        done = self.tried(
            "",
            lambda version: made.append(
                change_requests.create(actor=self.user(who), space=space, title="Sooner", reason="They wait")
            ),
        )
        assert done == self.model.is_there(who)
        self.last = None  # another request is another request
        if done:
            self.rows.append(Request(made[0].pk, who, {who}, events=Counter({"created": 1})))
            self.count["raised"] += 1

    def write(self, who: str, row: Request, n: int, priority: int, version: int | None = None) -> None:
        held = self.row(row)
        change = held.scenario.changes.select_related("scenario").filter(subject=self.items[n]).first()
        if change is None:
            done = self.tried(
                "",
                lambda _: change_requests.add(
                    actor=self.user(who),
                    change_request=held,
                    kind="item",
                    subject=self.items[n],
                    priority=priority,
                ),
            )
        else:
            of = change.version if version is None else version
            done = self.tried(
                "writing",
                lambda version: change_requests.revise(
                    actor=self.user(who), change_request=held, change=change, version=of, priority=priority
                ),
                of,
            )
        assert done == (self.model.may_write(who, row) and version is None)
        if done:
            self.model.written(who, row, n, priority)

    def hand_in(self, who: str, row: Request, version: int | None) -> None:
        held = self.row(row)
        done = self.tried(
            "handing in",
            lambda version: change_requests.submit(
                actor=self.user(who), change_request=held, version=version
            ),
            version,
        )
        assert done == (self.model.may_hand_in(who, row) and version in (None, held.version))
        if done:
            self.model.handed_in(row)

    def compute(self, row: Request, is_other: bool) -> None:
        """The picture itself is held against what comes of it elsewhere; here it says of which content it is, and one figure."""
        self.step()
        held = self.row(row)
        figure = (row.figure or 1) + is_other
        digest = plan_scenarios.digest(list(held.scenario.changes.order_by("id")))
        outcome = NOTHING | {"budgets": [[self.world.project.space_id, "EUR", "0.00", f"{figure}.00"]]}
        with transaction.atomic():
            held = change_requests.hold(held)
            before = held.scenario.outcome or {}
            PlanScenario.objects.filter(pk=held.scenario_id).update(outcome=outcome, computed_of=digest)
            held.scenario.outcome = outcome
            change_pictures.ask_again(held, before)
        self.model.computed(row, figure)

    def judge(self, who: str, row: Request, side: str, answer: str, giver: str, version: int | None) -> None:
        held = self.row(row)
        why_not = self.model.why_not(who, row, side, answer, giver)
        for_whom = self.user(giver) if giver else None
        done = self.tried("a verdict", lambda version: change_verdicts.decide(
            actor=self.user(who), change_request=held, version=version, side=side, answer=answer, reason="Why not", for_whom=for_whom
        ), version)  # fmt: skip
        assert done == (not why_not and version in (None, held.version)), (
            who,
            side,
            answer,
            giver,
            why_not,
            row,
            self.model.loans,
        )
        self.count["verdicts tried"] += 1
        if done:
            self.model.judged(who, row, side, answer, giver)
        elif why_not:
            self.count[f"refused: {why_not}"] += 1

    def lend(self, giver: str, to: str) -> None:
        made: list[Delegation] = []
        done = self.tried("", lambda version: made.append(delegations.create(
            actor=self.user(giver), space=self.world.project.space, delegate=self.user(to), starts_on=clock.today(), ends_on=clock.today()
        )))  # fmt: skip
        model = self.model
        assert done == (
            any(model.speaks(giver, one) for one in ("product", "pmo")) and giver != to and model.is_there(to)
        ), (giver, to)
        if done:
            model.loans.append(Loan(giver, to, made[0].pk))
            self.count["voices lent"] += 1

    def take_back(self, who: str, one: Loan) -> None:
        used = {said.loan.pk for row in self.half() for said in row.said.values() if said.loan is not None}
        done = self.tried(
            "taking a voice back",
            lambda version: delegations.withdraw(
                actor=self.user(who), delegation=Delegation.objects.get(pk=one.pk), version=None
            ),
        )
        assert done == (one.stands and self.model.is_there(who) and (who == one.giver or who in PLANNERS))
        if done:
            one.stands = False
            self.count["voices taken back"] += 1
            self.count["voices taken back while a yes stood"] += one.pk in used

    def carry_out_first(self, who: str, row: Request, version: int | None) -> None:
        held = self.row(row)

        def act(version: int | None) -> Any:
            return change_requests.apply_first(
                actor=self.user(who), change_request=held, version=version, reason="Fire"
            )

        done = self.tried("carrying out first", act, version)
        assert done == (self.model.may_carry_out_first(who, row) and version in (None, held.version))
        if done:
            self.model.carried_out_first(who, row)

    def withdraw(self, who: str, row: Request, version: int | None) -> None:
        held = self.row(row)

        def act(version: int | None) -> Any:
            return change_requests.withdraw(
                actor=self.user(who), change_request=held, version=version, reason="Enough"
            )

        done = self.tried("withdrawing", act, version)
        assert done == (self.model.may_write(who, row) and version in (None, held.version))
        if done:
            self.model.withdrawn(row)

    def change_live(self, n: int, priority: int) -> None:
        self.step()
        work_items.change(
            actor=self.world.admin,
            item=WorkItem.objects.get(pk=self.items[n]),
            version=None,
            priority=priority,
        )
        self.model.live[n] = priority
        self.count["the plan changed beside it"] += 1

    def right(self, who: str) -> None:
        self.step()
        space = self.world.root if who in ("petra", "una") else self.world.project.space
        if self.model.here[who]:
            self.model.taken("rights", who)
            spaces.revoke(actor=self.world.admin, space=space, user=self.user(who))
        else:
            spaces.grant(actor=self.world.admin, space=space, user=self.user(who), role=ROLES[who])
        self.model.here[who] = not self.model.here[who]

    def account(self, who: str) -> None:
        self.step()
        if self.model.active[who]:
            self.model.taken("accounts", who)
        (users.disable if self.model.active[who] else users.enable)(
            actor=self.world.admin, user=self.user(who)
        )
        self.model.active[who] = not self.model.active[who]

    def half(self) -> list[Request]:
        return [
            row
            for row in self.rows
            if row.state in WAITING and any(said.answer == "yes" for said in row.said.values())
        ]

    def is_as_it_should(self) -> None:
        """The plan is what was decided; each request stands where it should, with one event for each thing that happened to it, no more."""
        stands = dict(WorkItem.objects.filter(pk__in=self.items).values_list("id", "priority"))
        assert [stands[pk] for pk in self.items] == self.model.live
        pks = [row.pk for row in self.rows]
        states = {
            pk: (state, of)
            for pk, state, of in ChangeRequest.objects.filter(pk__in=pks).values_list(
                "id", "state", "scenario__state"
            )
        }
        told = Counter(
            Event.objects.filter(subject_kind="governance.changerequest", subject_id__in=pks).values_list(
                "subject_id", "verb"
            )
        )
        said = list(Verdict.objects.filter(request__in=pks).values_list("request", "by", "side", "for_whom"))
        for row in self.rows:
            assert states[row.pk] == (
                row.state,
                "merged"
                if row.is_applied
                else "discarded"
                if row.state in ("rejected", "withdrawn")
                else "asked",
            )
            assert {verb.split(".")[1]: n for (pk, verb), n in told.items() if pk == row.pk} == dict(
                row.events
            ), row
        assert Counter(one[0] for one in said) == Counter(
            {row.pk: row.verdicts for row in self.rows if row.verdicts}
        )
        lent = [one for one in said if one[3] is not None]
        assert len({one[:3] for one in lent}) == len({one[:2] for one in lent}), (
            "nobody stands in for both sides"
        )
        assert {(self.people[one.giver].pk, self.people[one.to].pk) for one in self.model.loans} >= {
            (one[3], one[1]) for one in lent
        }

    def is_what_was_approved(self, row: Request) -> None:
        """Of what is over: nobody decided alone, what is carried out is what was approved, each thing once, and the log says so once."""
        held = ChangeRequest.objects.select_related("scenario").get(pk=row.pk)
        over = sum(row.events[verb] for verb in ("applied", "confirmed", "rejected"))
        log = list(Decision.objects.filter(change_request=held).values_list("id", flat=True))
        assert (
            len(log)
            == over
            == Event.objects.filter(
                subject_kind="governance.decision", subject_id__in=log, verb="decision.made"
            ).count()
        )
        if row.is_applied:
            assert held.run is not None
            changed = list(
                Event.objects.filter(run=held.run, verb="work_item.changed").values_list(
                    "subject_id", flat=True
                )
            )
            assert len(changed) == len(set(changed)) <= len(row.content)
        if row.state != "applied":
            return
        said = list(
            Verdict.objects.filter(
                request=held, round=held.round, answer="yes", voided_at=None
            ).select_related("by", "for_whom")
        )
        digest = plan_scenarios.digest(list(held.scenario.changes.order_by("id")))
        assert {one.side for one in said} == {"product", "pmo"}
        assert len({one.by_id for one in said}) == len(said) >= 2
        assert len({one.voice_of.pk for one in said}) == len(said), "no voice is heard twice"
        wrote = {self.people[one].pk for one in {row.first, *row.wrote} - {None}}
        assert not wrote & {pk for one in said for pk in (one.by_id, one.for_whom_id)}
        assert {one.picture for one in said} == {pictures.digest(held.scenario.outcome)}, (
            "the effect that was approved is the one that was shown"
        )
        assert {one.digest for one in said} == {digest}, "what was approved is what was carried out"
        self.count["looked through when over"] += 1

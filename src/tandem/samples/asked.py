"""Loads what people ask to be otherwise, and questions that were decided. What both sides say to a change is said by the worker, once its
effect is computed there: nobody waits for that while the organisation is loaded."""

from datetime import timedelta
from functools import partial

from tandem.governance import pictures
from tandem.governance.actions import change_impacts, change_requests, change_verdicts, decisions, delegations
from tandem.governance.models import ChangeRequest, Decision, Side
from tandem.kit import clock, jobs
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.people.models import Role, User
from tandem.people.scoping import members_of
from tandem.planning.actions import plan_scenarios
from tandem.planning.models import PlanChange
from tandem.product.models import Promise
from tandem.samples.placing import Place
from tandem.samples.timeline import Timeline, at
from tandem.samples.words import Language, say
from tandem.samples.words import changes as words
from tandem.work.models import WorkItem

_OWNER = "pm0"
JUDGE = "samples.judge"


class Asked:
    """Of the projects of the first product manager, those first that have most open work on the day."""

    def __init__(self, place: Place, timeline: Timeline) -> None:
        self.place, self.timeline = place, timeline
        self.frames = {one.project: one for one in place.world.features if one.owner == _OWNER}
        self.raised: list[list[int]] = []
        self.questions: dict[int, Decision] = {}

    def run(self) -> None:
        world = self.place.world
        for number, frame in enumerate(words.CHANGES if self.frames else ()):
            self.timeline.add(at(max(world.as_of - timedelta(frame.ago), world.began_on + timedelta(30)), 10), partial(self._raise, number, frame))
        for number, one in enumerate(words.DECISIONS):
            asked = max(world.as_of - timedelta(one.ago), world.began_on + timedelta(3))
            self.timeline.add(at(asked, 9), partial(self._ask, number, one))
            if one.took:
                self.timeline.add(at(min(asked + timedelta(one.took), world.as_of - timedelta(1)), 9), partial(self._decide, number, one))
            if one.otherwise:
                decided = min(asked + timedelta(one.took), world.as_of - timedelta(1))
                self.timeline.add(at(max(world.as_of - timedelta(one.otherwise[0]), decided), 15), partial(self._decide_otherwise, number, one))
        self.timeline.add(at(world.as_of, 8), self._lend)
        self.timeline.add(at(world.as_of, 8), self._leave_to_worker)

    def _lend(self) -> None:
        """Who manages the product of the first project lets its project manager speak while away."""
        if not self.frames:
            return
        space = self.place.projects[min(self.frames)].space
        people = [members_of(space.pk).filter(role=role).order_by("user_id").first() for role in (Role.PRODUCT_MANAGER, Role.PROJECT_MANAGER)]
        if all(people) and people[0].user_id != people[1].user_id:
            today = clock.today()
            delegations.create(
                actor=people[0].user, space=space, delegate=people[1].user, starts_on=today, ends_on=today + timedelta(60), is_away_only=True
            )

    def _leave_to_worker(self) -> None:
        if self.raised:
            jobs.enqueue(JUDGE, language=self.place.language, raised=self.raised)

    def _raise(self, number: int, frame: words.ChangeFrame) -> None:
        say = self.place.say
        codes = sorted(self.frames, key=lambda one: (len(self._open_items(one)), one), reverse=True)
        code = codes[min(frame.turn, len(codes) - 1)]
        items, author, project = self._open_items(code), self._author(code), self.place.projects[code]
        if len(items) < 3:  # a world so small that all is done
            return
        row = change_requests.create(actor=author, space=project.space, title=say(frame.title), reason=say(frame.reason), source=frame.source)
        add = partial(change_requests.add, actor=author, change_request=row)
        if frame.moves and (promise := self._promise(code, number)) is not None:
            add(kind="promise", subject=promise.pk, date=(promise.date + timedelta(frame.moves)).isoformat())
        if frame.costs:
            month = self.place.world.as_of.replace(day=1)
            add(kind="cost", subject=project.pk, title=say(frame.title), month=month.isoformat(), planned=f"{1000 * frame.costs}", currency="EUR")
            add(kind="budget", subject=project.pk, amount=f"{1000 * frame.costs}", currency="EUR")
        if frame.drops:
            add(kind="drop", subject=items[-1 - number % 3].pk)
        if frame.longer:
            add(kind="item", subject=items[number % 3].pk, expected_minutes=frame.longer * (items[number % 3].remaining_minutes or 960))
        if frame.withdrawn[0]:
            change_requests.withdraw(actor=author, change_request=row, version=None, reason=say(frame.withdrawn))
        elif not frame.is_draft:
            row = change_requests.submit(actor=author, change_request=row, version=None)
            self.raised.append([number, row.pk])

    def _ask(self, number: int, frame: words.DecisionFrame) -> None:
        say, who = self.place.say, self.place.users[frame.who]
        self.questions[number] = decisions.create(
            actor=self.place.users["lead"], space=self.place.spaces[frame.where], question=say(frame.question), context=say(frame.context),
            options=[say(one) for one in frame.options], owner=who, due_on=clock.today() + timedelta(frame.within),
        )  # fmt: skip

    def _decide(self, number: int, frame: words.DecisionFrame) -> None:
        say, row = self.place.say, self.questions[number]
        again = self.place.world.as_of + timedelta(frame.again) if frame.again else None
        decisions.decide(
            actor=self.place.users[frame.who], decision=row, version=None, chosen=row.options[frame.chosen], why=say(frame.why), effect=say(frame.effect), revisit_on=again
        )

    def _decide_otherwise(self, number: int, frame: words.DecisionFrame) -> None:
        row, (_ago, other, why) = self.questions[number], frame.otherwise or (0, 0, words.NOTHING)
        decisions.replace(actor=self.place.users[frame.who], decision=row, version=None, chosen=row.options[other], why=self.place.say(why))

    def _author(self, code: str) -> User:
        """Somebody of the team, who judges nothing."""
        team = self.frames[code].team
        return self.place.users[next(one.code for one in self.place.world.people.values() if one.team == team)]

    def _open_items(self, code: str) -> list[WorkItem]:
        rows = WorkItem.objects.in_spaces([self.place.projects[code].space_id]).open().filter(is_summary=False, created_at__lte=clock.now())
        return list(rows.exclude(pk__in=WorkItem.objects.exclude(parent=None).values("parent_id")).order_by("-rank", "id")[:12])

    def _promise(self, code: str, number: int) -> Promise | None:
        """One for each request that moves any."""
        product = self.place.products[self.frames[code].product]
        rows = Promise.objects.open().in_spaces([product.space_id]).filter(date__gte=self.place.world.as_of + timedelta(14)).order_by("date", "id")
        found = list(rows[: len(words.CHANGES)])
        return found[number % len(found)] if found else None


def judge(language: Language, raised: list[list[int]]) -> None:
    """What both sides say, each on the picture as it is now. What somebody has done otherwise meanwhile stands."""
    for number, pk in raised:
        for said in words.CHANGES[number].said:
            row = ChangeRequest.objects.select_related("space", "scenario", "author").filter(pk=pk).first()
            if row is None or not row.is_writable:
                break
            try:
                _say(row, said, say(said.reason, language))
            except (Refused, Denied, Hidden):  # said before, or by somebody else
                continue


def _say(row: ChangeRequest, said: words.Said, reason: str) -> None:
    began = row.submitted_at or clock.now()
    if said.answer == "again":
        with clock.held_at(min(began + timedelta(said.after), clock.now())):
            left = row.scenario.changes.filter(kind="item").first()
            if left is not None:
                change_requests.drop(actor=row.author, change_request=row, change=left)
            change_requests.submit(actor=row.author, change_request=row, version=None)
        return
    if row.scenario.computed_of != plan_scenarios.digest(list(row.scenario.changes.order_by("id"))) or pictures.is_old(row.scenario.outcome):
        change_impacts.compute(row)
    with clock.held_at(min(began + timedelta(said.after), clock.now())):
        change_verdicts.decide(actor=_voice(row, said.side), change_request=row, version=None, side=said.side, answer=said.answer, reason=reason)


def _voice(row: ChangeRequest, side: str) -> User:
    """Who manages the product or the project; where money is moved, who leads the PMO."""
    has_money = row.scenario.changes.filter(kind__in=PlanChange.OF_MONEY).exists()
    role = Role.PRODUCT_MANAGER if side == Side.PRODUCT else Role.PMO_LEAD if has_money else Role.PROJECT_MANAGER
    return members_of(row.space_id).filter(role=role).exclude(user=row.author).select_related("user").order_by("user_id")[0].user

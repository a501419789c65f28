"""Loads what people ask to be otherwise: a change that was rejected, one that both sides accepted, and one that waits."""

from datetime import timedelta
from functools import partial

from tandem.governance.actions import change_impacts, change_requests, change_verdicts
from tandem.governance.models import ChangeRequest
from tandem.kit import clock
from tandem.people.models import User
from tandem.product.models import Promise
from tandem.samples.placing import Place
from tandem.samples.timeline import Timeline, at
from tandem.samples.words import changes as words
from tandem.work.models import WorkItem

_OWNER = "pm0"


class Asked:
    """Of the project of the first product manager that has most open work on the day. `computed` false leaves the effect to the worker:
    then nothing is decided yet."""

    def __init__(self, place: Place, timeline: Timeline, *, computed: bool = True) -> None:
        self.place, self.timeline, self.computed = place, timeline, computed
        self.frames = {one.project: one for one in place.world.features if one.owner == _OWNER}

    def run(self) -> None:
        for frame in words.CHANGES if self.frames else ():
            if self.computed or not frame.verdict:
                self.timeline.add(at(self.place.world.as_of - timedelta(frame.ago), 10), partial(self._raise, frame))

    def _raise(self, frame: words.ChangeFrame) -> None:
        say = self.place.say
        code = max(self.frames, key=lambda one: (len(self._open_items(one)), one))
        items, author, space = self._open_items(code), self._author(code), self.place.projects[code].space
        if not items:  # a world so small that all is done
            return
        row = change_requests.create(actor=author, space=space, title=say(frame.title), reason=say(frame.reason), source=frame.source)
        if frame.longer:
            change_requests.add(actor=author, change_request=row, kind="item", subject=items[0].pk, expected_minutes=frame.longer * (items[0].remaining_minutes or 960))
        if frame.drops:
            change_requests.add(actor=author, change_request=row, kind="drop", subject=items[-1].pk)
        if frame.moves and (promise := self._promise(code)) is not None:
            change_requests.add(actor=author, change_request=row, kind="promise", subject=promise.pk, date=(promise.date + timedelta(frame.moves)).isoformat())
        row = change_requests.submit(actor=author, change_request=row, version=None)
        if self.computed:
            change_impacts.compute(row)
        if frame.verdict:
            self._judge(frame, row, code)

    def _judge(self, frame: words.ChangeFrame, row: ChangeRequest, code: str) -> None:
        """The PMO side agrees; the product side says the last word."""
        for who, side, answer in ((self.place.projects[code].owner, "pmo", "yes"), (self.place.users[_OWNER], "product", frame.verdict)):
            if who is not None:
                change_verdicts.decide(actor=who, change_request=row, version=None, side=side, answer=answer, reason=self.place.say(frame.answer) if answer == "no" else "")

    def _author(self, code: str) -> User:
        """Somebody of the team, who judges nothing."""
        team = self.frames[code].team
        return self.place.users[next(one.code for one in self.place.world.people.values() if one.team == team)]

    def _open_items(self, code: str) -> list[WorkItem]:
        rows = WorkItem.objects.in_spaces([self.place.projects[code].space_id]).open().filter(is_summary=False, created_at__lte=clock.now())
        return list(rows.exclude(pk__in=WorkItem.objects.exclude(parent=None).values("parent_id")).order_by("rank", "id")[:10])

    def _promise(self, code: str) -> Promise | None:
        product = self.place.products[self.frames[code].product]
        return Promise.objects.open().in_spaces([product.space_id]).filter(date__gte=clock.today()).order_by("date", "id").first()

"""Loads what people ask to be otherwise: a change that was rejected, one that both sides accepted, and one that waits."""

from datetime import timedelta
from functools import partial

from tandem.governance.actions import change_impacts, change_requests, change_verdicts
from tandem.governance.models import ChangeRequest
from tandem.people.models import User
from tandem.product.models import Promise
from tandem.samples.placing import Place
from tandem.samples.timeline import Timeline, at
from tandem.samples.words import changes as words
from tandem.work.models import WorkItem

_OWNER = "pm0"


class Asked:
    """Of a project of the first product manager. `computed` false leaves the effect to the worker: then nothing is decided yet."""

    def __init__(self, place: Place, timeline: Timeline, *, computed: bool = True) -> None:
        self.place, self.timeline, self.computed = place, timeline, computed
        self.frames = [one for one in place.world.features if one.owner == _OWNER]

    def run(self) -> None:
        for number, frame in enumerate(words.CHANGES if self.frames else ()):
            if self.computed or not frame.verdict:
                self.timeline.add(at(self.place.world.as_of - timedelta(frame.ago), 10), partial(self._raise, frame, number))

    def _raise(self, frame: words.ChangeFrame, number: int) -> None:
        say, project, author = self.place.say, self.place.projects[self.frames[0].project], self._author()
        items = self._open_items(project.space_id)
        if len(items) <= number:
            return
        row = change_requests.create(actor=author, space=project.space, title=say(frame.title), reason=say(frame.reason), source=frame.source)
        item = items[number]
        if frame.longer:
            change_requests.add(actor=author, change_request=row, kind="item", subject=item.pk, expected_minutes=frame.longer * (item.remaining_minutes or 960))
        if frame.drops:
            change_requests.add(actor=author, change_request=row, kind="drop", subject=item.pk)
        if frame.moves and (promise := self._promise()) is not None:
            change_requests.add(actor=author, change_request=row, kind="promise", subject=promise.pk, date=(promise.date + timedelta(frame.moves)).isoformat())
        row = change_requests.submit(actor=author, change_request=row, version=None)
        if self.computed:
            change_impacts.compute(row)
        if frame.verdict:
            self._judge(frame, row)

    def _judge(self, frame: words.ChangeFrame, row: ChangeRequest) -> None:
        """The PMO side agrees; the product side says the last word."""
        for who, side, answer in ((self.place.projects[self.frames[0].project].owner, "pmo", "yes"), (self.place.users[_OWNER], "product", frame.verdict)):
            if who is not None:
                change_verdicts.decide(actor=who, change_request=row, version=None, side=side, answer=answer, reason=self.place.say(frame.answer) if answer == "no" else "")

    def _author(self) -> User:
        """Somebody of the team, who judges nothing."""
        team = self.frames[0].team
        return self.place.users[next(one.code for one in self.place.world.people.values() if one.team == team)]

    def _open_items(self, space_id: int) -> list[WorkItem]:
        rows = WorkItem.objects.in_spaces([space_id]).open().filter(is_summary=False, removed_at=None)
        return list(rows.exclude(pk__in=WorkItem.objects.exclude(parent=None).values("parent_id")).order_by("-remaining_minutes", "rank", "id")[:10])

    def _promise(self) -> Promise | None:
        product = self.place.products[self.frames[0].product]
        return Promise.objects.open().in_spaces([product.space_id]).order_by("date", "id").first()

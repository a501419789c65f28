"""Loads what people talk about and write down: meetings with decisions and actions, one series that decides nothing, pages with versions,
stakeholders and what they were told."""

from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from tandem.collaboration.actions import documents, passage_comments, stakeholders
from tandem.collaboration.models import Document, Stakeholder
from tandem.governance.actions import meeting_points, meeting_series, meetings
from tandem.governance.models import Meeting, MeetingSeries
from tandem.people.models import Space, User
from tandem.people.scoping import members_of
from tandem.samples.placing import Place
from tandem.samples.timeline import Timeline, at
from tandem.samples.words import meetings as words
from tandem.work.models import WorkItem

_ZONE = "Europe/Amsterdam"


class Met:
    """Meetings that were held lie in the weeks before today, the next ones ahead with their agenda."""

    def __init__(self, place: Place, timeline: Timeline) -> None:
        self.place, self.timeline, self.lead, self.as_of = place, timeline, place.users["lead"], place.world.as_of
        self.made: dict[str, MeetingSeries] = {}

    def run(self) -> None:
        for frame in words.MEETINGS:
            days = self._days(frame)
            if not days:
                continue
            self.timeline.add(at(days[0] - timedelta(3), 9), partial(self._ask, frame, days[0]))
            for day, came in zip(days, frame.held, strict=False):
                self.timeline.add(at(day, 18), partial(self._hold, frame, day, came))
        for frame in words.PAGES:
            self.timeline.add(self._ago(20, 10), partial(self._write, frame))
        self.timeline.add(self._ago(6, 15), self._again)
        for one in words.STAKEHOLDERS:
            self.timeline.add(self._ago(45, 9), partial(self._name, one))
            for ago, what in one.told:
                self.timeline.add(self._ago(ago, 16), partial(self._tell, one, what))
        self.timeline.add(self._ago(0, 7), self._gather)

    def _ago(self, days: int, hour: int) -> datetime:
        return at(max(self.as_of - timedelta(days), self.place.world.began_on + timedelta(3)), hour)

    def _days(self, frame: words.MeetingFrame) -> list[date]:
        """Of the last meetings, the oldest first; never before the organisation had its projects."""
        step = 14 if "INTERVAL=2" in frame.rule else 7
        last = self.as_of - timedelta((self.as_of.weekday() - frame.weekday - 1) % 7 + 1)
        days = [last - timedelta(step * n) for n in reversed(range(len(frame.held)))]
        return [day for day in days if day > self.place.world.began_on + timedelta(10)]

    def _space(self, where: str) -> Space:
        return self.place.projects[where].space if where else Space.objects.get(parent=None)

    def _people(self, codes: tuple[str, ...], space: Space) -> list[User]:
        """Those of them who see the space."""
        seen = set(members_of(space.pk).values_list("user", flat=True))
        return [person for code in codes if (person := self.place.users[code]).pk in seen]

    def _ask(self, frame: words.MeetingFrame, first: date) -> None:
        space, say = self._space(frame.where), self.place.say
        team = list(User.objects.filter(pk__in=members_of(space.pk).filter(space=space).values("user")).order_by("pk")[:4]) if frame.where else []
        self.made[frame.title[0]] = meeting_series.create(
            actor=self.lead, space=space, title=say(frame.title), purpose=say(frame.purpose), rule=frame.rule, starts_on=first, at=time(frame.hour), zone=_ZONE, minutes=frame.minutes,
            needed=self._people(frame.needed, space), welcome=[*self._people(frame.welcome, space), *team],
        )  # fmt: skip

    def _hold(self, frame: words.MeetingFrame, day: date, came: tuple[Any, Any, Any]) -> None:
        say, series = self.place.say, self.made[frame.title[0]]
        meeting_series.make(series)
        starts = datetime.combine(day, time(frame.hour), ZoneInfo(_ZONE))
        row, _is_new = Meeting.objects.get_or_create(
            series=series, on=day, defaults={"space": series.space, "starts_at": starts, "ends_at": starts + timedelta(minutes=frame.minutes)}
        )
        question, chosen, action = (say(one) for one in came)
        point = meeting_points.add(actor=self.lead, meeting=row, title=question or say(("Round", "轮流发言")), minutes=15 if question else frame.minutes)
        meeting_points.note(actor=self.lead, meeting_point=point, text=say(words.NOTES), base="")
        if question:
            meeting_points.decide(actor=self.lead, meeting_point=point, question=question, chosen=chosen, why=say(("Both sides gain by it.", "对双方都有利。")))
            project = self.place.projects[frame.where or "NGB"]
            meeting_points.act(actor=self.lead, meeting_point=point, space=project.space, title=action, due_on=day + timedelta(10))
        there = [seat.user for seat in row.seats()]
        row = meetings.move(actor=self.lead, meeting=row, version=None, state="held", present=there)
        meetings.send(actor=self.lead, meeting=row, version=None)

    def _write(self, frame: words.PageFrame) -> None:
        space, say = self.place.projects[frame.where].space, self.place.say
        above = Document.objects.filter(space=space, title=say(frame.below)).first() if frame.below[0] else None
        items = ", ".join(f"#{key}" for key in WorkItem.objects.in_spaces([space.pk]).open().order_by("rank", "id").values_list("key", flat=True)[:2])
        documents.create(actor=self.lead, space=space, title=say(frame.title), body=say(frame.body).format(items=items) if "{items}" in frame.body[0] else say(frame.body), parent=above)

    def _again(self) -> None:
        """A second version, and a remark on a passage."""
        say, space = self.place.say, self.place.projects["PORT"].space
        page = Document.objects.get(space=space, title=say(words.PAGES[0].title))
        page = documents.change(actor=self.lead, document=page, version=None, body=page.body + say(words.AGAIN), note=say(("Broken builds", "构建损坏")))
        passage_comments.add(actor=self.place.users["pm0"] if self._people(("pm0",), space) else self.lead, document=page, quote=say(words.REMARK[0]), body=say(words.REMARK[1]))

    def _name(self, frame: words.StakeholderFrame) -> None:
        say, space = self.place.say, self.place.projects[frame.where].space
        stakeholders.create(
            actor=self.lead, space=space, name=say(frame.name), part=say(frame.part), expects=say(frame.expects), interest=frame.interest, influence=frame.influence, stance=frame.stance,
            every_days=frame.every or None, way=say(("Call", "电话")) if frame.every else "",
        )  # fmt: skip

    def _tell(self, frame: words.StakeholderFrame, what: tuple[str, str]) -> None:
        row = Stakeholder.objects.get(space=self.place.projects[frame.where].space, name=self.place.say(frame.name))
        stakeholders.tell(actor=self.lead, stakeholder=row, what=self.place.say(what))

    def _gather(self) -> None:
        """The next steering committee has its agenda."""
        for series in MeetingSeries.objects.all():
            meeting_series.make(series)
        steering = self.made.get(words.MEETINGS[0].title[0])
        ahead = Meeting.objects.planned().filter(series=steering, starts_at__gt=at(self.as_of, 7)).order_by("starts_at").first() if steering else None
        if ahead is not None:
            meetings.gather(actor=self.lead, meeting=ahead)

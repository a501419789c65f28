"""Loads how people look after each other: a pulse with its rounds, thanks, somebody who joins and somebody who leaves."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial

from tandem.collaboration.actions import pulses, thanks
from tandem.collaboration.models import Pulse, PulseRound
from tandem.governance.actions import onboarding_templates, onboardings
from tandem.governance.models import OnboardingTemplate
from tandem.kit import clock
from tandem.samples.placing import Place
from tandem.samples.timeline import Timeline, at
from tandem.samples.words import caring as words
from tandem.work.models import WorkItem

_TEAM, _EVERY, _DAYS = "portal", 4, 6


class Caring:
    """One round had too few answers, the last one is open; of the steps of who joins the first are done."""

    def __init__(self, place: Place, timeline: Timeline) -> None:
        self.place, self.timeline, self.lead, self.as_of = place, timeline, place.users["lead"], place.world.as_of

    def run(self) -> None:
        room = (self.as_of - timedelta(2) - self.place.world.began_on - timedelta(4)) // timedelta(weeks=_EVERY) + 1
        rounds = list(enumerate(words.ROUNDS))[-max(1, min(room, len(words.ROUNDS))) :]  # of a short history the last ones
        self._ask(self.as_of - timedelta(weeks=_EVERY * (len(rounds) - 1), days=2), rounds)
        for n, what in enumerate(words.THANKS):
            self.timeline.add(self._ago(9 - 3 * n, 14), partial(self._thank, n, self.place.say(what)))
        self.timeline.add(self._ago(30, 9), self._write)
        self.timeline.add(self._ago(16, 10), self._join)
        self.timeline.add(self._ago(4, 10), self._leave)

    def _ago(self, days: int, hour: int) -> datetime:
        return at(max(self.as_of - timedelta(days), self.place.world.began_on + timedelta(4)), hour)

    def _ask(self, first: date, rounds: Sequence[tuple[int, tuple[tuple[int, ...], ...]]]) -> None:
        self.timeline.add(at(first - timedelta(3), 9), partial(self._set_up, first))
        for place, (number, answers) in enumerate(rounds):
            day = first + timedelta(weeks=_EVERY * place)
            self.timeline.add(at(day, 6), pulses.keep_going)
            self.timeline.add(at(min(day + timedelta(2), self.as_of), 11), partial(self._answer, answers, with_words=number == 3))
            if place + 1 < len(rounds):
                self.timeline.add(at(day + timedelta(_DAYS), 6), pulses.keep_going)

    def _set_up(self, first: date) -> None:
        team = self.place.teams[_TEAM]
        pulses.create(actor=self.lead, team=team, name="", questions=[self.place.say(one) for one in words.QUESTIONS], every_weeks=_EVERY, open_days=_DAYS, next_on=first)

    def _answer(self, answers: tuple[tuple[int, ...], ...], *, with_words: bool) -> None:
        pulse = Pulse.objects.get(team=self.place.teams[_TEAM])
        row = PulseRound.objects.open().filter(pulse=pulse).first()
        if row is None:
            return
        people = {user.pk: user for user in self.place.users.values()}
        for n, (pk, scores) in enumerate(zip(row.asked, answers, strict=False)):
            said = self.place.say(words.WORDS[n]) if with_words and n < len(words.WORDS) else ""
            pulses.answer(actor=people[pk], round=row, scores=list(scores), words=said)

    def _thank(self, n: int, what: str) -> None:
        """For what people of the team finished last, in whichever project, to whom it is given."""
        people = [user for code, user in self.place.users.items() if code.startswith(_TEAM)]
        items = WorkItem.objects.filter(state__category="done", assignments__user__in=people).order_by("-updated_at", "id").distinct()[n : n + 1]
        for item in items:
            receiver = item.assignments.filter(user__in=people).select_related("user").order_by("id")[0].user
            sender = next(self.place.users[code] for code in ("lead", "pm0") if self.place.users[code] != receiver)
            thanks.give(actor=sender, subject=item, receiver=receiver, words=what)

    def _write(self) -> None:
        for kind, name, steps in (("joining", words.JOINING, words.JOINING_STEPS), ("leaving", words.LEAVING, words.LEAVING_STEPS)):
            found = [{"text": self.place.say(text), "who": who, "after": after} for text, who, after in steps]
            onboarding_templates.create(actor=self.lead, space=self.place.root, name=self.place.say(name), kind=kind, steps=found)

    def _join(self) -> None:
        row = onboardings.start(
            actor=self.lead, space=self.place.root, template=OnboardingTemplate.objects.get(kind="joining"), person=self.place.users["portal6"], on=self.as_of - timedelta(9), buddy=self.place.users["portal1"],
            manager=self.place.users["portal0"],
        )  # fmt: skip
        for step in row.steps.filter(due_on__lte=clock.today() + timedelta(9)):
            onboardings.tick(actor=self.lead, step=step)

    def _leave(self) -> None:
        onboardings.start(
            actor=self.lead, space=self.place.root, template=OnboardingTemplate.objects.get(kind="leaving"), person=self.place.users["driver5"], on=self.as_of + timedelta(45), manager=self.place.users["driver0"]
        )

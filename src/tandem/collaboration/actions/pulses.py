"""Pulses: a team is asked in a rhythm, each answers once, and only what five or more said together is ever told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from math import floor
from random import SystemRandom
from typing import Any

from django.db import transaction

from tandem.collaboration.actions import notifications
from tandem.collaboration.actions.notifications import News
from tandem.collaboration.models import Notification, Pulse, PulseBox, PulseRound, PulseTurnout
from tandem.collaboration.models.pulse import mark_of
from tandem.history.models import Event
from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Denied, Refused
from tandem.kit.text import has_controls
from tandem.kit.types import Ref
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space, Team, User

_DO = Permission.EDIT_PLAN
ENOUGH = 5
"""So many answers are needed before anything is told."""
WRITERS = 3
"""Words are shown when so many people wrote some: a single text would be that of a known person where the others wrote none."""
STEPS = 5
MOST_QUESTIONS, LONGEST_QUESTION, LONGEST_WORDS = 6, 300, 1000
LOW, HIGH = 1.5, 4.5
APART = timedelta(weeks=4)
"""Who was asked by one pulse is asked by no other for so long; so long one has had an account and been on the team before one is asked, and so long
a pulse waits when others would be asked than the last time."""


def create(*, actor: Any, space: Space | None = None, team: Team, questions: list[str], **values: Any) -> Pulse:
    """It stands where its team does. A team has one pulse at a time: of two, one could be reckoned from the other."""
    require(actor, _DO, team.space_id)
    if space is not None and space.pk != team.space_id:
        raise Refused("pulse_team_elsewhere", field="team")
    # house: reads — the team's own, which the asker may change
    if Pulse.objects.running().filter(team=team).exists():
        raise Refused("pulse_of_team_exists", field="team", name=team.name)
    values.setdefault("next_on", clock.today())
    values["name"] = values.get("name", "").strip() or team.name
    return writing.create(Pulse, actor=actor, permission=_DO, verb="pulse.created", space=team.space, team=team, questions=_texts(questions), **values)


def change(*, actor: Any, pulse: Pulse, version: int | None, **values: Any) -> Pulse:
    """What is asked and when, from the next round on: a round that is open stays as it was asked."""
    if "questions" in values:
        values["questions"] = _texts(values["questions"])
    if "name" in values:
        values["name"] = values["name"].strip() or pulse.team.name
    row: Pulse = writing.change(pulse, actor=actor, permission=_DO, verb="pulse.changed", version=version, **values)
    return row


def end(*, actor: Any, pulse: Pulse, version: int | None = None) -> Pulse:
    """Nobody is asked any more. What an open round has gathered is thrown away: nobody closes one early to see who was last."""
    require(actor, _DO, pulse.space_id)
    with transaction.atomic():
        if pulse.is_ended:
            raise Refused("pulse_ended")
        pulse.write(expected=version, is_ended=True)
        _forget(PulseRound.objects.open().filter(pulse=pulse))
        record("pulse.ended", pulse, actor=actor)
    return pulse


def remove(*, actor: Any, pulse: Pulse, version: int | None = None) -> None:
    """With all its rounds; while a round is fresh it can only be ended, since who was asked in it is not asked elsewhere."""
    require(actor, _DO, pulse.space_id)
    if PulseRound.objects.filter(pulse=pulse, opened_on__gt=clock.today() - APART).exists():
        raise Refused("pulse_fresh", days=APART.days)
    writing.remove(pulse, actor=actor, permission=_DO, verb="pulse.removed", version=version)


def answer(*, actor: Any, round: PulseRound, scores: list[int], words: str = "") -> PulseRound:
    """Once, by who is asked, for all questions; it cannot be taken back, since nobody could find it. The event names nobody."""
    require(actor, Permission.VIEW, round.space_id)
    words = " ".join(words.split())
    with transaction.atomic():
        round = PulseRound.objects.select_for_update(of=("self",)).get(pk=round.pk)
        if actor.pk not in round.asked:
            raise Denied("pulse_answer")
        if round.is_closed or round.closes_on < clock.today():
            raise Refused("pulse_round_closed")
        _check(round, scores, words)
        turnout, _made = PulseTurnout.objects.get_or_create(round=round)
        if (mark := mark_of(round.pk, actor.pk)) in turnout.marks:
            raise Refused("pulse_answered")
        turnout.marks = sorted([*turnout.marks, mark])
        turnout.save()
        box, _made = PulseBox.objects.get_or_create(round=round, defaults={"tallies": _blank(round)})
        box.tallies = [[n + (score == step) for step, n in enumerate(line, 1)] for line, score in zip(box.tallies, scores, strict=True)]
        box.words = sorted([*box.words, words]) if words else box.words
        box.save()
        record("pulse_round.answered", round, actor=None)
    return round


def _check(row: PulseRound, scores: list[int], words: str) -> None:
    if len(scores) != len(row.questions) or not all(isinstance(n, int) and 1 <= n <= STEPS for n in scores):
        raise Refused("pulse_scores", field="scores", questions=len(row.questions))
    if len(words) > LONGEST_WORDS:
        raise Refused("pulse_words_long", field="words", most=LONGEST_WORDS)
    if has_controls(words) or any(c < " " or c == "\x7f" for c in words):
        raise Refused("pulse_words_controls", field="words")


def keep_going() -> int:
    """Closes the rounds whose last day is over, then begins those that are due. May run as often as it likes; how many it began."""
    today = clock.today()
    for row in PulseRound.objects.open().filter(closes_on__lt=today).order_by("pk"):
        _close(row)
    return sum(_begin(row) for row in Pulse.objects.due(today).select_related("team").order_by("pk"))


def _begin(pulse: Pulse) -> bool:
    """With fewer than five nobody is asked. Within four weeks the same people are asked again, or nobody: who is alone in having come or gone would
    be told by what two rounds differ in."""
    today = clock.today()
    with transaction.atomic():
        pulse = Pulse.objects.select_for_update(of=("self",)).select_related("team").get(pk=pulse.pk)
        if pulse.is_ended or pulse.next_on > today or PulseRound.objects.open().filter(pulse=pulse).exists():
            return False
        people = asked(pulse)
        last = PulseRound.objects.filter(pulse=pulse).order_by("-number").first()
        if last is not None and _is_too_near(last, people):
            pulse.write(expected=None, next_on=last.opened_on + APART)
            return False
        missed = (today - pulse.next_on).days // (7 * pulse.every_weeks) + 1
        pulse.write(expected=None, next_on=pulse.next_on + timedelta(weeks=missed * pulse.every_weeks))
        if len(people) < ENOUGH:
            return False
        number = last.number + 1 if last else 1
        row = PulseRound.objects.create(
            space_id=pulse.space_id, pulse=pulse, number=number, questions=pulse.questions, opened_on=today, closes_on=today + timedelta(days=pulse.open_days - 1),
            asked=people, asked_count=len(people),
        )  # fmt: skip
        record("pulse_round.opened", row, actor=None, changes={"asked_count": [None, len(people)]})
        if not clock.is_replay():
            notifications.tell(_news(pulse, row, people))
    return True


@dataclass(frozen=True)
class Asking:
    """Whom a round would ask today, by their numbers, and how many of the team's accounts it would not ask, by why."""

    people: list[int]
    new: int
    elsewhere: int
    blind: int


def asked(pulse: Pulse) -> list[int]:
    return asking(pulse).people


def asking(pulse: Pulse) -> Asking:
    """Whoever has had an account and been on the team for four weeks (accounts made to surround one person are not asked at once), was asked by no other
    pulse in that time (no two pulses can be taken from one another), and sees the space."""
    since = clock.now() - APART
    members = User.objects.active().filter(is_placeholder=False, teams=pulse.team_id)
    everybody = set(members.values_list("pk", flat=True))
    settled = set(members.filter(date_joined__lte=since).values_list("pk", flat=True))
    # house: reads — the team's own history, of which only whom to ask is taken
    events = Event.objects.of(pulse.team).filter(verb__in=("team.created", "team.changed"), occurred_at__gt=since)
    for changes in events.values_list("changes", flat=True):
        if "members" in changes:
            settled &= set(changes["members"][0] or ())
    others = PulseRound.objects.filter(opened_on__gt=clock.today() - APART).exclude(pulse=pulse).values_list("asked", flat=True)
    free = settled.difference(*others)
    people = sorted(pk for pk, spaces in notifications.spaces_seen_by(free).items() if pulse.space_id in spaces)
    return Asking(people, len(everybody - settled), len(settled - free), len(free) - len(people))


def _is_too_near(last: PulseRound, people: list[int]) -> bool:
    return last.opened_on > clock.today() - APART and set(last.asked) != set(people)


def _blank(row: PulseRound) -> list[list[int]]:
    return [[0] * STEPS for _question in row.questions]


def _news(pulse: Pulse, row: PulseRound, people: Iterable[int]) -> list[News]:
    about = Ref(Pulse._meta.label_lower, pulse.pk)
    return [News(pk, Notification.Kind.DUE, about, pulse.space_id, f"pulse:{row.pk}", facts={"pulse": row.closes_on.isoformat()}) for pk in people]


def _close(row: PulseRound) -> None:
    """What is told is reckoned, and all else is gone with the box: the counts, the marks of who answered, and below five answers everything."""
    with transaction.atomic():
        row = PulseRound.objects.select_for_update(of=("self",)).get(pk=row.pk)
        if row.is_closed:
            return
        box = PulseBox.objects.select_for_update().filter(round=row).first()
        count = sum(box.tallies[0]) if box else 0
        told, words = None, list[str]()
        if box and count >= ENOUGH:
            told, words = [average(line) for line in box.tallies], list(box.words) if len(box.words) >= WRITERS else []
            SystemRandom().shuffle(words)
        row.write(expected=None, is_closed=True, answered_count=count, results=told, words=words)
        PulseBox.objects.filter(round=row).delete()
        PulseTurnout.objects.filter(round=row).delete()
        record("pulse_round.closed", row, actor=None, changes={"answered_count": [None, count]})


def average(tally: list[int]) -> float:
    """To the half step, and never below 1.5 or above 4.5: from an average at the end everybody's answer would follow. Among five people less
    than half a step is chance anyway."""
    exact = sum(step * n for step, n in enumerate(tally, 1)) / sum(tally)
    return min(max(floor(exact * 2 + 0.5) / 2, LOW), HIGH)


def _forget(rows: Any) -> None:
    for row in rows.select_for_update(of=("self",)):
        row.write(expected=None, is_closed=True, answered_count=None)
        PulseBox.objects.filter(round=row).delete()
        PulseTurnout.objects.filter(round=row).delete()


def _texts(questions: Any) -> list[str]:
    found = [" ".join(str(one).split()) for one in questions if str(one).strip()]
    if not 1 <= len(found) <= MOST_QUESTIONS:
        raise Refused("pulse_questions", field="questions", most=MOST_QUESTIONS)
    if len(set(found)) < len(found) or any(len(one) > LONGEST_QUESTION for one in found):
        raise Refused("pulse_questions_alike", field="questions", most=LONGEST_QUESTION)
    return found

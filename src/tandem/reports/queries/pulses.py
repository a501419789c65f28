"""Pulses: rounds that wait for somebody, and the course of what was told."""

from dataclasses import dataclass
from typing import Any

from tandem.collaboration.models import Pulse, PulseRound
from tandem.people.access import Permission, may
from tandem.people.models import User

MOST = 26


@dataclass(frozen=True)
class Course:
    """One question over the rounds in which it was asked; None where too few answered."""

    question: str
    points: tuple[tuple[PulseRound, float | None], ...]

    @property
    def last(self) -> float | None:
        return next((value for _round, value in reversed(self.points) if value is not None), None)

    @property
    def before(self) -> float | None:
        told = [value for _round, value in self.points if value is not None]
        return told[-2] if len(told) > 1 else None


def waiting(user: Any, most: int = 20) -> list[PulseRound]:
    return list(PulseRound.objects.visible_to(user).waiting_for(user).select_related("pulse", "pulse__team").order_by("closes_on", "id")[:most])


def rounds(user: Any, pulse: Pulse, most: int = MOST) -> list[PulseRound]:
    """The last ones, the oldest first."""
    return list(PulseRound.objects.visible_to(user).filter(pulse=pulse).order_by("-number")[:most])[::-1]


def courses(found: list[PulseRound]) -> list[Course]:
    """In the order of the newest round; questions that are no longer asked come last."""
    closed = [row for row in found if row.is_closed]
    questions = list(dict.fromkeys(text for row in reversed(found) for text in row.questions))
    return [Course(text, tuple((row, _of(row, text)) for row in closed if text in row.questions)) for text in questions]


def _of(row: PulseRound, question: str) -> float | None:
    found: float | None = row.results[row.questions.index(question)] if row.results else None
    return found


def may_read_words(user: Any, pulse: Pulse) -> bool:
    """Words are for the team itself, and for who answers for it."""
    return pulse.team_id in teams_of(user) or may(user, Permission.EDIT_PLAN, pulse.space_id)


def teams_of(user: Any) -> frozenset[int]:
    return frozenset(user.teams.values_list("pk", flat=True))


def response(row: PulseRound) -> float:
    return (row.answered_count or 0) / row.asked_count if row.asked_count else 0.0


def asked(user: Any, row: PulseRound) -> list[str]:
    """The names of those who are asked along with the reader, who can then judge among how many they answer; nobody else is told."""
    return list(User.objects.visible_to(user).filter(pk__in=row.asked).order_by("name").values_list("name", flat=True)) if user.pk in row.asked else []

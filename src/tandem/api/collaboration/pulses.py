"""Pulses of teams and what their rounds tell; how one answers a round."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import Field

from tandem.api import generic
from tandem.api.generic import NO_WRITE, ONCE, Key, Noun, Values
from tandem.api.shapes import Body, body
from tandem.api.shapes import words as text
from tandem.collaboration.actions import pulses
from tandem.collaboration.models import Pulse, PulseRound
from tandem.kit.errors import Refused
from tandem.kit.types import Id
from tandem.people.access import Permission, spaces_where
from tandem.reports.queries import pulses as reads

router = Router(tags=["collaboration"])
rounds = Router(tags=["collaboration"])
_Questions = Annotated[list[text(pulses.LONGEST_QUESTION, 1)], Field(min_length=1, max_length=pulses.MOST_QUESTIONS)]  # type: ignore[valid-type]
_FIELDS = "name every_weeks open_days next_on"


def _masked(user: Any, rows: list[Values]) -> None:
    """Words are for the team itself, and for who answers for it."""
    own, run = reads.teams_of(user), spaces_where(user, Permission.EDIT_PLAN)
    for row in rows:
        if row.pop("pulse__team_id") not in own and row["space_id"] not in run:
            row["words"] = []


class _Rounds(Noun):
    def shown(self, user: Any, rows: Any) -> list[Values]:
        found = list(rows.values(*self.columns, "pulse__team_id"))
        _masked(user, found)
        return found


NOUN = Noun(path="pulses", model=Pulse, word="pulse", shows="id space_id team_id name questions every_weeks open_days next_on is_ended version created_at", filters="space_id team_id is_ended")
ROUNDS = _Rounds(
    path="pulse-rounds", model=PulseRound, word="round", filters="space_id pulse_id is_closed",
    shows="id space_id pulse_id number questions opened_on closes_on is_closed asked_count answered_count results words",
)  # fmt: skip


class PulseAnswerCreate(Body):
    """`scores`: from 1 to 5, one for each question in its order."""

    scores: Annotated[list[Annotated[int, Field(ge=1, le=pulses.STEPS)]], Field(min_length=1, max_length=pulses.MOST_QUESTIONS)]
    words: text(pulses.LONGEST_WORDS) = ""  # type: ignore[valid-type]


class PulseEndingCreate(Body):
    """Nothing more is to be said."""


generic.reads(router, NOUN)
generic.creates(router, NOUN, body("PulseCreate", Pulse, f"team {_FIELDS}", name=(text(200), ""), questions=(_Questions, ...)), pulses.create)
generic.changes(router, NOUN, body("PulseChange", Pulse, _FIELDS, partial=True, questions=(_Questions, None)), pulses.change)
generic.removes(router, NOUN, pulses.remove)
generic.acts(router, NOUN, "endings", PulseEndingCreate, pulses.end)
generic.parts(router, NOUN, "rounds", ROUNDS, lambda user, row: ROUNDS.of(user).filter(pulse=row))

generic.reads(rounds, ROUNDS, history=False)


def answer(request: HttpRequest, id: Path[Id], payload: PulseAnswerCreate, key: Key | None = ONCE) -> HttpResponse:  # type: ignore[valid-type]
    """Once, by who is asked: the first counts, and who sends again hears the same. Nothing of a repeated request is kept, its `Idempotency-Key` neither: it would say who
    answered, and when."""
    row = ROUNDS.row(request.auth, id)  # type: ignore[attr-defined]
    try:
        pulses.answer(actor=request.auth, round=row, scores=payload.scores, words=payload.words)  # type: ignore[attr-defined]
    except Refused as problem:
        if problem.code != "pulse_answered":
            raise
    return generic.send({"id": row.pk, "is_answered": True}, 201)


class PulseAnswered(Body):
    id: int
    is_answered: bool


rounds.add_api_operation(
    "/{id}/answers/", ["POST"], answer, response={201: PulseAnswered, **NO_WRITE}, operation_id="pulse_rounds_answers_create", summary="pulse rounds: answers create",
    description=answer.__doc__ or "",
)  # fmt: skip

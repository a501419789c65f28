"""How evenly work lies on a team: yourself, each whose weeks of time you answer, and where the middle half of the team lies."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import BaseModel, Field, field_validator

from tandem.api import generic
from tandem.api.generic import NO
from tandem.api.shapes import OPTIONAL, Body
from tandem.kit.types import Id
from tandem.reports.queries import fairness as reads

router = Router(tags=["resources"])


class FairnessAsked(Body):
    """Without a team the first of one's own."""

    team_id: Id | None = OPTIONAL
    weeks: int = Field(reads.WEEKS, description="So many whole weeks before this one.", json_schema_extra={"enum": list(reads.CHOICES)})

    @field_validator("weeks")
    @classmethod
    def is_offered(cls, weeks: int) -> int:
        """Week by week the figures of single people would follow from ranges."""
        if weeks not in reads.CHOICES:
            raise ValueError(", ".join(map(str, reads.CHOICES)))
        return weeks


class FairnessPerson(BaseModel):
    """Hours by week that they have, logged, and logged on days on which they have no time; `overtime_hours` is what each week has beyond
    the time, `meeting_hours` those in meetings that were held and at which they were. `night_shift_hours` by week: what their calendar has between
    22:00 and 6:00, as far as they had the time; `night_hours`: logged there, as far as a timer measured it, which are `clocked_hours` of
    the logged ones; when the others were is not known. `ahead`: the share of the next four weeks that is taken. `since`: they came to the team within these weeks, and only what
    was since then is in it."""

    person_id: int
    name: str
    since: date | None
    time_hours: list[float]
    logged_hours: list[float]
    off_hours: list[float]
    overtime_hours: float
    meeting_hours: float
    night_shift_hours: list[float]
    night_hours: list[float]
    clocked_hours: float
    logged: float | None
    ahead: float | None


class FairnessSpread(BaseModel):
    """Where the middle half of the team lies: rounded to whole hours and 5 per cent unless you see each. `total`, and the number of
    people who carry half of it, only where you see each."""

    measure: str
    low: float
    median: float
    high: float
    total: float | None
    half_with: int | None


class TeamFairness(BaseModel):
    """`people` are those whose figures you see. `counted` (who logged time) and `silent` are told only where that is each of the team.
    `spreads` is empty where too few people are out of your sight, or you may say who is in the team."""

    team_id: int | None
    weeks: list[date]
    counted: int | None
    silent: int | None
    people: list[FairnessPerson]
    spreads: list[FairnessSpread]


@router.get("/", response={200: TeamFairness, **NO}, operation_id="fairness_read")
def read(request: HttpRequest, asked: Query[FairnessAsked]) -> HttpResponse:
    """Of a team that you see or are in; of none, where there is none."""
    generic.refuse_unknown(request, asked)
    user = request.auth  # type: ignore[attr-defined]
    wanted = asked.team_id or next((pk for pk, _name in reads.teams(user)), None)
    if wanted is None:
        return generic.send(TeamFairness(team_id=None, weeks=[], counted=None, silent=None, people=[], spreads=[]).model_dump())
    team = reads.team(user, wanted)
    found = reads.of(user, team, asked.weeks)
    return generic.send(TeamFairness(
        team_id=team.pk, weeks=found.weeks, counted=found.counted, silent=found.silent, people=[_person(one) for one in found.told],
        spreads=[_spread(name, one) for name, one in found.spreads.items()],
    ).model_dump())  # fmt: skip


def _person(one: reads.Worked) -> FairnessPerson:
    return FairnessPerson(
        person_id=one.person_id, name=one.name, since=one.since, time_hours=_round(one.time), logged_hours=_round(one.logged), off_hours=_round(one.off),
        overtime_hours=round(sum(one.overtime), 2), meeting_hours=round(sum(one.met), 2), night_shift_hours=_round(one.shifts), night_hours=_round(one.night), clocked_hours=round(one.clocked, 2), logged=one.of("logged"), ahead=one.ahead,
    )  # fmt: skip


def _round(hours: tuple[float, ...]) -> list[float]:
    return [round(n, 2) for n in hours]


def _spread(name: str, one: reads.Spread) -> FairnessSpread:
    is_sum = name not in reads.SHARES
    return FairnessSpread(measure=name, low=one.low, median=one.middle, high=one.high, total=one.total if is_sum else None, half_with=one.halves if is_sum else None)

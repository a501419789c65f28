"""What is expected of every step of deciding on a change, in plain dictionaries, without a word of the rooms under test."""

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

NAMES = ("mei", "boris", "chen", "alma", "petra", "dana", "una")
# which sides each speaks for as long as they have their role and their account
SIDES = {
    "mei": (),
    "boris": ("pmo",),
    "chen": ("product",),
    "alma": ("product", "pmo"),
    "petra": ("product", "pmo"),
    "dana": (),
    "una": (),
}
PLANNERS = ("boris", "chen", "alma", "petra")
BOTH = {"product", "pmo"}
WAITING, WRITABLE = ("submitted", "urgent"), ("draft", "submitted", "returned")
OPEN = (*WRITABLE, "urgent")
LEAST = {
    "written": 60, "handed in": 40, "computed": 40, "verdicts tried": 90, "verdicts given": 60, "verdicts given for another": 3, "applied": 10, "applied with a lent voice": 0.3,
    "carried out first": 0.7, "confirmed afterwards": 0.3, "sent back": 1, "rejected": 1, "withdrawn": 8, "asked again of another content": 1, "asked again of another effect": 0.5,
    "the plan changed beside it": 10, "rights taken away while a yes stood": 1.5, "accounts taken away while a yes stood": 1.5, "voices taken back while a yes stood": 0.2,
    "not carried out: a yes counts no more": 1.5, "refused: a second time": 2, "refused: a second time, with a lent voice": 0.1, "refused: both sides by one person": 0.1, "refused: both sides by one stand-in": 0.2, "refused: the voice of who wrote it": 0.1, "refused: of what another wrote over": 0.2, "refused: a voice that was heard": 0.1, "refused: both voices of one side": 0.2, "refused: no voice": 5,
    "refused: not lent for this": 1, "refused: of their own change": 0.5, "refused: without a picture of it": 1, "refused: nothing to decide": 2, "sent twice: a verdict": 4,
    "sent twice: handing in": 4, "sent twice: withdrawing": 2, "sent twice: carrying out first": 0.05, "sent twice: writing": 0.5, "from an old page: a verdict": 2,
    "from an old page: handing in": 0.3, "from an old page: withdrawing": 1, "from an old page: carrying out first": 0.3, "from an old page: writing": 1,
}  # fmt: skip
"""How often at least each has happened in a thousand steps, in the long run."""


@dataclass
class Loan:
    giver: str
    to: str
    pk: int
    stands: bool = True


@dataclass
class Said:
    side: str
    answer: str
    voice: str
    loan: Loan | None


@dataclass
class Request:
    pk: int
    author: str
    wrote: set[str]
    state: str = "draft"
    content: dict[int, int] = field(default_factory=dict)
    # what stood there when each was written, and the content that the picture shows
    seen: dict[int, int] = field(default_factory=dict)
    # who wrote last what stands there
    by: dict[int, str] = field(default_factory=dict)
    shown: dict[int, int] | None = None
    # what the picture shows, and what each who said yes in this round was shown
    figure: int | None = None
    yeses: list[int | None] = field(default_factory=list)
    said: dict[str, Said] = field(default_factory=dict)
    # for which side each has stood in, in any round
    lent: dict[str, str] = field(default_factory=dict)
    first: str | None = None
    is_applied: bool = False
    verdicts: int = 0
    events: Counter[str] = field(default_factory=Counter)
    # versions of pages that were open once
    versions: list[int] = field(default_factory=list)


class Model:
    def __init__(self, count: Counter[str]) -> None:
        self.count = count
        self.active, self.here = dict.fromkeys(NAMES, True), dict.fromkeys(NAMES, True)
        self.here["dana"] = False
        self.live = [3, 3]
        self.loans: list[Loan] = []
        self.rows: list[Request] = []

    # ── who may what ──

    def is_there(self, who: str) -> bool:
        return self.active[who] and self.here[who]

    def speaks(self, who: str, side: str) -> bool:
        return self.is_there(who) and side in SIDES[who]

    def may_write(self, who: str, row: Request) -> bool:
        return self.is_there(who) and (who == row.author or who in PLANNERS) and row.state in WRITABLE

    def may_hand_in(self, who: str, row: Request) -> bool:
        return self.may_write(who, row) and row.state != "submitted" and bool(row.content)

    def may_carry_out_first(self, who: str, row: Request) -> bool:
        return (
            who in ("alma", "petra")
            and self.is_there(who)
            and row.state == "submitted"
            and row.shown == row.content
            and not self.is_moved(row)
        )

    def is_moved(self, row: Request) -> bool:
        return any(self.live[n] != then for n, then in row.seen.items())

    def loan(self, who: str, giver: str) -> Loan | None:
        return next((one for one in self.loans if one.stands and (one.giver, one.to) == (giver, who)), None)

    def is_still_lent(self, who: str, said: Said) -> bool:
        """What does not stand is as if it had not been said: the voice is its owner's again."""
        return said.loan is None or (said.loan.stands and self.is_there(who))

    def counted(self, row: Request) -> dict[str, Said]:
        """A yes whose voice its owner still has; what was lent is not taken back, and whoever said it is still there."""
        return {
            who: said
            for who, said in row.said.items()
            if said.answer == "yes" and self.speaks(said.voice, said.side) and self.is_still_lent(who, said)
        }

    def full(self, row: Request) -> set[str]:
        return {said.side for said in self.counted(row).values()}

    def why_not(self, who: str, row: Request, side: str, answer: str, giver: str) -> str:
        """Why the person may not say this now; empty: they may."""
        own, stands = (
            {row.first, *row.wrote},
            {one: said for one, said in row.said.items() if self.is_still_lent(one, said)},
        )
        if row.state not in WAITING:
            return "nothing to decide"
        if not self.is_there(who) or not self.speaks(giver or who, side):
            return "no voice"
        if giver and (self.loan(who, giver) is None or giver in own or row.lent.get(who, side) != side):
            return "not lent for this"
        if who in own:
            return "of their own change"
        if who in stands:
            return "a second time, with a lent voice" if giver else "a second time"
        if (giver or who) in {said.voice for said in stands.values()}:
            return "a voice that was heard"
        if (
            answer == "yes" and side in self.full(row) and self.full(row) != BOTH
        ):  # of both, any further yes carries it out
            return "both voices of one side"
        if row.state == "urgent":
            return "a way out of what is done" if answer == "revise" else ""
        if row.shown != row.content:
            return "without a picture of it"
        return "what stands there has changed" if answer == "yes" and self.is_moved(row) else ""

    def would_but_for_their_own(self, who: str, row: Request, side: str, giver: str) -> bool:
        """Whether nothing but their own word from before is in the way of saying yes: then they would decide alone."""
        return not self.why_not(
            who,
            replace(row, said={one: said for one, said in row.said.items() if one != who}),
            side,
            "yes",
            giver,
        )

    def written_over(self, row: Request) -> list[str]:
        """Who wrote of it only what somebody else wrote over since, and has a voice."""
        return [
            one
            for one in sorted(row.wrote - {row.author, row.first, *row.by.values()})
            if self.is_there(one) and SIDES[one]
        ]

    def who_may(self, row: Request, answer: str = "yes") -> list[tuple[str, str, str]]:
        """(who, side, in whose place) of everybody who may say this now."""
        everybody = product(NAMES, sorted(BOTH), ("", *PLANNERS))
        return [
            (who, side, giver)
            for who, side, giver in everybody
            if giver != who and not self.why_not(who, row, side, answer, giver)
        ]

    # ── what becomes of it ──

    def written(self, who: str, row: Request, n: int, priority: int) -> None:
        row.content[n], row.seen[n], row.by[n] = priority, self.live[n], who
        row.wrote.add(who)  # for good, whoever writes over it
        row.shown = None
        self.count["written"] += 1
        if row.state == "submitted":
            self.count["asked again of another content"] += bool(row.said)
            self._new_round(row, "asked_again")

    def handed_in(self, row: Request) -> None:
        row.state = "submitted"
        self.count["handed in"] += 1
        self._new_round(row, "submitted")

    def computed(self, row: Request, figure: int) -> None:
        row.shown = dict(row.content)
        self.count["computed"] += 1
        if figure != row.figure and row.state == "submitted" and any(one != figure for one in row.yeses):
            self.count["asked again of another effect"] += 1
            self._new_round(row, "redrawn")
        row.figure = figure

    def _new_round(self, row: Request, verb: str) -> None:
        row.said, row.yeses = {}, []
        row.events[verb] += 1

    def judged(self, who: str, row: Request, side: str, answer: str, giver: str) -> None:
        row.said = {
            one: said
            for one, said in row.said.items()
            if said.voice != (giver or who) or self.is_still_lent(one, said)
        }
        row.said[who] = Said(side, answer, giver or who, self.loan(who, giver) if giver else None)
        row.yeses += [row.figure] if answer == "yes" else []
        row.verdicts += 1
        row.events["judged"] += 1
        self.count["verdicts given"] += 1
        self.count["verdicts given for another"] += bool(giver)
        if giver:
            row.lent[who] = side
        if answer == "no":
            row.state = "rejected"
            row.events["rejected"] += 1
            self.count["rejected"] += 1
        elif answer == "revise":
            row.state = "returned"
            row.events["returned"] += 1
            self.count["sent back"] += 1
        elif self.full(row) == BOTH:
            self._accepted(row)
        elif {said.side for said in row.said.values() if said.answer == "yes"} == BOTH:
            self.count["not carried out: a yes counts no more"] += 1

    def _accepted(self, row: Request) -> None:
        self.count["applied with a lent voice"] += any(
            said.loan is not None for said in self.counted(row).values()
        )
        if row.state == "submitted":
            self.count["applied"] += 1
            row.events["applied"] += 1
            self._carried_out(row)
        else:
            self.count["confirmed afterwards"] += 1
            row.events["confirmed"] += 1
        row.state = "applied"

    def carried_out_first(self, who: str, row: Request) -> None:
        self._carried_out(row)
        row.state, row.first = "urgent", who
        self.count["carried out first"] += 1
        self._new_round(row, "applied_first")

    def _carried_out(self, row: Request) -> None:
        row.is_applied = True
        for n, priority in row.content.items():
            self.live[n] = priority

    def withdrawn(self, row: Request) -> None:
        row.state = "withdrawn"
        row.events["withdrawn"] += 1
        self.count["withdrawn"] += 1

    def taken(self, what: str, who: str) -> None:
        """Counted where somebody's yes stood on something that was not decided."""
        votes = [
            said
            for row in self.rows
            if row.state in WAITING
            for one, said in row.said.items()
            if said.answer == "yes" and who in (one, said.voice)
        ]
        self.count[f"{what} taken away"] += 1
        self.count[f"{what} taken away while a yes stood"] += bool(votes)


def shallow(count: Counter[str], least: dict[str, float]) -> dict[str, Any]:
    """What happened less often in a thousand steps than it has to: a run that stays shallow proves nothing."""
    return {
        what: (count[what], most)
        for what, most in least.items()
        if count[what] * 1000 < most * count["steps"]
    }

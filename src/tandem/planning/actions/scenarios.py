"""Scenarios: asking, locking, solving."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tandem.collaboration.actions import jobs
from tandem.history.record import record
from tandem.kit.dates import quarter_start
from tandem.kit.errors import Refused
from tandem.kit.jobs import enqueue
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space, SpaceKind
from tandem.planning import selection, stale
from tandem.planning.models import Scenario, Solution
from tandem.planning.models.scenario import MOST_QUARTERS
from tandem.portfolio import amounts
from tandem.portfolio.models import Proposal

_DO = Permission.EDIT_PORTFOLIO
MOST_SHARES = 8
MOST_CANDIDATES = 2000
_GROUPS = {"kind": Proposal.Kind.values, "horizon": Proposal.Horizon.values, "side": Proposal.Side.values}


def create(*, actor: Any, space: Space, **values: Any) -> Scenario:
    """In the portfolio whose proposals it chooses from. A row of amounts that is too short goes on with its last one."""
    if space.kind not in (SpaceKind.PORTFOLIO, SpaceKind.ORGANISATION):
        raise Refused("not_a_portfolio", field="space_id")
    values.setdefault("owner", actor)
    with transaction.atomic():
        row = writing.create(Scenario, actor=actor, permission=_DO, verb="scenario.created", space=space, **_checked(None, values))
        enqueue(stale.PREPARE, once=stale.PREPARE)
    return row


def change(*, actor: Any, scenario: Scenario, version: int | None, **values: Any) -> Scenario:
    """What was adopted stays as it was decided; its copy can be changed."""
    _require_open(actor, scenario)
    return writing.change(
        scenario, actor=actor, permission=_DO, verb="scenario.changed", version=version, **_checked(scenario, values)
    )


def remove(*, actor: Any, scenario: Scenario, version: int | None = None) -> None:
    _require_open(actor, scenario)
    writing.remove(scenario, actor=actor, permission=_DO, verb="scenario.removed", version=version)


def copy(*, actor: Any, scenario: Scenario, name: str = "") -> Scenario:
    """The same question again, to ask it another way beside the first."""
    require(actor, _DO, scenario.space_id)
    fields = ("description", "starts_on", "quarters", "aim", "budget", "is_carried_over", "may_hold", "capacity", "shares", "locks")
    named = name.strip() or _("%(name)s, copy") % {"name": scenario.name[:180]}
    return create(actor=actor, space=scenario.space, name=named, **{f: getattr(scenario, f) for f in fields})


def lock(*, actor: Any, scenario: Scenario, version: int | None, proposal: Proposal, to: str) -> Scenario:
    """A proposal is in (`in`) or out (`out`) whatever the solver would choose; `free` leaves it to the solver again."""
    _require_open(actor, scenario)
    if proposal.space_id != scenario.space_id:
        raise Refused("other_space", field="proposal")
    if to not in ("in", "out", "free"):
        raise Refused("lock_unknown", field="to")
    locks = {k: v for k, v in scenario.locks.items() if k != str(proposal.pk)}
    if to != "free":
        locks[str(proposal.pk)] = to
    return writing.change(scenario, actor=actor, permission=_DO, verb="scenario.changed", version=version, locks=locks)


def solve(*, actor: Any, scenario: Scenario) -> Solution:
    """Starts the solver. The same question asked while it is being solved is not asked twice; another one takes its place."""
    _require_open(actor, scenario)
    with transaction.atomic():
        row = Scenario.objects.select_for_update().get(pk=scenario.pk)
        inputs = selection.read(row)
        if not inputs.offers:
            raise Refused("no_candidates")
        if len(inputs.offers) > MOST_CANDIDATES:
            raise Refused("candidates_too_many", most=MOST_CANDIDATES)
        for before in Solution.objects.filter(scenario=row, state=Solution.State.SEARCHING).select_related("job"):
            if before.job and before.job.is_running and not before.job.is_cancel_requested:
                if before.inputs_hash == inputs.hash:
                    return before
                jobs.cancel(actor=actor, job=before.job)
        made = Solution.objects.create(space_id=row.space_id, scenario=row, inputs_hash=inputs.hash)
        title = _("Choosing for “%(name)s”") % {"name": row.name}
        made.write(
            expected=None, job=jobs.start(actor=actor, space=row.space, kind=stale.SOLVE, title=title[:300], solution_id=made.pk)
        )
        record("scenario.solved", row, actor=actor)
    return made


def lock_and_solve(*, actor: Any, scenario: Scenario, version: int | None, proposal: Proposal, to: str) -> Solution:
    with transaction.atomic():
        return solve(actor=actor, scenario=lock(actor=actor, scenario=scenario, version=version, proposal=proposal, to=to))


def _require_open(actor: Any, scenario: Scenario) -> None:
    require(actor, _DO, scenario.space_id)
    if scenario.state == Scenario.State.ADOPTED:
        raise Refused("scenario_adopted")


def _checked(row: Scenario | None, values: dict[str, Any]) -> dict[str, Any]:
    def one(name: str, usual: Any) -> Any:
        return values.get(name, getattr(row, name, usual))

    quarters = one("quarters", 4)
    if not 1 <= quarters <= MOST_QUARTERS:
        raise Refused("quarters_out_of_range", field="quarters", most=MOST_QUARTERS)
    if "starts_on" in values:
        values["starts_on"] = quarter_start(values["starts_on"])
    if {"budget", "quarters"} & values.keys() or row is None:
        values["budget"] = _full(amounts.checked(one("budget", []), "budget", is_kept=True), quarters)
    if {"capacity", "quarters"} & values.keys() or row is None:
        rows = amounts.checked_rows(one("capacity", {}), "capacity", is_kept=True)
        values["capacity"] = {role: _full(days, quarters) for role, days in rows.items()}
    if "shares" in values:
        values["shares"] = _checked_shares(values["shares"])
    return values


def _full(row: Sequence[int], quarters: int) -> list[int]:
    """One amount counts for every quarter, the last one for all after it."""
    return [*row, *row[-1:] * (quarters - len(row))][:quarters]


def _checked_shares(shares: Any) -> list[dict[str, Any]]:
    if not isinstance(shares, list) or len(shares) > MOST_SHARES:
        raise Refused("shares_too_many", field="shares", most=MOST_SHARES)
    found = []
    for share in shares:
        known = isinstance(share, dict) and set(share) == {"group", "bound", "percent"}
        percent = share["percent"] if known else None
        if not known or share["bound"] not in ("least", "most") or isinstance(percent, bool) or not isinstance(percent, int):
            raise Refused("share_unreadable", field="shares")
        kind, _colon, name = str(share["group"]).partition(":")
        is_known = name in _GROUPS.get(kind, ()) or (kind == "objective" and name.isascii() and name.isdigit() and len(name) < 18)
        if not 0 <= percent <= 100 or not is_known:
            raise Refused("share_unreadable", field="shares")
        found.append({"group": f"{kind}:{name}", "bound": share["bound"], "percent": percent})
    return found

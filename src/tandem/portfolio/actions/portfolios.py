"""Opening, changing and closing portfolios."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission
from tandem.people.actions import spaces
from tandem.people.models import Space, SpaceKind
from tandem.portfolio.models import Portfolio
from tandem.portfolio.models.investment import InvestmentHorizon, InvestmentKind

_DO = Permission.EDIT_PORTFOLIO
MIX = {"kind": InvestmentKind.values, "horizon": InvestmentHorizon.values}
GROUP_NAMES = {"kind": _("kind of investment"), "horizon": _("horizon")}


def create(
    *, actor: Any, parent: Space, name: str, key: str = "", is_confidential: bool = False, **values: Any
) -> Portfolio:
    """A portfolio with its own space under `parent`."""
    _check(values)
    with transaction.atomic():
        space = spaces.open_space(
            actor=actor,
            parent=parent,
            kind=SpaceKind.PORTFOLIO,
            name=name,
            key=key,
            is_confidential=is_confidential,
        )
        return writing.create(
            Portfolio, actor=actor, permission=_DO, verb="portfolio.created", space=space, name=name, **values
        )


def change(*, actor: Any, portfolio: Portfolio, version: int | None, **values: Any) -> Portfolio:
    """The space carries the same name."""
    _check(values)
    with transaction.atomic():
        row = writing.change(
            portfolio, actor=actor, permission=_DO, verb="portfolio.changed", version=version, **values
        )
        if "name" in values:
            Space.objects.filter(pk=row.space_id).update(name=row.name)
    return row


def intend_mix(*, actor: Any, portfolio: Portfolio, version: int | None, mix: dict[str, int]) -> Portfolio:
    """Which share of the money each class is meant to have: `{"kind:run": 40}` in per cent. The classes of a group add up to
    100, or all are left open."""
    wanted = {name: _percent(value) for name, value in mix.items() if value is not None}
    for group, classes in MIX.items():
        said = [wanted[name] for name in (f"{group}:{value}" for value in classes) if name in wanted]
        if said and sum(said) != 100:
            raise Refused("mix_not_whole", field="mix", group=str(GROUP_NAMES[group]), sum=sum(said))
    if not wanted.keys() <= {f"{group}:{value}" for group, classes in MIX.items() for value in classes}:
        raise Refused("mix_unreadable", field="mix")
    return writing.change(portfolio, actor=actor, permission=_DO, verb="portfolio.mix_intended", version=version, intended_mix=wanted)


def _percent(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 100:
        raise Refused("mix_unreadable", field="mix")
    return value


def _check(values: dict[str, Any]) -> None:
    if not 0 <= values.get("discount_rate", 0) <= 100:
        raise Refused("rate_out_of_range", field="discount_rate")

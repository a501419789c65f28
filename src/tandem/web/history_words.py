"""Amounts by quarter, shares and locks of proposals and scenarios as a sentence says them, instead of as they are stored."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tandem.portfolio.models import Proposal
from tandem.strategy.models import Objective
from tandem.web.charts import number

KINDS = ("planning.scenario", "portfolio.proposal")
_GROUPS = {"kind": Proposal.Kind, "horizon": Proposal.Horizon, "side": Proposal.Side}
Named = Callable[[type[models.Model], int], str]


def wanted(name: str, value: Any) -> Iterator[tuple[type[models.Model], int]]:
    """The rows whose names a value needs."""
    if name == "locks" and isinstance(value, Mapping):
        yield from ((Proposal, int(key)) for key in value if str(key).isdigit())
    if name == "shares" and isinstance(value, list):
        groups = (str(one.get("group", "")) for one in value if isinstance(one, Mapping))
        yield from ((Objective, int(group[10:])) for group in groups if group.startswith("objective:") and group[10:].isdigit())


def said(name: str, value: Any, named: Named) -> str:
    """Empty where the value is none of these."""
    if not value:
        return ""
    if name in ("effort", "capacity") and isinstance(value, Mapping):
        return _joined(_("%(role)s: %(amounts)s") % {"role": role, "amounts": _amounts(row, _("%(n)s days"))} for role, row in value.items())
    if name in ("budget", "costs", "benefits") and isinstance(value, list):
        return _amounts(value)
    if name == "locks" and isinstance(value, Mapping):
        words = {"in": _("%(name)s is in"), "out": _("%(name)s is out")}
        return _joined(words[to] % {"name": named(Proposal, int(key))} for key, to in value.items() if to in words)
    if name == "shares" and isinstance(value, list):
        return _joined(_share(one, named) for one in value if isinstance(one, Mapping))
    return ""


def _amounts(row: list[Any], each: str = "%(n)s") -> str:
    """One amount by quarter after the other; the same throughout is said once."""
    if len(row) > 1 and len(set(row)) == 1:
        return _("%(amount)s in each of %(count)s quarters") % {"amount": each % {"n": number(row[0])}, "count": len(row)}
    return each % {"n": " · ".join(number(one) for one in row)}


def _share(one: Mapping[str, Any], named: Named) -> str:
    kind, _colon, value = str(one.get("group", "")).partition(":")
    known = _GROUPS.get(kind)
    if kind == "objective" and value.isdigit():
        group = named(Objective, int(value))
    else:
        group = str(known(value).label) if known and value in known.values else value
    text = _("at least %(n)s %% for “%(group)s”") if one.get("bound") == "least" else _("at most %(n)s %% for “%(group)s”")
    return text % {"n": one.get("percent"), "group": group}


def _joined(parts: Iterable[str]) -> str:
    return pgettext("list", ", ").join(parts)

"""What a scenario says in plain words: its rules, why a candidate is out, what a limit is worth, what must give way."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.planning.models import Scenario
from tandem.portfolio.models import Proposal
from tandem.reports.queries.scenarios import Inputs, Row, View, unit
from tandem.web.charts import number, quarter_name
from tandem.web.portfolio import money

_MOST_NAMES = 4


def quarter(scenario: Scenario, period: int | None) -> str:
    """`Q1 2027`; periods after the last quarter are those after the scenario."""
    if period is None:
        return ""
    if period >= scenario.quarters:
        return _("after its last quarter")
    return quarter_name(scenario.quarter(period))


def worth(inputs: Inputs, amount: float) -> str:
    """An amount of what counts, as the solver counts it: money, points of fit, or parts of all that could be had."""
    aim = inputs.scenario.aim
    if aim == Scenario.Aim.NPV:
        return money.money(amount * unit(inputs), inputs.currency)
    if aim == Scenario.Aim.FIT:
        return _("%(n)s points of fit") % {"n": number(round(amount / 1000, 1))}
    return _("%(n)s %% of all that could be had") % {"n": number(round(amount / 20_000, 1))}


def group(view: View, name: str) -> str:
    kind, _colon, value = name.partition(":")
    if kind == "objective":
        return view.objectives.get(int(value)) or _("an item that you cannot see")
    known = {"kind": Proposal.Kind, "horizon": Proposal.Horizon, "side": Proposal.Side}[kind]
    return str(known(value).label)


def share(view: View, row: Mapping[str, Any]) -> str:
    text = _("At least %(n)s %% of the money goes to “%(group)s”.") if row["bound"] == "least" else _("At most %(n)s %% of the money goes to “%(group)s”.")
    return text % {"n": row["percent"], "group": group(view, row["group"])}


def kept_share(view: View, row: Mapping[str, Any]) -> str:
    """What part the group really has."""
    total = view.figures.cost
    return f"{number(round(100 * view.figures.groups.get(row['group'], 0) / total))} %" if total else "–"


def why_not(view: View, row: Row) -> list[str]:
    """The heaviest reason first, then what forcing it in would do, then what would let it in."""
    if row.removed:
        return [_removed(*row.removed)]
    if not row.reason:
        return []
    causes = [_cause(view, *cause) for cause in row.reason["causes"][:3]]
    found = [c for c in causes if c]
    if forced := _forced(view, row.reason):
        found.append(forced)
    if extra := row.reason["extra"]:
        parts = [lacking(view, *one) for one in extra[:_MOST_NAMES]]
        found.append(_("It would fit beside the others with %(what)s.") % {"what": _(", ").join(parts)})
    return found or [_("Nothing stands against it but what the others bring.")]


def _removed(code: str, name: str) -> str:
    known = {
        "locked_out": _("Locked out."), "too_late": _("It may not start before this scenario ends."),
        "requires_absent": _("It requires “%(name)s”, which is not to be had here.") % {"name": name},
    }  # fmt: skip
    return known.get(code, code)


def _cause(view: View, code: str, name: str, period: int | None, amount: int) -> str:
    title = view.inputs.offers[name].title if name in view.inputs.offers else name
    what = {"name": title, "amount": worth(view.inputs, amount)}
    if code == "prerequisite":
        return _("It requires “%(name)s”, which is out.") % what
    if code == "exclusion":
        return _("“%(name)s” is in, and they exclude each other.") % what
    if code == "never_fits":
        kind = "capacity" if name else "budget"
        return _("Even alone it does not fit: there lacks %(what)s.") % {"what": lacking(view, kind, name, period, amount * (1 if name else unit(view.inputs)))}
    if code == "low_value":
        return _("What it would use brings more elsewhere, by %(amount)s.") % what
    if code == "capacity":
        return _("It needs days of “%(name)s” that are worth %(amount)s to others.") % what
    if code == "budget":
        return _("It needs money that is worth %(amount)s to others.") % what
    return _("A rule on shares stands against it.") if code == "share" else ""


def _forced(view: View, reason: Mapping[str, Any]) -> str:
    if reason["forced"] == "impossible":
        return _("No set that has it keeps all the rules.")
    if reason["forced"] != "found":
        return ""
    loss = worth(view.inputs, reason["loss"] or 0)
    gone = names(view, reason["displaced"])
    if gone:
        return _("Forced in, the set loses %(loss)s, and out go: %(names)s.") % {"loss": loss, "names": gone}
    return _("Forced in, the set loses %(loss)s; nobody has to leave.") % {"loss": loss}


def names(view: View, keys: Any) -> str:
    known = [view.inputs.offers[key].title for key in keys if key in view.inputs.offers]
    more = len(known) - _MOST_NAMES
    shown = _(", ").join(f"“{n}”" for n in known[:_MOST_NAMES])
    return shown + (ngettext(" and %(n)s more", " and %(n)s more", more) % {"n": more} if more > 0 else "")


def lacking(view: View, kind: str, name: str, period: int | None, units: int) -> str:
    when = quarter(view.scenario, period)
    if kind == "budget":
        return _("%(amount)s more in %(when)s") % {"amount": money.money(units, view.inputs.currency), "when": when}
    if kind == "capacity":
        return _("%(n)s more days of “%(role)s” in %(when)s") % {"n": number(units), "role": name, "when": when}
    return _("a rule on shares that gives way by %(n)s %%") % {"n": number(round(units / 100, 1))}


def price(view: View, row: Mapping[str, Any]) -> tuple[str, str]:
    """A limit that binds, and what more of it would bring."""
    when, kind = quarter(view.scenario, row["period"]), row["kind"]
    if kind == "budget":
        what = _("Money in %(when)s") % {"when": when}
        each = _("each %(one)s more brings %(worth)s") % {
            "one": money.money(1000, view.inputs.currency), "worth": worth(view.inputs, row["relaxed"] * 1000 / unit(view.inputs)),
        }  # fmt: skip
    elif kind == "capacity":
        what = _("Days of “%(role)s” in %(when)s") % {"role": row["name"], "when": when}
        each = _("each day more brings %(worth)s") % {"worth": worth(view.inputs, row["relaxed"])}
    else:
        rule = view.scenario.shares[int(row["name"])] if row["name"].isdigit() and int(row["name"]) < len(view.scenario.shares) else None
        what, each = share(view, rule) if rule else _("A rule on shares"), _("it costs something")
    if row.get("gained") is None or not row["step"]:
        return what, each
    if kind in ("share_least", "share_most"):
        each += _("; tried with %(n)s percentage points of room: %(gained)s") % {
            "n": number(round(row["step"] / 100, 1)), "gained": worth(view.inputs, row["gained"]),
        }  # fmt: skip
    elif kind in ("budget", "capacity"):
        step = money.money(row["step"], view.inputs.currency) if kind == "budget" else _("%(n)s days") % {"n": number(row["step"])}
        each += _("; tried with %(step)s more: %(gained)s") % {"step": step, "gained": worth(view.inputs, row["gained"])}
    return what, each


def must_give(view: View, row: list[Any]) -> str:
    kind, name, period, units = row
    title = view.inputs.offers[name].title if name in view.inputs.offers else name
    if kind == "mandatory":
        return _("“%(name)s” must be in, and cannot.") % {"name": title}
    if kind in ("exclusion", "prerequisite"):
        both = _(", ").join(view.inputs.offers[k].title for k in name.split(":") if k in view.inputs.offers)
        return _("A tie stands against it: %(names)s.") % {"names": both or title}
    if kind.startswith("share"):
        if name.isdigit() and int(name) < len(view.scenario.shares):
            return share(view, view.scenario.shares[int(name)])
        return _("No candidate belongs to “%(group)s”.") % {"group": group(view, name)}
    return _("There lacks %(what)s.") % {"what": lacking(view, kind, name, period, units)}

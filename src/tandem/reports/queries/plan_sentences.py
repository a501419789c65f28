"""The levelled plan in sentences: causes along a chain, what moved and why."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.kit.dates import short_day
from tandem.planning.way_words import days_of, short, unseen, way
from tandem.reports.queries.plan_absences import Absence
from tandem.reports.queries.plan_chain import HIDDEN, Because, Link
from tandem.reports.queries.plan_conflicts import Aim
from tandem.reports.queries.plan_moves import Shown

__all__ = ["days_of", "short", "unseen", "way"]


def cause(code: str, known: dict[str, Any]) -> str:
    """Why something does not start earlier. `known`: other, person, day, is_begun."""
    if code == "pin":
        if known.get("is_begun"):
            return _("It has begun: what has begun goes on before anything new.")
        return _("Its start is set by hand.")
    if code == "link":
        return _("It waits for %(item)s, which ends on %(day)s.") % {"item": known["other"], "day": short_day(known["day"])}
    if code == "capacity" and known.get("equipment"):
        what = _("equipment that you cannot see") if known["equipment"] == HIDDEN else known["equipment"]
        return _("%(what)s is needed for %(item)s until %(day)s.") % {"what": what, "item": known["other"], "day": short_day(known["day"])}
    if code == "capacity":
        if known.get("person"):
            return _("%(person)s works on %(item)s until %(day)s.") % {"person": known["person"], "item": known["other"], "day": short_day(known["day"])}
        return _("Nobody is named for it, and everybody of the project is busy: on %(item)s until %(day)s.") % {"item": known["other"], "day": short_day(known["day"])}
    sentences = {
        "calendar": _("Its calendar has no working time before."),
        "release": _("It may not start before %(day)s.") % {"day": short_day(known["day"])},
        "time_zero": _("Nothing holds it: it can start now."),
        "now": _("Nothing holds it: it can start now."),
        "nothing": _("It could start earlier: the order in which work was placed left a gap."),
    }
    return sentences.get(code, code)


def because(one: Because, of: Link) -> str:
    """The same of a cause in a chain, as its reader sees it."""
    return cause(one.code, {"other": str(one.other) if one.other else unseen(), "person": one.person, "day": one.day, "is_begun": of.is_begun, "equipment": one.equipment})


def aim(one: Aim) -> str:
    """What a way out does to an objective."""
    known = {"title": one.title, "n": one.moved, "days": abs(one.days), "loses": one.loses}
    if one.days > 0:
        said = _("%(title)s: the last of its work ends %(days)s d later") % known
    elif one.days < 0:
        said = _("%(title)s: the last of its work ends %(days)s d earlier") % known
    elif one.moved:
        said = ngettext("%(title)s: %(n)s part of its work moves, the last end stays", "%(title)s: %(n)s parts of its work move, the last end stays", one.moved) % known
    else:
        said = _("%(title)s: the last end of its work stays") % known
    return said + (ngettext(", %(loses)s part of it loses work", ", %(loses)s parts of it lose work", one.loses) % known if one.loses else "")


def moved(one: Shown) -> str:
    """Why something moved, as its reader sees it."""
    return move_cause(one.cause, one.about or unseen(), one.people, one.other or unseen(), one.who)


def absence(one: Absence) -> str:
    """Why somebody has no time for it, or less."""
    known = {"person": one.person, "first": short_day(one.first), "last": short_day(one.last), "share": one.share, "what": one.what or _("work elsewhere")}
    if one.code == "away":
        return _("%(person)s is away from %(first)s to %(last)s.") % known
    if one.code == "booked":
        return _("%(person)s is firmly booked for %(what)s until %(last)s: %(share)s %%.") % known
    if one.code == "joins":
        return _("%(person)s begins on %(first)s.") % known
    if one.code == "left":
        return _("The last day of %(person)s is %(last)s; from then on it counts as if somebody took their place.") % known
    return _("%(person)s works %(share)s %% of a week.") % known


def gain(slots: int) -> str:
    """What it would gain without this cause alone."""
    return _("%(n)s d earlier without that") % {"n": days_of(slots)} if slots > 0 else ""


def move_cause(code: dict[str, Any], item: str, people: tuple[str, str], other: str, who: str = "") -> str:
    """What made something move; `item` is what differs, its own where that is what moved."""
    kind = code["code"]
    own = bool(code.get("own"))
    known = {"item": item, "gone": people[0], "come": people[1], "other": other, "days": days_of(abs(int(code.get("slots", 0)))), "who": who}
    if kind == "added":
        return _("%(item)s was added: %(days)s d") % known
    if kind == "length":
        if own:
            return (_("it takes %(days)s d longer") if code["slots"] > 0 else _("it takes %(days)s d less")) % known
        return (_("%(item)s takes %(days)s d longer") if code["slots"] > 0 else _("%(item)s takes %(days)s d less")) % known
    if kind == "people":
        if own:
            return _("other people do it") + (f": −{known['gone']}" if known["gone"] else "") + (f" +{known['come']}" if known["come"] else "")
        return _("other people do %(item)s") % known
    if kind == "time":
        return _("%(who)s: other working time than before") % known if own else _("%(item)s: %(who)s has other working time than before") % known
    if kind == "date":
        return _("a date was set for it") if own else _("a date was set for %(item)s") % known
    if kind == "link":
        return _("it waits for %(other)s now") % known if own else _("%(item)s waits for %(other)s now") % known
    if kind == "begun":
        return _("it has begun") if own else _("%(item)s has begun") % known
    if kind == "stood":
        return _("it stood still: it has as much left as before") if own else _("%(item)s stood still: it has as much left as before") % known
    if kind == "waited":
        return _("it did not begin") if own else _("%(item)s did not begin") % known
    if kind == "done":
        return _("%(item)s is done or gone") % known
    return _("another order of the work")


def sentence(total: int, late: int, worst: str, days: int) -> str:
    """The first line of the page."""
    if not total:
        return _("No project has open work yet.")
    first = ngettext("%(n)s of %(all)s projects ends later than planned", "%(n)s of %(all)s projects end later than planned", late) % {"n": late, "all": total}
    if not late:
        return _("All projects end as planned or earlier, with the people there are.")
    return first + _("; the latest is %(name)s, %(days)s d.") % {"name": worst, "days": f"+{days}"}

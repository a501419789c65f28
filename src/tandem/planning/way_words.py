"""Ways out of a conflict in sentences, for every door."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def days_of(slots: int) -> str:
    """Slots of a plan as working days: eight of them are one."""
    return short(slots / 8)


def unseen() -> str:
    return _("an item that you cannot see")


def short(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def way(code: dict[str, Any], item: str = "", other: str = "", person: str = "") -> str:
    """A way out of a conflict, verb first."""
    known = {
        "item": item or unseen(), "other": other or unseen(), "person": person or _("the team"), "days": days_of(int(code.get("slots", 0))),
        "units": short(int(code.get("units", 0)) / 4), "until": code.get("until") or "",
    }  # fmt: skip
    kind = code["code"]
    if kind == "shift":
        return (_("Let %(item)s begin later") if code.get("item") else _("Move the date to %(until)s")) % known
    if kind == "window":
        return _("Move its window on the roadmap to end on %(until)s") % known
    if kind == "swap":
        return (_("Do it before %(other)s") if code.get("other") or code.get("other_space") else _("Do it before everything else")) % known
    if kind == "split":
        return _("Split %(item)s: the first %(days)s d now, the rest later") % known
    if kind == "add_capacity" and code.get("equipment"):
        return _("Get more of %(what)s for a time") % {"what": other or unseen()}
    if kind == "add_capacity":
        return ngettext("Add %(units)s person beside %(person)s for a time", "Add %(units)s people beside %(person)s for a time", -(-int(code.get("units", 0)) // 4)) % known
    if kind == "drop_lag":
        return _("Begin without the waiting time of a link")
    if kind == "hand_over" and not code.get("gone"):
        return _("Put %(person)s on %(item)s as well") % known
    if kind == "hand_over":
        return (_("Hand %(item)s to %(person)s") if code.get("item") else _("Hand this work to %(person)s")) % known
    if kind == "hire":
        return _("Hire or borrow somebody who can do it: full time, from today")
    if kind == "wait":
        return _("Do it after the leave, from %(until)s") % known
    if kind == "drop":
        return (_("Leave %(item)s out") if code.get("item") else _("Leave this work out")) % known
    return _("Put the work into another order")

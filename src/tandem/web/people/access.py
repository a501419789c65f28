"""Who may do what in a space: roles that were given there, roles that come from above."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _

from tandem.collaboration import words
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may, may_give
from tandem.people.actions import spaces
from tandem.people.models import Membership, Role, Space, User
from tandem.web import doors


@dataclass
class Held:
    """A role as the page shows it: `above` is the space it comes from, none for a role given here. It is taken away only
    by who could give it."""

    membership: Membership
    above: Space | None
    may_take: bool


@login_required
def access(request: HttpRequest, key: str) -> HttpResponse:
    """Give a role, change it, take it away."""
    space, error = doors.find(Space.objects, request.user, key=key), ""
    if request.method == "POST":
        try:
            return _written(request, space)
        except Refused as problem:
            error = words.refusal(problem.code, problem.params)
    managed = may(request.user, Permission.MANAGE_ACCESS, space.pk)
    context = {
        "space": space,
        "held": _held(space, request.user),
        "roles": _roles(request.user, space),
        "may_manage": managed,
        "people": User.objects.visible_to(request.user).active()[:1000] if managed else [],
        "chosen": request.GET.get("user", ""),
        "children": Space.objects.visible_to(request.user).filter(parent=space),
        "parents": [s for s in _line(space, request.user) if s.pk != space.pk][::-1],
        "error": error,
    }
    return render(request, "people/access.html", context, status=422 if error else 200)


def _written(request: HttpRequest, space: Space) -> HttpResponse:
    person = doors.find(User.objects, request.user, pk=whole_number(request.POST.get("user", "")) or 0)
    if request.POST.get("role") in Role.values:
        spaces.grant(actor=request.user, space=space, user=person, role=request.POST["role"])
    else:
        spaces.revoke(actor=request.user, space=space, user=person)
    return doors.go_to(request, request.path, _("Saved."))


def _roles(user: Any, space: Space) -> list[tuple[str, Any]]:
    """The roles that this person may give here: those that hold nothing which the person lacks."""
    return [(v, label) for v, label in Role.choices if may_give(user, v, space.pk)]


def _line(space: Space, user: Any) -> list[Space]:
    """The space and what it inherits from, nearest first, as far as the asker sees."""
    tree = {s.pk: s for s in Space.objects.visible_to(user)}
    found = [space]
    while not found[-1].is_confidential and found[-1].parent_id in tree:
        found.append(tree[found[-1].parent_id])
    return found


def _held(space: Space, user: Any) -> list[Held]:
    line = _line(space, user)
    # house: reads — roles in spaces that the asker sees
    rows = Membership.objects.filter(space__in=line).select_related("user", "space").order_by("user__name")
    order = {s.pk: n for n, s in enumerate(line)}
    found = sorted(rows, key=lambda m: order[m.space_id])
    gives = {role for role, _label in _roles(user, space)} if may(user, Permission.MANAGE_ACCESS, space.pk) else set()
    return [Held(m, None, m.role in gives) if m.space_id == space.pk else Held(m, m.space, False) for m in found]


urls = [path("spaces/<slug:key>/access/", access, name="access")]

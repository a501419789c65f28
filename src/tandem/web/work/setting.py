"""What the pages share on which a project's way of working is set: what a form does, numbers in it, the way between them."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from tandem.kit.errors import Hidden, Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may
from tandem.people.models import Space, SpaceKind
from tandem.portfolio.models import Project
from tandem.web import doors
from tandem.work.actions import inheritance

Acts = Mapping[str, Callable[[HttpRequest, Space], str]]


def around(request: HttpRequest, key: str, here: str) -> dict[str, Any]:
    """What every page of a project's settings shows: everybody who sees the project reads it, who may change the plan
    changes it."""
    space = doors.find(Space.objects, request.user, key=key)
    return {
        "space": space, "project": doors.find(Project.objects, request.user, space=space),
        "may_change": may(request.user, Permission.EDIT_PLAN, space.pk), "ways": ways(key, here), "is_project": True,
    }  # fmt: skip


def around_any(request: HttpRequest, key: str, here: str) -> dict[str, Any]:
    """The same for the organisation, a portfolio or a programme too: what is defined there holds in the projects below."""
    space = doors.find(Space.objects, request.user, key=key)
    if space.kind == SpaceKind.PROJECT:
        return around(request, key, here)
    if space.kind == SpaceKind.PRODUCT:
        raise Hidden
    may_change = may(request.user, Permission.EDIT_PLAN, space.pk)
    own = [one for one in ways(key, here) if one["name"] != "board_settings"]
    return {"space": space, "project": space, "may_change": may_change, "ways": own, "is_project": False}


def spaces_above(request: HttpRequest, space: Space) -> list[Space]:
    """Those that one sees, from the organisation down."""
    ranked = inheritance.above(space.pk)
    return sorted(Space.objects.visible_to(request.user).filter(pk__in=ranked), key=lambda s: -ranked.index(s.pk))


def origin_of(request: HttpRequest, row: Any, page: str) -> dict[str, str] | None:
    """Where a row is defined, when not here; a space that one cannot see is not named."""
    if row.origin is None:
        return None
    home = row.origin.space
    seen = home.pk in request.user.visible_space_ids()
    return {"name": home.name, "href": reverse(page, kwargs={"key": home.key})} if seen else {"name": _("a space that you cannot see"), "href": ""}


def take(request: HttpRequest, acts: Acts, space: Space, page: str) -> HttpResponse:
    """`do` says what; each act returns the words that say so."""
    act = acts.get(request.POST.get("do", ""))
    if act is None:
        raise Refused("change_unknown")
    said = act(request, space)
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"message": said})
    return doors.go_to(request, reverse(page, kwargs={"key": space.key}), said)


def number(request: HttpRequest, name: str) -> int:
    found = whole_number(request.POST.get(name, ""))
    if found is None:
        raise Refused("number_unreadable", field=name)
    return found


def one(model: Any, request: HttpRequest, name: str, space: Space) -> Any:
    """The row of this space whose number the form names."""
    return doors.find(model.objects, request.user, pk=number(request, name), space=space.pk)


def maybe(model: Any, request: HttpRequest, name: str, space: Space) -> Any:
    """The same, None when nothing is chosen."""
    return one(model, request, name, space) if request.POST.get(name) else None


def version_seen(request: HttpRequest) -> int:
    """Of a row of which a space has one: a form that was made before there was any names none, which is no version of it."""
    version = doors.version_in(request)
    return 0 if version is None else version


def ways(key: str, here: str) -> list[dict[str, Any]]:
    """The pages of a project's settings, the one that is open marked."""
    pages = (("board_settings", _("Columns and limits")), ("workflow_settings", _("States, types, moves")), ("field_settings", _("Fields")), ("link_kind_settings", _("Kinds of links")), ("archiving_settings", _("Archive")))
    return [{"name": name, "label": label, "href": reverse(name, kwargs={"key": key}), "current": name == here} for name, label in pages]

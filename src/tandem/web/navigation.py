"""The shell's navigation: at most eight entries, each with its pages."""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tandem.people.access import Permission, spaces_where


@dataclass
class Place:
    label: Any
    url: str
    icon: str = ""
    key: str = ""
    count: int = 0
    active: bool = False
    children: list["Place"] = field(default_factory=list)


# section: label, icon, key, (page label, URL name, key)
SECTIONS: list[tuple[Any, str, str, list[tuple[Any, str, str]]]] = [
    (_("Home"), "home", "h", [(_("Home"), "home", "")]),
    (_("Strategy"), "target-arrow", "s", [(_("Objectives"), "objectives", "o")]),
    (_("Portfolio"), "briefcase", "f", [
        (_("Projects"), "projects", "j"), (_("Programmes"), "programmes", ""), (_("Portfolios"), "portfolios", ""),
    ]),
    (_("Product"), "map-2", "p", [
        (_("Roadmap"), "roadmap", "r"), (_("Features"), "features", ""), (_("Releases"), "releases", ""),
        (_("Promises"), "promises", ""), (_("Products"), "products", ""),
    ]),
    (_("Delivery"), "layout-kanban", "d", [
        (_("Work items"), "work_items", "w"), (_("Plans"), "plans", "g"), (_("Boards"), "boards", "b"),
        (_("Imports"), "imports", "i"), (_("Jobs"), "jobs", ""),
    ]),
    (_("People"), "users", "k", [
        (_("People"), "people", ""), (_("Teams"), "teams", ""), (_("Calendars"), "calendars", ""),
    ]),
]  # fmt: skip

NEW: list[tuple[Any, str, str, Permission, str]] = [
    (_("Work item"), "work_items_new", "checkbox", Permission.EDIT_WORK, "c"),
    (_("Feature"), "features_new", "bulb", Permission.EDIT_PRODUCT, ""),
    (_("Release"), "releases_new", "package", Permission.EDIT_PRODUCT, ""),
    (_("Promise"), "promises_new", "message-circle", Permission.GIVE_PROMISE, ""),
    (_("Objective"), "objectives_new", "target-arrow", Permission.EDIT_STRATEGY, ""),
    (_("Project"), "projects_new", "briefcase", Permission.EDIT_PLAN, ""),
    (_("Import a file"), "imports_new", "file-import", Permission.IMPORT, ""),
]


def sections(request: HttpRequest) -> list[Place]:
    """The entries with the current page marked: the longest address that the request's path begins with."""
    found = []
    best: tuple[int, Place | None, Place | None] = (0, None, None)
    for label, icon, key, pages in SECTIONS:
        children = [Place(text, reverse(name), key=letter) for text, name, letter in pages]
        place = Place(label, children[0].url, icon, key, children=children if len(children) > 1 else [])
        found.append(place)
        for child in children:
            here = request.path == "/" if child.url == "/" else request.path.startswith(child.url)
            if here and len(child.url) > best[0]:
                best = (len(child.url), place, child)
    if best[1] and best[2]:
        best[1].active = best[2].active = True
    return found


def new_items(user: Any) -> list[dict[str, Any]]:
    """What the person may create somewhere."""
    rows = []
    for label, name, icon, permission, key in NEW:
        if spaces_where(user, permission):
            rows.append({"label": label, "url": reverse(name), "icon": icon, "key": key, "peek": False})
    return rows

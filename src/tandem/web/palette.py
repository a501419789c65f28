"""What the command palette finds: commands, pages, people, work items, features."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from tandem.kit.text import fold, pinyin_key
from tandem.people.models import User
from tandem.portfolio.models import Project
from tandem.product.models import Feature
from tandem.web import navigation
from tandem.work.models import WorkItem

# a small list is compared name by name: nobody has more projects in view
MOST_NAMES = 500


@login_required
def search(request: HttpRequest) -> HttpResponse:
    """`>` commands, `@` people, `#` items, `/` pages; without a prefix everything."""
    text = request.GET.get("q", "").strip()
    prefix, rest = (text[0], text[1:].strip()) if text[:1] in (">", "@", "#", "/") else ("", text)
    groups = []
    if prefix in ("", "#") and rest:
        groups.append((_("Work items"), _items(request.user, rest)))
        groups.append((_("Features"), _features(request.user, rest)))
    if prefix == "" and rest:
        groups.append((_("Projects"), _projects(request.user, rest)))
    if prefix in ("", "@") and rest:
        groups.append((_("People"), _people(request.user, rest)))
    if prefix in ("", "/"):
        groups.append((_("Pages"), _pages(request, rest)))
    if prefix in ("", ">"):
        groups.append((_("Commands"), _commands(request, rest)))
    return JsonResponse({"groups": [{"title": title, "items": items} for title, items in groups if items]})


def _items(user: Any, text: str) -> list[dict[str, str]]:
    rows = WorkItem.objects.visible_to(user).present()
    exact = rows.filter(key__iexact=text).values_list("key", "title")[:1]
    found = [
        *exact,
        *(
            r
            for r in rows.matching(text).order_by("-updated_at").values_list("key", "title")[:8]
            if r not in exact
        ),
    ]
    return [
        {"label": title, "hint": key, "url": reverse("work_item", kwargs={"key": key}), "icon": "checkbox"}
        for key, title in found
    ]


def _features(user: Any, text: str) -> list[dict[str, str]]:
    rows = Feature.objects.visible_to(user).order_by("-id").values_list("title", "id")[:MOST_NAMES]
    return [
        {"label": t, "hint": "", "url": reverse("features_detail", kwargs={"id": i}), "icon": "bulb"}
        for t, i in _reads_like(rows, text)[:5]
    ]


def _projects(user: Any, text: str) -> list[dict[str, str]]:
    rows = Project.objects.visible_to(user).order_by("name").values_list("name", "space__key")[:MOST_NAMES]
    return [
        {"label": n, "hint": k, "url": reverse("board", kwargs={"key": k}), "icon": "briefcase"}
        for n, k in _reads_like(rows, text)[:5]
    ]


def _reads_like(rows: Any, text: str) -> list[tuple[str, Any]]:
    """Names that hold the text, begin so in pinyin, or whose key begins so."""
    wanted = fold(text)
    return [
        (name, other)
        for name, other in rows
        if wanted in fold(name)
        or any(word.startswith(wanted) for word in pinyin_key(name).split())
        or (isinstance(other, str) and other.lower().startswith(wanted))
    ]


def _people(user: Any, text: str) -> list[dict[str, str]]:
    rows = User.objects.visible_to(user).active().matching(text)[:5]
    return [
        {
            "label": u.name,
            "hint": "",
            "url": reverse("work_items") + "?" + urlencode({"q": f'assignee:"{u.name}"'}),
            "icon": "user",
        }
        for u in rows
    ]


def _pages(request: HttpRequest, text: str) -> list[dict[str, str]]:
    pages = [(c, s) for s in navigation.sections(request, all_of_them=True) for c in s.pages]
    return [
        {"label": str(c.label), "hint": str(s.label) if s.label != c.label else "", "url": c.url, "icon": s.icon}
        for c, s in pages
        if text.lower() in str(c.label).lower()
    ]


def _commands(request: HttpRequest, text: str) -> list[dict[str, str]]:
    rows = [
        {
            "label": _("New: %(noun)s") % {"noun": n["label"]},
            "hint": "",
            "url": n["url"],
            "icon": n["icon"],
            "key": n["key"],
        }
        for n in navigation.new_items(request.user)
    ]
    return [r for r in rows if text.lower() in r["label"].lower()]


urls = [path("palette/", search, name="palette")]

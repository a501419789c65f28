"""The kinds of links of a project's own: named, renamed, retired and brought back."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tandem.people.models import Space
from tandem.web import doors
from tandem.web.work import setting, work_items_parts
from tandem.work.actions import link_kinds
from tandem.work.models import Link, LinkKind


@login_required
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, key: str) -> HttpResponse:
    """Everybody who sees the space reads them; who may change the plan changes them."""
    around = setting.around_any(request, key, "link_kind_settings")
    space = around["space"]
    if request.method == "POST":
        return setting.take(request, _ACTS, space, "link_kind_settings")
    spread = Count("followers", filter=Q(followers__space__in=request.user.visible_space_ids(), followers__retired_at=None))
    rows = list(LinkKind.objects.visible_to(request.user).filter(space=space).annotate(followed=spread).select_related("origin__space").in_order())
    used = Link.objects.visible_to(request.user).filter(own_kind__in=rows).values_list("own_kind").annotate(n=Count("pk"))
    usual = ("blocks", "blocks:in", "relates", "duplicates", "duplicates:in")
    said = work_items_parts.words()
    context = {
        **around, "spaces_above": setting.spaces_above(request, space), "used": dict(used), "usual": [said[name] for name in usual],
        "kinds": [(row, setting.origin_of(request, row, "link_kind_settings")) for row in rows if row.retired_at is None],
        "retired": [row for row in rows if row.retired_at],
    }  # fmt: skip
    return render(request, "work/link_kind_settings.html", context)


def _given(request: HttpRequest) -> dict[str, Any]:
    return {"name": request.POST.get("name", ""), "inverse": request.POST.get("inverse", "")}


def _add(request: HttpRequest, space: Space) -> str:
    kind = link_kinds.create(actor=request.user, space=space, **_given(request))
    return _("Added the kind of link “%(name)s”.") % {"name": kind.name}


def _change(request: HttpRequest, space: Space) -> str:
    link_kinds.change(actor=request.user, link_kind=_kind(request, space), version=doors.version_in(request), **_given(request))
    return _("Saved.")


def _retire(request: HttpRequest, space: Space) -> str:
    kind = link_kinds.retire(actor=request.user, link_kind=_kind(request, space), version=doors.version_in(request))
    return _("Retired “%(name)s”. Links of this kind keep it.") % {"name": kind.name}


def _restore(request: HttpRequest, space: Space) -> str:
    kind = link_kinds.restore(actor=request.user, link_kind=_kind(request, space), version=doors.version_in(request))
    return _("“%(name)s” is back.") % {"name": kind.name}


def _kind(request: HttpRequest, space: Space) -> LinkKind:
    return setting.one(LinkKind, request, "kind", space)  # type: ignore[no-any-return]


_ACTS: setting.Acts = {"add": _add, "change": _change, "retire": _retire, "restore": _restore}

urls = [path("boards/<slug:key>/link-kinds/", settings, name="link_kind_settings")]

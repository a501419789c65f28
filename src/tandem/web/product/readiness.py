"""Can this release go out? The verdict with its reasons, the release's own checks, and its notes in both languages."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from tandem.kit.dates import short_day
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may
from tandem.people.models import User
from tandem.people.scoping import members_of
from tandem.product.actions import release_checks, releases
from tandem.product.models import Portal, Release, ReleaseCheck
from tandem.reports.queries import readiness as reads
from tandem.reports.queries.readiness import Readiness, Reason
from tandem.web import doors
from tandem.web.product import readiness_words as words
from tandem.web.templating import day

MOST_TEXT, PEOPLE = 20_000, 200
SHAPES = {reads.HOLDS: "off", reads.WARNS: "risk", reads.FINE: "done", reads.NOTHING: "none"}
_VERDICTS = {reads.READY: "on", reads.NOT_READY: "off", reads.NOT_KNOWN: "risk", reads.EMPTY: "none", reads.RELEASED: "done", reads.CANCELLED: "none"}


def find(request: HttpRequest, id: int) -> Release:
    return doors.find(Release.objects.select_related("product", "space"), request.user, pk=id)


def address(release: Any) -> str:
    return reverse("readiness", kwargs={"id": getattr(release, "pk", release)})


@login_required
def page(request: HttpRequest, id: int) -> HttpResponse:
    """GET the verdict; POST `do=release` marks it as released."""
    user: Any = request.user
    row = find(request, id)
    if request.method == "POST":
        if request.POST.get("do") != "release":
            raise Refused("change_unknown")
        releases.change(actor=user, release=row, version=doors.version_in(request), state=Release.State.RELEASED)
        return doors.go_to(request, address(row), _("%(name)s is marked as released.") % {"name": row.name})
    found = reads.read(user, row)
    request.live_topics = topics = [f"space:{pk}" for pk in sorted(found.spaces)]  # type: ignore[attr-defined]
    may_edit = may(user, Permission.EDIT_PRODUCT, row.space_id)
    return render(request, "product/readiness.html", {
        "row": row, "found": found, "topics": " ".join(topics), "verdict": words.verdict(found), "state": _VERDICTS[found.verdict], "figures": _figures(found),
        "reasons": [_reason(one) for one in found.reasons], "may_edit": may_edit, "may_decide": may(user, Permission.EDIT_WORK, row.space_id),
        "people": _people(user, row) if may_edit else [], "sources": _sources(user, row) if may_edit else [],
        "has_portal": Portal.objects.visible_to(user).open().filter(product=row.product_id).exists(),
    })  # fmt: skip


def _figures(found: Readiness) -> list[dict[str, Any]]:
    """At most five; each has its list below."""
    total, checks = found.sum, found.of(reads.CHECKS)
    shown = [{"label": _("Work items done"), "value": f"{total.done}/{total.items}" if total.items else "–", "note": _("none belongs to it") if not total.items else ""}]
    shown.append({"label": _("Acceptance checks"), "value": f"{total.passed}/{total.checks}" if total.checks else "–", "note": "" if total.checks else _("none marked")})
    shown.append({"label": _("Blocked"), "value": str(total.blocked), "note": ""})
    if checks:
        shown.append({"label": _("Release checks"), "value": f"{checks.total - checks.left}/{checks.total}" if checks.total else "–", "note": "" if checks.total else _("none set up")})
    ends = found.row and (found.row.p80 or found.row.plan_finish)
    planned = found.release.planned_on
    note = _("planned %(day)s") % {"day": day(planned)} if planned else _("no planned day")
    shown.append({"label": _("P80") if found.row and found.row.p80 else _("Forecast"), "value": short_day(ends) if ends else "–", "note": note})
    return shown


def _reason(reason: Reason) -> dict[str, Any]:
    left = len(reason.records)
    return {
        "code": reason.code, "shape": SHAPES[reason.state], "holds": reason.state == reads.HOLDS, "text": words.reason(reason),
        "records": [words.record(one) for one in reason.records], "more": max(0, reason.left - left) if reason.code not in (reads.SCOPE, reads.PROMISE) else 0,
    }  # fmt: skip


def _people(user: Any, row: Release) -> list[Any]:
    ids = members_of(row.space_id).values("user_id")
    return list(User.objects.visible_to(user).filter(pk__in=ids).order_by("name")[:PEOPLE])


def _sources(user: Any, row: Release) -> list[Release]:
    """Releases of the product that have checks, the latest first."""
    rows = Release.objects.visible_to(user).filter(product=row.product_id, checks__isnull=False).exclude(pk=row.pk)
    return list(rows.distinct().order_by("-id")[:20])


@login_required
@require_POST
def checks(request: HttpRequest, id: int) -> HttpResponse:
    """`do`: add (a check for each of `lines`), or copy those of the release `source`."""
    row = find(request, id)
    if request.POST.get("do") == "copy":
        source = doors.find(Release.objects, request.user, pk=_number(request, "source"))
        made = release_checks.copy(actor=request.user, release=row, source=source)
    else:
        owner = doors.find(User.objects, request.user, pk=_number(request, "owner")) if request.POST.get("owner") else None
        made = release_checks.add(actor=request.user, release=row, text=request.POST.get("lines", "")[:MOST_TEXT], owner=owner)
    said = ngettext("%(n)s check was added.", "%(n)s checks were added.", len(made)) % {"n": len(made)}
    return doors.done(request, address(row) + "#checks", said)


_STATES = {"pass": ReleaseCheck.State.PASSED, "waive": ReleaseCheck.State.WAIVED, "reopen": ReleaseCheck.State.OPEN}


@login_required
@require_POST
def check(request: HttpRequest, id: int) -> HttpResponse:
    """`do`: pass, waive (with a `reason`), reopen, change (`name`, `owner`), remove."""
    user: Any = request.user
    row = doors.find(ReleaseCheck.objects.select_related("release"), user, pk=id)
    do, version = request.POST.get("do", ""), doors.version_in(request)
    here = address(row.release_id) + "#checks"
    if do in _STATES:
        before = row.state
        row = release_checks.decide(actor=user, release_check=row, version=version, state=_STATES[do], reason=request.POST.get("reason", ""))
        back = reverse("release_check_reopenings", kwargs={"id": row.pk}) + f"?version={row.version}"
        undo = back if before == ReleaseCheck.State.OPEN and do != "reopen" else ""
        return doors.done(request, here, words.decided(do), undo)
    if do == "change":
        owner = doors.find(User.objects, user, pk=_number(request, "owner")) if request.POST.get("owner") else None
        release_checks.change(actor=user, release_check=row, version=version, name=request.POST.get("name", ""), owner=owner)
        return doors.done(request, here, _("Saved."))
    if do == "remove":
        release_checks.remove(actor=user, release_check=row, version=version)
        return doors.done(request, here, _("Removed."))
    raise Refused("change_unknown")


@login_required
@require_POST
def reopening(request: HttpRequest, id: int) -> HttpResponse:
    """The address behind “Undo” after a check was passed or waived; it says of which version, so that a later decision stands."""
    row = doors.find(ReleaseCheck.objects, request.user, pk=id)
    version = whole_number(request.GET.get("version", ""), 9) or 0
    release_checks.decide(actor=request.user, release_check=row, version=version, state=ReleaseCheck.State.OPEN)
    return doors.done(request, address(row.release_id) + "#checks", _("Taken back."))


def _number(request: HttpRequest, name: str) -> int:
    return whole_number(request.POST.get(name, "")) or 0


urls = [
    path("releases/<int:id>/readiness/", page, name="readiness"),
    path("releases/<int:id>/checks/", checks, name="release_checks"),
    path("release-checks/<int:id>/", check, name="release_check"),
    path("release-checks/<int:id>/reopenings/", reopening, name="release_check_reopenings"),
]

"""Attached files: taking them in for a record's page, handing them out, taking them away.

A file is only ever downloaded, whatever it says it is: a page or a picture made by somebody else must not run or show
under our address."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from tandem.collaboration import storing
from tandem.collaboration.actions import attachments
from tandem.collaboration.models import Attachment
from tandem.kit.errors import Hidden, Refused
from tandem.kit.http import download, is_fragment_request, is_local_path
from tandem.people.access import Permission, may
from tandem.web import doors

_SHOWN = ("name", "size", "stored_as", "url", "author__name")


def of(user: Any, subject: models.Model) -> list[dict[str, Any]]:
    """The files on a record, each with whether this person may take it away."""
    manages = may(user, Permission.MANAGE_ACCESS, subject.space_id)  # type: ignore[attr-defined]
    comments = may(user, Permission.COMMENT, subject.space_id)  # type: ignore[attr-defined]
    rows = Attachment.objects.visible_to(user).on(subject).select_related("author").only(*_SHOWN)
    found = [{"row": a, "may_remove": manages or (comments and a.is_by(user)), "earlier": [], "number": 1} for a in rows[:200]]
    return _with_versions(found)


def _with_versions(files: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A file of the same name is the next version of it: the newest stands for all, with the earlier ones behind it."""
    newest: dict[Any, dict[str, Any]] = {}
    for one in files:
        key = one["row"].name if one["row"].stored_as else one["row"].pk
        if before := newest.get(key):
            one["earlier"], one["number"] = [before, *before["earlier"]], before["number"] + 1
            del newest[key]
        newest[key] = one
    return list(newest.values())


def take(request: HttpRequest, subject: models.Model, back: str) -> HttpResponse:
    """Every file of the form; the ones that came before a refused one stay."""
    files = request.FILES.getlist("file")
    if not files:
        raise Refused("file_missing", field="file")
    for file in files:
        attachments.add(actor=request.user, subject=subject, name=file.name or "", chunks=file.chunks())
    said = ngettext("Attached %(n)s file", "Attached %(n)s files", len(files)) % {"n": len(files)}
    return doors.go_to(request, back, said)


@login_required
@require_safe
def content(request: HttpRequest, id: int) -> HttpResponse:
    if is_fragment_request(request.headers, request.GET):
        raise Hidden
    attachment = doors.find(Attachment.objects, request.user, pk=id)
    try:
        return download(storing.path_of(attachment.stored_as), attachment.name)
    except (OSError, LookupError):
        raise Hidden from None


@login_required
@require_POST
def removal(request: HttpRequest, id: int) -> HttpResponse:
    attachment = doors.find(Attachment.objects, request.user, pk=id)
    attachments.remove(actor=request.user, attachment=attachment)
    back = request.POST.get("next", "")
    return doors.go_to(request, back if is_local_path(back) else "/", _("The file was removed."))


urls = [
    path("attachments/<int:id>/", content, name="attachment"),
    path("attachments/<int:id>/removals/", removal, name="attachment_removals"),
]

"""Comments on a record of any noun: reading them, and what is done to them."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models.functions import JSONObject
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from tandem.collaboration import mentions
from tandem.collaboration.actions import comments
from tandem.collaboration.models import Comment, Reaction
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.web import doors

SHOWN = 200
_READ = ("subject_id", "version", "created_at", "edited_at", "body", "author__name")
_ICONS = {"agreed": "thumb-up", "thanks": "mood-smile", "seen": "eye"}


def of(user: Any, subject: models.Model) -> list[Comment]:
    """With the names of today for those who are mentioned, and who reacted how: `said` on each."""
    reactions = Reaction.objects.filter(comment=models.OuterRef("pk"))  # house: reads — who sees the comment sees what was said to it
    rows = list(
        Comment.objects.visible_to(user).on(subject).select_related("author").only(*_READ)
        .annotate(reacted=ArraySubquery(reactions.values(row=JSONObject(kind="kind", user="user_id", name="user__name"))))[:SHOWN]
    )  # fmt: skip
    names = mentions.names_of(row.body for row in rows)
    for row in rows:
        row.body = mentions.renamed(row.body, names)
        row.said = [_reaction(user, kind, label, row.reacted) for kind, label in Reaction.Kind.choices]
    return rows


def _reaction(user: Any, kind: str, label: Any, reacted: list[dict[str, Any]]) -> dict[str, Any]:
    who = [one for one in reacted if one["kind"] == kind]
    return {
        "kind": kind, "label": label, "icon": _ICONS[kind], "count": len(who), "is_mine": any(one["user"] == user.pk for one in who),
        "names": ", ".join(one["name"] for one in who),
    }  # fmt: skip


def take(request: HttpRequest, subject: models.Model, back: str) -> HttpResponse:
    """Say something; or, with `do`, rewrite or take away what one has said, or react to a comment."""
    user, do, body, here = (
        request.user,
        request.POST.get("do", ""),
        request.POST.get("body", ""),
        f"{back}#comments",
    )
    if not do:
        comments.add(actor=user, subject=subject, body=body)
        return doors.done(request, here)
    row = doors.find(Comment.objects.on(subject), user, pk=whole_number(request.POST.get("comment", "")) or 0)
    if do == "react":
        comments.react(actor=user, comment=row, kind=request.POST.get("kind", ""))
        return doors.done(request, here)
    if do == "remove":
        comments.remove(actor=user, comment=row)
        return doors.done(request, here, _("The comment was removed."))
    if do != "edit":
        raise Refused("change_unknown", field="do")
    if not body.strip():
        raise Refused("comment_empty", field="body")
    comments.change(actor=user, comment=row, version=doors.version_in(request), body=body)
    return doors.done(request, here)

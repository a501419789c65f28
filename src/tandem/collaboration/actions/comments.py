"""Saying something about a record."""

from typing import Any
from uuid import UUID

from django.db import models, transaction

from tandem.collaboration import mentions
from tandem.collaboration.models import Comment, Reaction
from tandem.history.record import record, record_many
from tandem.kit import clock
from tandem.kit.errors import Denied, Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space


def add(*, actor: Any, subject: models.Model, body: str) -> Comment:
    """Whoever may comment in the subject's space may comment on it."""
    if not body.strip():
        raise Refused("comment_empty", field="body")
    space = subject.space  # type: ignore[attr-defined]
    require(actor, Permission.COMMENT, space.pk)
    mentions.check(space.pk, body)
    return writing.create(
        Comment,
        actor=actor,
        permission=Permission.COMMENT,
        verb="comment.added",
        personal=("body",),
        space=space,
        subject_kind=subject._meta.label_lower,
        subject_id=subject.pk,
        author=actor,
        body=body,
    )


def change(*, actor: Any, comment: Comment, version: int | None, body: str) -> Comment:
    """Only the author rewrites a comment."""
    if not comment.is_by(actor):
        raise Denied(Permission.COMMENT)
    require(actor, Permission.COMMENT, comment.space_id)
    mentions.check(comment.space_id, body, comment.body)
    return writing.change(
        comment,
        actor=actor,
        permission=Permission.COMMENT,
        verb="comment.changed",
        version=version,
        personal=("body",),
        body=body,
        edited_at=clock.now(),
    )


def remove(*, actor: Any, comment: Comment) -> None:
    """The author, or who manages access to the space, takes a comment away."""
    needed = Permission.COMMENT if comment.is_by(actor) else Permission.MANAGE_ACCESS
    writing.remove(comment, actor=actor, permission=needed, verb="comment.removed")


def react(*, actor: Any, comment: Comment, kind: str) -> bool:
    """One reaction of each kind per person; the same again takes it back. Returns whether it stands."""
    require(actor, Permission.COMMENT, comment.space_id)
    if kind not in Reaction.Kind.values:
        raise Refused("choice_unknown", field="kind")
    with transaction.atomic():
        row, stands = Reaction.objects.get_or_create(comment=comment, user=actor, kind=kind)
        if not stands:
            row.delete()
        record(
            "comment.reacted",
            comment,
            actor=actor,
            changes={"reaction": [None, kind] if stands else [kind, None]},
        )
    return stands


def create_many(
    *, actor: Any, space: Space, comments: list[Comment], run: UUID | None = None
) -> list[Comment]:
    """Comments of an import, with the authors and times of the source; an event for each."""
    require(actor, Permission.IMPORT, space.pk)
    if not comments:
        return []
    with transaction.atomic():
        for comment in comments:
            comment.space = space
        Comment.objects.bulk_create(comments, batch_size=1000)
        rows = [(c, {"subject": [None, c.subject_id]}, {"body": [None, c.body]}) for c in comments]
        record_many("comment.added", rows, actor=actor, run=run)
    return comments


def rewrite_many(
    *, actor: Any, space: Space, rows: list[tuple[Comment, str]], run: UUID | None = None
) -> None:
    """Comments that the source has edited since."""
    require(actor, Permission.IMPORT, space.pk)
    if not rows:
        return
    events = [(c, {}, {"body": [c.body, body]}) for c, body in rows]
    with transaction.atomic():
        for comment, body in rows:
            comment.body, comment.edited_at, comment.version = body, clock.now(), comment.version + 1
        Comment.objects.bulk_update([c for c, _ in rows], ["body", "edited_at", "version"], batch_size=500)
        record_many("comment.changed", events, actor=actor, run=run)

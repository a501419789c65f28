"""Writing down what somebody said about a product, and changing it. An address is never part of the history."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from tandem.collaboration.models import Watch
from tandem.history.record import record, record_many
from tandem.kit.errors import Refused
from tandem.kit.text import has_chinese, plain
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.product.actions import feedback_answers as answers
from tandem.product.actions import feedback_families as families
from tandem.product.models import Feedback, FeedbackLink, Product

_DO, _GIVE = Permission.EDIT_PRODUCT, Permission.COMMENT
_PERSONAL = ("title", "text", "giver_name", "answer")
_UNRECORDED = ("giver_email", "wants_word")
_DECIDED = ("state", "answer", "is_public", "outside_votes", "outside_comments")
"What only those who edit the product say."
MOST_LABELS = 30


def create(*, actor: Any, product: Product, title: str, **values: Any) -> Feedback:
    """Whoever may comment may pass on what somebody said; deciding about it is for those who edit the product."""
    require(actor, _GIVE, product.space_id)
    values = cleaned({"title": title, **values})
    is_decided = any(values.get(name) for name in _DECIDED if name != "state")
    if is_decided or values.get("state", Feedback.State.NEW) != Feedback.State.NEW:
        require(actor, _DO, product.space_id)
    if "language" not in values and has_chinese(values["title"] + values.get("text", "")):
        values["language"] = Feedback.Language.CHINESE
    row = Feedback(space=product.space, product=product, votes=values.get("outside_votes", 0), **values)
    with transaction.atomic():
        row.full_clean(validate_unique=False, validate_constraints=False)
        row.save(force_insert=True)
        given = {name: [None, value] for name, value in values.items() if value not in ("", None, [], False, 0)}
        _record("feedback.created", row, actor, {"product": [None, product], **given})
        hears(row)
    return row


def change(*, actor: Any, feedback: Feedback, version: int | None, **values: Any) -> Feedback:
    """What a link quotes stays in the text. A state follows the features that are linked; without any it is said by hand."""
    require(actor, _DO, feedback.space_id)
    values = cleaned(values)
    before = {name: getattr(feedback, name) for name in values}
    differing = {name: value for name, value in values.items() if before[name] != value}
    if not differing:
        return feedback
    with transaction.atomic():
        _refuse_broken(feedback, differing)
        for name, value in differing.items():
            setattr(feedback, name, value)
        feedback.full_clean(validate_unique=False, validate_constraints=False)
        feedback.write(expected=version, **differing)
        _record("feedback.changed", feedback, actor, {name: [before[name], value] for name, value in differing.items()})
        if "giver" in differing:
            hears(feedback)
        if "outside_votes" in differing:
            families.recount(families.root_of(feedback))
        if "state" in differing:
            answers.spread(actor=actor, root=feedback)
    feedback.refresh_from_db(fields=["version", "votes"])
    return feedback


def remove(*, actor: Any, feedback: Feedback, version: int | None = None) -> None:
    """Not while others are merged into it: their words would lose their place."""
    require(actor, _DO, feedback.space_id)
    if feedback.merged.exists():
        raise Refused("feedback_holds_others")
    with transaction.atomic():
        above = families.root_of(feedback) if feedback.merged_into_id else None
        writing.remove(feedback, actor=actor, permission=_DO, verb="feedback.removed", version=version)
        if above is not None:
            families.recount(above)


def cleaned(values: dict[str, Any]) -> dict[str, Any]:
    """Without what mail programs, readers or mentions would take for more than words."""
    found = dict(values)
    for name, most in (("title", 300), ("giver_name", 200), ("text", None), ("answer", 1000)):
        if name in found:
            found[name] = plain(found[name], lines=name in ("text", "answer")).replace("@[", "@ [")[:most]
    if "title" in found and not found["title"]:
        raise Refused("title_empty", field="title")
    if "giver_email" in found:
        found["giver_email"] = address(found["giver_email"])
    if "labels" in found:
        found["labels"] = [label for one in found["labels"] if (label := plain(one)[:100])][:MOST_LABELS]
    return found


def address(email: str) -> str:
    """One e-mail address or none; nothing that would become a second one, or a header."""
    email = email.strip()
    if email:
        try:
            validate_email(email)
        except ValidationError:
            raise Refused("email_unreadable", field="giver_email") from None
        if len(email) > 254 or not email.isprintable() or not email.isascii() or any(c in email for c in " ,;<>\"'()\\"):
            raise Refused("email_unreadable", field="giver_email")
    return email


def hears(row: Feedback) -> None:
    """A giver with an account watches what they gave, so that their inbox says what becomes of it."""
    if row.giver_id:
        Watch.objects.get_or_create(
            user_id=row.giver_id, subject_kind=row._meta.label_lower, subject_id=row.pk,
            defaults={"space_id": row.space_id, "why": Watch.Why.REPORTED},
        )  # fmt: skip


def _refuse_broken(row: Feedback, values: dict[str, Any]) -> None:
    if "state" in values and row.merged_into_id:
        raise Refused("feedback_merged", field="state")
    if "state" in values and FeedbackLink.objects.filter(feedback__in=families.members([row.pk])[row.pk]).exists():
        raise Refused("state_follows", field="state")
    if {"title", "text"} & values.keys():
        words = families.words(values.get("title", row.title), values.get("text", row.text))
        for link in row.links.all():
            if families.flat(link.quote) not in words:
                raise Refused("quote_needed", field="text", quote=link.quote[:200])


def _record(verb: str, row: Feedback, actor: Any, changes: dict[str, Any]) -> None:
    known, text = _parted(changes)
    record(verb, row, actor=actor, changes=known, text=text)


def _parted(changes: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the history says for good, and what of it can be erased; `source` means something else there."""
    known = {"origin" if name == "source" else name: both for name, both in changes.items() if name not in _UNRECORDED}
    return known, {name: known.pop(name) for name in _PERSONAL if name in known}


def record_many_changes(rows: list[tuple[Feedback, dict[str, Any]]], *, actor: Any, run: Any) -> None:
    """One event for each entry that an import has changed."""
    record_many("feedback.changed", [(row, *_parted(changes)) for row, changes in rows], actor=actor, run=run)


def record_merges(rows: list[Feedback], *, actor: Any, run: Any) -> None:
    record_many("feedback.merged", [(row, {"merged_into": [None, row.merged_into_id]}, {}) for row in rows], actor=actor, run=run)

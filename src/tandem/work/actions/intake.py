"""Forms for people without an account: making and taking back the link, what is sent, and the decision about it."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.kit.http import sender_of
from tandem.kit.ids import token
from tandem.kit.text import plain as _plain
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space, SpaceKind
from tandem.portfolio.actions import proposals
from tandem.portfolio.models import Proposal
from tandem.work.actions import intake_routes, work_items
from tandem.work.models import IntakeForm, Submission, WorkItem, WorkItemType

_SHARE, _DO = Permission.SHARE, Permission.EDIT_WORK
MOST_FORMS, MOST_WAITING, MOST_EMAIL = 20, 500, 254
# from one sender, and in all, within the hour
MOST_OF_ONE, MOST_OF_ALL = 5, 60
_HOUR = timedelta(hours=1)
_FIELDS = {"title", "intro", "type", "question", "routes"}
_S = Submission.State
PLACES = (SpaceKind.PROJECT, SpaceKind.PORTFOLIO, SpaceKind.ORGANISATION)
_MARKUP = re.compile(r"([\\`*_\[\]<>#|~!&]|^\s*[-+=](?=[\s=-])|(?<=\d)[.)](?=\s))", re.MULTILINE)


def create_form(
    *, actor: Any, space: Space, title: str, intro: str = "", type: WorkItemType | None = None, question: str = "", routes: Sequence[dict[str, Any]] = ()
) -> IntakeForm:  # fmt: skip
    """A link that nobody guesses. Whoever may share the space may make one: for a project, or for a portfolio's queue of proposals."""
    require(actor, _SHARE, space.pk)
    if space.kind not in PLACES:
        raise Refused("form_for_what", space=space.name)
    _check(title, type, space.pk)
    ways = intake_routes.read(actor=actor, space=space, question=question, routes=routes)
    with transaction.atomic():
        Space.objects.select_for_update(no_key=True).get(pk=space.pk)
        if IntakeForm.objects.working().filter(space=space).count() >= MOST_FORMS:
            raise Refused("forms_too_many", most=MOST_FORMS)
        row = IntakeForm.objects.create(
            space=space, token=token(), title=title.strip()[:200], intro=intro.strip()[:2000], type=type, created_by=actor, **ways
        )
        more = {name: [None, value] for name, value in ways.items() if value}
        record("intake_form.created", row, actor=actor, changes={"title": [None, row.title], "type": [None, type], **more})
    return row


def change_form(*, actor: Any, form: IntakeForm, version: int | None, **values: Any) -> IntakeForm:
    """Its title, introduction and type, its question and where the answers lead."""
    if set(values) - _FIELDS:
        raise Refused("field_unknown", fields=", ".join(sorted(set(values) - _FIELDS)))
    require(actor, _SHARE, form.space_id)
    _check(values.get("title", form.title), values.get("type"), form.space_id)
    if "question" in values or "routes" in values:
        ways = {name: values.get(name, getattr(form, name)) for name in ("question", "routes")}
        values |= intake_routes.read(actor=actor, space=form.space, before=form.routes, **ways)
    return writing.change(form, actor=actor, permission=_SHARE, verb="intake_form.changed", version=version, **values)


def revoke_form(*, actor: Any, form: IntakeForm, version: int | None = None) -> IntakeForm:
    """The link stops working at once and for good; what was sent stays."""
    require(actor, _SHARE, form.space_id)
    with transaction.atomic():
        if form.revoked_at is not None:
            raise Refused("form_closed")
        form.write(expected=version, revoked_at=clock.now())
        record("intake_form.revoked", form, actor=actor)
    return form


def submit(*, actor: None, form: IntakeForm, title: str, description: str = "", email: str = "", answer: str = "", address: str = "") -> Submission:
    """From anybody who has the link, so `actor` is nobody. Bounded in size and number; the same twice is kept once."""
    title, description, email = _plain(title).replace("@[", "@ ["), _plain(description, lines=True), email.strip()
    if not title:
        raise Refused("title_empty", field="title")
    if len(title) > 200 or len(description) > 5000:
        raise Refused("text_too_long", field="title" if len(title) > 200 else "description", most=200 if len(title) > 200 else 5000)
    if len(email) > MOST_EMAIL:
        raise Refused("email_unreadable", field="email")
    if email:
        try:
            validate_email(email)
        except ValidationError:
            raise Refused("email_unreadable", field="email") from None
    sender = sender_of(address, "tandem.work.intake", form.token)
    with transaction.atomic():
        # one at a time for a form, so that the count holds
        form = IntakeForm.objects.select_for_update(no_key=True).get(pk=form.pk)
        if form.revoked_at is not None:
            raise Refused("form_closed")
        place = intake_routes.taken(form, answer)
        recent = Submission.objects.filter(form=form).since(clock.now() - _HOUR)
        if same := recent.filter(sender=sender, title=title, description=description, email=email, answer=place.get("answer", "")).first():
            return same
        if recent.filter(sender=sender).count() >= MOST_OF_ONE:
            raise Refused("sent_too_often")
        # where nobody decides it ends; the other projects to which the form leads go on
        waiting = Submission.objects.waiting().filter(form=form, space=place["space_id"])
        if recent.count() >= MOST_OF_ALL or waiting.count() >= MOST_WAITING:
            raise Refused("form_busy")
        row = Submission.objects.create(
            form=form, title=title, description=description, email=email, sender=sender, **place
        )
        text = {"title": [None, title], "description": [None, description]}  # the e-mail is for those who decide, not for the history
        record("submission.received", row, actor=actor, changes={"form": [None, form.pk]}, text={k: v for k, v in text.items() if v[1]})
    return row


def accept(
    *, actor: Any, submission: Submission, version: int | None, type: WorkItemType | None = None, title: str = ""
) -> WorkItem | Proposal:
    """It becomes a work item, of the type said, else of the form's; in a portfolio a draft of a proposal, whose case is still to be
    written. Its text stays plain. The sender's e-mail stays with the submission, for those who may decide."""
    require(actor, _DO, submission.space_id)
    with transaction.atomic():
        now = _waiting(submission)
        text = _as_markdown(now.description)
        made: WorkItem | Proposal
        if now.space.kind == SpaceKind.PROJECT:
            made, what = work_items.create(
                actor=actor, space=now.space, title=title.strip()[:1000] or now.title, type=type or now.type or _usual(now), description=text
            ), "item"  # fmt: skip
        else:
            made, what = proposals.create(actor=actor, space=now.space, title=title.strip()[:200] or now.title, description=text), "proposal"
        submission.write(expected=version, state=_S.ACCEPTED, decided_by=actor, decided_at=clock.now(), **{what: made})
        record("submission.accepted", submission, actor=actor, changes={"state": [_S.WAITING, _S.ACCEPTED], what: [None, made]})
    return made


def decline(*, actor: Any, submission: Submission, version: int | None, reason: str) -> Submission:
    """With a reason, so that the next one who reads it knows."""
    require(actor, _DO, submission.space_id)
    reason = reason.strip()[:500]
    if not reason:
        raise Refused("reason_needed", field="reason")
    with transaction.atomic():
        _waiting(submission)
        submission.write(expected=version, state=_S.DECLINED, decided_by=actor, decided_at=clock.now(), reason=reason)
        record(
            "submission.declined", submission, actor=actor, changes={"state": [_S.WAITING, _S.DECLINED]}, text={"reason": [None, reason]}
        )
    return submission


def reopen(*, actor: Any, submission: Submission, version: int | None = None) -> Submission:
    """The decision is taken back: it waits again; a work item or proposal made of it is removed, unless somebody has gone on with it."""
    require(actor, _DO, submission.space_id)
    with transaction.atomic():
        now = Submission.objects.select_for_update(no_key=True, of=("self",)).select_related("item", "proposal").get(pk=submission.pk)
        if now.state == _S.WAITING:
            raise Refused("not_decided")
        if now.item is not None and now.item.removed_at is None:
            if now.item.version > 1:
                raise Refused("accepted_changed", key=now.item.key)
            work_items.remove(actor=actor, item=now.item, version=now.item.version)
        made = now.proposal
        submission.write(expected=version, state=_S.WAITING, decided_by=None, decided_at=None, item=None, proposal=None, reason="")
        if made is not None:
            if proposals.is_built_on(made):
                raise Refused("accepted_changed", key=made.title)
            proposals.remove(actor=actor, proposal=made, version=made.version)
        record("submission.reopened", submission, actor=actor, changes={"state": [now.state, _S.WAITING]})
    return submission


def _waiting(submission: Submission) -> Submission:
    rows = Submission.objects.select_for_update(no_key=True, of=("self",)).select_related("form__type", "type", "space")
    now: Submission = rows.get(pk=submission.pk)
    if now.state != _S.WAITING:
        raise Refused("decided_already")
    return now


def _usual(submission: Submission) -> WorkItemType | None:
    """What its form said when it was sent without a type of its own."""
    return submission.form.type if submission.form.space_id == submission.space_id else None


def _check(title: str, type: WorkItemType | None, space_id: int) -> None:
    if not title.strip():
        raise Refused("title_empty", field="title")
    if type is not None and type.space_id != space_id:
        raise Refused("other_space", field="type")


def _as_markdown(text: str) -> str:
    """Words that stay words: no picture, link, heading or mention comes of them."""
    escaped = _MARKUP.sub(r"\\\1", text.strip())
    return escaped.replace("\n", "  \n")

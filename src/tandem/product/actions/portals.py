"""The public portal of a product: opening and closing it, what people without an account say there, and what is let through.

A vote weighs in decisions, so it must be one person's: it counts once the link in a letter to the address is followed. A
cookie would be thrown away as often as somebody likes, and is not sent at all where the portal stands in a frame; and
whoever wants to hear what becomes of it has to give an address that is theirs anyway."""

from datetime import timedelta
from typing import Any

from django.db import models, transaction

from tandem.history.record import record
from tandem.kit import clock, jobs
from tandem.kit.errors import Refused
from tandem.kit.http import sender_of
from tandem.kit.ids import token
from tandem.kit.text import has_chinese, plain
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.product.actions import feedback as entries
from tandem.product.actions import feedback_families as families
from tandem.product.models import Feedback, FeedbackVote, Portal, PortalComment, Product

_SHARE, _DO = Permission.SHARE, Permission.EDIT_PRODUCT
CONFIRMATION = "web.feedback_confirmation"
# within the hour: from one sender, and in all; letters to one address within a day
MOST_OF_ONE, MOST_OF_ALL, MOST_WAITING, MOST_LETTERS, MOST_ASKED_AGAIN = 8, 200, 500, 5, 2
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_SETTINGS = {"intro", "is_indexed", "is_embeddable"}


def open_portal(*, actor: Any, product: Product, **values: Any) -> Portal:
    """One for each product; opened again it has a new address."""
    require(actor, _SHARE, product.space_id)
    with transaction.atomic():
        Product.objects.select_for_update(no_key=True).get(pk=product.pk)
        row = Portal.objects.filter(product=product).first()
        if row is not None and row.closed_at is None:
            raise Refused("portal_open")
        if row is None:
            row = Portal.objects.create(space=product.space, product=product, token=token(), created_by=actor, **_known(values))
        else:
            row.write(expected=None, token=token(), closed_at=None, created_by=actor, **_known(values))
        record("portal.opened", row, actor=actor)
    return row


def change(*, actor: Any, portal: Portal, version: int | None, **values: Any) -> Portal:
    return writing.change(portal, actor=actor, permission=_SHARE, verb="portal.changed", version=version, **_known(values))


def close(*, actor: Any, portal: Portal, version: int | None = None) -> Portal:
    """Its address stops working at once and for good; what was said stays."""
    require(actor, _SHARE, portal.space_id)
    if portal.closed_at is not None:
        raise Refused("portal_closed")
    with transaction.atomic():
        portal.write(expected=version, closed_at=clock.now())
        record("portal.closed", portal, actor=actor)
    return portal


def give(*, actor: None, portal: Portal, title: str, text: str = "", name: str = "", email: str = "", wants_word: bool = False, address: str = "") -> Feedback:
    """From anybody, so `actor` is nobody. It waits to be let through. The same twice is kept once; an address hears nothing
    until its owner has followed the link in a letter."""
    values = entries.cleaned({"title": title[:400], "text": text[:5000], "giver_name": name, "giver_email": email})
    with transaction.atomic():
        portal, sender = _held(portal, address)
        recent = Feedback.objects.filter(product=portal.product_id, sender=sender, created_at__gte=clock.now() - _HOUR)
        if same := recent.filter(title=values["title"], text=values["text"]).first():
            return same
        _limit(recent, Feedback.objects.filter(product=portal.product_id, created_at__gte=clock.now() - _HOUR).exclude(sender=""))
        if Feedback.objects.waiting().filter(product=portal.product_id).count() >= MOST_WAITING:
            raise Refused("form_busy")
        language = Feedback.Language.CHINESE if has_chinese(values["title"] + values["text"]) else ""
        row = Feedback.objects.create(
            space_id=portal.space_id, product_id=portal.product_id, source=Feedback.Source.PORTAL, is_waiting=True, sender=sender,
            language=language, **values,
        )  # fmt: skip
        words = {name: [None, values[name]] for name in ("title", "text", "giver_name") if values[name]}
        record("feedback.created", row, actor=actor, changes={"origin": [None, row.source]}, text=words)
        if values["giver_email"]:
            _ask(row, values["giver_email"], wants_word, sender)
    return row


def vote(*, actor: None, portal: Portal, feedback: Feedback, email: str, wants_word: bool = False, address: str = "") -> None:
    """Counts once the link in the letter is followed. Whether an address has voted before is not said."""
    email = entries.address(email)
    if not email:
        raise Refused("email_unreadable", field="email")
    with transaction.atomic():
        portal, sender = _held(portal, address)
        _public(portal, feedback)
        since = FeedbackVote.objects.filter(space=portal.space_id, user=None, created_at__gte=clock.now() - _HOUR)
        _limit(since.filter(sender=sender), since)
        _ask(feedback, email, wants_word, sender)


def confirm(*, vote: FeedbackVote, agreed_at: int | None = None) -> Feedback:
    """The person has followed the link in the letter to their address. Twice is once; the link of the letter
    of `agreed_at`, which asked whether they want to hear of it after all, says that they do."""
    with transaction.atomic():
        row = FeedbackVote.objects.select_for_update(of=("self",)).select_related("feedback").get(pk=vote.pk)
        if agreed_at is not None and row.word_asked_at and int(row.word_asked_at.timestamp()) == agreed_at:
            row.write(expected=None, wants_word=True, word_asked_at=None)
        if row.confirmed_at is None:
            row.write(expected=None, confirmed_at=clock.now())
            record("feedback.voted", row.feedback, actor=None, changes={"vote": [None, row.pk]})
            families.recount(families.root_of(row.feedback))
    return row.feedback


def forget_unconfirmed(days: int = 7) -> int:
    """Addresses whose owners did not follow the link."""
    old = FeedbackVote.objects.filter(confirmed_at=None, created_at__lt=clock.now() - timedelta(days=days))
    return old.delete()[0]


def comment(*, actor: None, portal: Portal, feedback: Feedback, body: str, name: str = "", address: str = "") -> PortalComment:
    """Waits to be let through."""
    body = plain(body[:2100], lines=True).replace("@[", "@ [")
    if not body:
        raise Refused("comment_empty", field="body")
    if len(body) > 2000:
        raise Refused("text_too_long", field="body", most=2000)
    with transaction.atomic():
        portal, sender = _held(portal, address)
        _public(portal, feedback)
        since = PortalComment.objects.filter(space=portal.space_id, created_at__gte=clock.now() - _HOUR)
        if same := since.filter(sender=sender, feedback=feedback, body=body).first():
            return same
        _limit(since.filter(sender=sender), since)
        if PortalComment.objects.waiting().filter(space=portal.space_id).count() >= MOST_WAITING:
            raise Refused("form_busy")
        row = PortalComment.objects.create(
            space_id=portal.space_id, feedback=feedback, body=body, name=plain(name)[:100], sender=sender
        )
        record("portal.commented", row, actor=actor, text={"body": [None, body]})
    return row


def decide(*, actor: Any, feedback: Feedback, is_shown: bool) -> Feedback:
    """What was sent through the portal is let through, or turned away: then it stays inside, as new feedback."""
    require(actor, _DO, feedback.space_id)
    with transaction.atomic():
        row = Feedback.objects.select_for_update(of=("self",)).get(pk=feedback.pk)
        if not row.is_waiting:
            raise Refused("not_waiting")
        row.write(expected=None, is_waiting=False, is_public=is_shown)
        verb = "feedback.let_through" if is_shown else "feedback.turned_away"
        record(verb, row, actor=actor, changes={"is_public": [False, is_shown]})
    return row


def decide_comment(*, actor: Any, comment: PortalComment, is_shown: bool) -> PortalComment:
    """Also later: what was shown can be hidden, and shown again."""
    require(actor, _DO, comment.space_id)
    state = PortalComment.State.SHOWN if is_shown else PortalComment.State.HIDDEN
    with transaction.atomic():
        row = PortalComment.objects.select_for_update(of=("self",)).get(pk=comment.pk)
        if row.state != state:
            before = row.state
            row.write(expected=None, state=state)
            record("portal.comment_shown" if is_shown else "portal.comment_hidden", row, actor=actor, changes={"state": [before, state]})
    return row


def _known(values: dict[str, Any]) -> dict[str, Any]:
    if strange := set(values) - _SETTINGS:
        raise Refused("field_unknown", fields=", ".join(sorted(strange)))
    return values | ({"intro": plain(values["intro"], lines=True)} if "intro" in values else {})


def _held(portal: Portal, address: str) -> tuple[Portal, str]:
    """One at a time for a portal, so that the counts hold."""
    row = Portal.objects.select_for_update(no_key=True).get(pk=portal.pk)
    if row.closed_at is not None:
        raise Refused("portal_closed")
    return row, sender_of(address, "tandem.product.portal", row.token)


def _public(portal: Portal, feedback: Feedback) -> None:
    if feedback.product_id != portal.product_id or not feedback.is_public or feedback.merged_into_id:
        raise Refused("feedback_unknown")


def _limit(own: models.QuerySet[Any], everybody: models.QuerySet[Any]) -> None:
    if own.count() >= MOST_OF_ONE:
        raise Refused("sent_too_often")
    if everybody.count() >= MOST_OF_ALL:
        raise Refused("form_busy")


def _ask(feedback: Feedback, email: str, wants_word: bool, sender: str) -> None:
    """One letter for each entry and address, few to one address in a day: nobody's box is filled from here. Who voted
    without wanting to hear of it, or had the letters stopped, can agree after all: by a letter as well, for each entry once
    for good and only a few in a month, for anybody can type the address of somebody who had them stopped."""
    email = email.lower()
    FeedbackVote.objects.filter(feedback=feedback, email=email, confirmed_at=None, created_at__lt=clock.now() - _DAY).delete()
    name, _at, host = email.partition("@")
    stem = name.partition("+")[0]  # "me+1@" and "me+2@" are one box
    own = models.Q(email=email) | models.Q(email=f"{stem}@{host}") | models.Q(email__startswith=f"{stem}+", email__endswith=f"@{host}")
    today = models.Q(created_at__gte=clock.now() - _DAY, confirmed_at=None) | models.Q(word_asked_at__gte=clock.now() - _DAY)
    if FeedbackVote.objects.filter(own & today).count() >= MOST_LETTERS:
        return
    known = FeedbackVote.objects.filter(feedback=feedback, email=email).first()
    if known is not None:
        lately = FeedbackVote.objects.filter(own, word_asked_at__gte=clock.now() - 30 * _DAY).count()
        if wants_word and known.confirmed_at and not known.wants_word and known.word_asked_at is None and lately < MOST_ASKED_AGAIN:
            known.write(expected=None, word_asked_at=clock.now())
            jobs.enqueue(CONFIRMATION, lane=jobs.SHORT, vote_id=known.pk)
        return
    row = FeedbackVote.objects.create(space_id=feedback.space_id, feedback=feedback, email=email, wants_word=wants_word, sender=sender)
    jobs.enqueue(CONFIRMATION, lane=jobs.SHORT, vote_id=row.pk)

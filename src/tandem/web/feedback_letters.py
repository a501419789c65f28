"""Letters to givers without an account: what became of what they said, once for each answer, with a way to stop them."""

import logging
from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from tandem.product.actions import feedback_answers as answers
from tandem.product.actions import portals
from tandem.product.models import Feedback, FeedbackLetter, FeedbackVote

log = logging.getLogger("tandem.mail")
_SALT, _VOTE_SALT = "tandem.feedback.letters", "tandem.feedback.vote"
S = Feedback.State


def send_due() -> int:
    """Claimed first, sent then: see `feedback_answers.claim`. Returns how many went."""
    sent, later = 0, []
    while rows := answers.claim():
        for number, row in enumerate(rows):
            try:
                written(row).send()
                sent += 1
            except (TimeoutError, SMTPServerDisconnected) as problem:  # the server may have it already: not again
                log.warning("what became of a letter is not known: %s", " ".join(str(problem).split()))
            except SMTPRecipientsRefused as problem:  # this address only; the others get theirs
                codes = [code for code, _said in problem.recipients.values()]
                log.warning("an address was refused by the mail server: %s", codes)
                if all(code < 500 for code in codes):
                    later.append(row)
            except OSError as problem:
                answers.give_back([*later, *rows[number:]])
                log.warning("a letter could not be sent: %s", " ".join(str(problem).split()))
                return sent
    answers.give_back(later)  # after the loop: given back within it, it would be claimed again at once
    return sent


def written(row: FeedbackLetter) -> EmailMessage:
    said = row.feedback
    with translation.override("zh-hans" if said.language == Feedback.Language.CHINESE else settings.LANGUAGE_CODE):
        product = said.product.name
        became = {
            S.PLANNED: _("It is planned."), S.SHIPPED: _("It is there: it was shipped."), S.DECLINED: _("It will not be built."),
        }  # fmt: skip
        stop = settings.ORIGIN.rstrip("/") + stopping_path(row)
        lines = [
            _("Hello %(name)s,") % {"name": row.name} if row.name else _("Hello,"), "",
            _("You told us about %(product)s: “%(title)s”.") % {"product": product, "title": said.title},
            str(became[S(row.state)]), *([said.answer] if said.answer else []), "",
            f"{_('No letters any more')}: {stop}", "",
        ]  # fmt: skip
        return EmailMessage(
            subject=one_line(_("%(product)s: your feedback") % {"product": product}), body="\n".join(lines), to=[row.email],
            headers={
                "List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "Auto-Submitted": "auto-generated",
            },
        )  # fmt: skip


def ask(vote_id: int) -> bool:
    """The letter whose link makes a vote of the portal count."""
    # house: reads — the worker writes to whom the job names
    vote = FeedbackVote.objects.select_related("feedback__product").filter(pk=vote_id, feedback__product__portal__closed_at=None).exclude(email="").exclude(confirmed_at__isnull=False, word_asked_at=None).first()
    if vote is None:
        return False
    said = vote.feedback
    with translation.override("zh-hans" if said.language == Feedback.Language.CHINESE else settings.LANGUAGE_CODE):
        product = said.product.name
        title = said.title if said.is_public else "…"  # nobody of the product has read it: no stranger's words in our letters
        lines = [
            _("Somebody, probably you, wants this of %(product)s: “%(title)s”.") % {"product": product, "title": title}, "",
            str(_("You hear what becomes of it once you confirm that you want to:") if vote.confirmed_at else _("Your vote counts once you confirm it:")), settings.ORIGIN.rstrip("/") + confirming_path(vote), "",
            str(_("If it was not you, do nothing.") if vote.confirmed_at else _("If it was not you, do nothing: it does not count, and the address is forgotten after a week.")), "",
        ]  # fmt: skip
        letter = EmailMessage(
            subject=one_line(_("%(product)s: confirm your vote") % {"product": product}), body="\n".join(lines), to=[vote.email],
            headers={"Auto-Submitted": "auto-generated"},
        )
    letter.send()
    return True


def confirming_path(vote: FeedbackVote) -> str:
    """The second letter, which asks about letters, has a link of its own: the first one does not say yes to them."""
    asked = vote.pk if vote.word_asked_at is None else [vote.pk, int(vote.word_asked_at.timestamp())]
    return f"/portal-votes/{signing.dumps(asked, salt=_VOTE_SALT)}/"


@csrf_exempt
def confirming(request: HttpRequest, token: str) -> HttpResponse:
    """Looking asks, sending does: programs that look through mail follow links. The signature is what proves the address."""
    try:
        said = signing.loads(token, salt=_VOTE_SALT, max_age=timedelta(days=7))
    except signing.BadSignature:
        said = 0
    pk, moment = said if isinstance(said, list) else (said, None)
    # house: reads — the reader of a signed link
    vote = FeedbackVote.objects.select_related("feedback").filter(pk=pk, feedback__product__portal__closed_at=None).first()
    if vote is not None and request.method == "POST":
        portals.confirm(vote=vote, agreed_at=moment)
    context = {"vote": vote, "is_done": vote is not None and request.method == "POST", "is_word": moment is not None}
    response = render(request, "product/portal_vote.html", context, status=422 if vote is None and request.method == "POST" else 200)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def one_line(text: str) -> str:
    return " ".join(text.split())[:200]


def stopping_path(letter: FeedbackLetter) -> str:
    """By the letter's number: an address in an address ends up in logs."""
    return f"/feedback-letters/{signing.dumps(letter.pk, salt=_SALT)}/"


def _reader(token: str) -> str:
    """To whom the letter went; links of letters from before name the address itself."""
    try:
        said = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return ""
    if isinstance(said, str):
        return said
    # house: reads — the reader of a signed link
    letter = FeedbackLetter.objects.filter(pk=said).first()
    return letter.email if letter else ""


@csrf_exempt
def stopping(request: HttpRequest, token: str) -> HttpResponse:
    """Looking asks, sending does (RFC 8058). The signature proves that it is the address's own link."""
    email = _reader(token)
    if email and request.method == "POST":
        answers.stop(email=email)
    context = {"email": email, "is_stopped": bool(email) and request.method == "POST"}
    response = render(request, "product/feedback_letters.html", context, status=422 if not email and request.method == "POST" else 200)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


urls = [
    path("portal-votes/<str:token>/", confirming, name="portal_votes"),
    path("feedback-letters/<str:token>/", stopping, name="feedback_letters"),
]

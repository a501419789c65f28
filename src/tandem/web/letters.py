"""News as a letter: the digest of a day, or what a person wants to hear at once; text and HTML, in their language."""

import logging
from smtplib import SMTPServerDisconnected
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.collaboration.actions import letters
from tandem.collaboration.models import Notification
from tandem.people.models import User
from tandem.web import view_letters
from tandem.web.collaboration import told
from tandem.web.people.hearing import stopping_path
from tandem.web.templating import moment

log = logging.getLogger("tandem.mail")
_SHOWN = 40
AT_ONCE, DIGEST = Notification.Mail.AT_ONCE, Notification.Mail.DIGEST


def send_due() -> int:
    """Digests whose hour has come, and what waited for the end of somebody's quiet hours. Returns how many letters went."""
    people = list(letters.waiting())
    return sum(send(user, mail) for user in people for mail in (AT_ONCE, DIGEST))


def send_at_once(user_id: int) -> None:
    # house: reads — the worker writes to whom the job names
    user = User.objects.active().filter(pk=user_id).first()
    if user is not None:
        send(user, AT_ONCE)


def send(user: User, mail: str) -> bool:
    """Claimed first, sent then: see `letters`. A server that refuses gets the letter again at the next round."""
    claimed = letters.claim(user, mail)
    if not claimed:
        return False
    try:
        letter = written(user, claimed, mail)
    except Exception as problem:  # nothing has gone out: this letter comes with the next round, the others with this one
        log.warning("a letter could not be written: %s", " ".join(str(problem).split()), exc_info=problem)
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        letters.give_back(user, mail, claimed)
        return False
    try:
        if letter is None:
            return False
        letter.send()
    except (TimeoutError, SMTPServerDisconnected) as problem:  # the server may have it already: not again
        log.warning("what became of a letter is not known: %s", " ".join(str(problem).split()))
        return False
    except OSError as problem:
        letters.give_back(user, mail, claimed)
        log.warning("a letter could not be sent: %s", " ".join(str(problem).split()))
        return False
    return True


def written(user: User, claimed: letters.Claimed, mail: str) -> EmailMultiAlternatives | None:
    """None when there is nothing to say: no news, and no view that shows anything."""
    language = user.language if user.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(ZoneInfo(user.time_zone or settings.TIME_ZONE)):
        groups = told.groups(user, claimed.news)
        views = view_letters.shown(user, claimed.views)
        if not groups and not any(view.lines or view.problem for view in views):
            return None
        origin = settings.ORIGIN.rstrip("/")
        stop = origin + stopping_path(user)
        context = {
            "groups": groups[:_SHOWN], "more": max(0, len(groups) - _SHOWN), "origin": origin, "stop": stop, "lede": _lede(user, groups, views),
            "views": views, "lang": "zh-Hans" if language == "zh-hans" else language,
        }  # fmt: skip
        letter = EmailMultiAlternatives(
            subject=_subject(groups, views, mail), body=_text(context), to=[user.email],
            headers={
                "List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "Auto-Submitted": "auto-generated",
            },
        )  # fmt: skip
        letter.attach_alternative(render_to_string("letters/news.html", context), "text/html")
    return letter


def _subject(groups: list[told.Group], views: list[view_letters.Shown], mail: str) -> str:
    """One line, whatever somebody called their work."""
    if mail == AT_ONCE and len(groups) == 1:
        return " ".join(f"{groups[0].name}: {groups[0].lines[0].text}".split())[:200]
    if not groups:
        return " ".join("Tandem: {}".format(", ".join(view.name for view in views)).split())[:200]
    said = ngettext("News of %(n)s thing", "News of %(n)s things", len(groups)) % {"n": len(groups)}
    return f"Tandem: {said}"


def _lede(user: User, groups: list[told.Group], views: list[view_letters.Shown]) -> str:
    if not groups:
        return ngettext("What your view shows, %(name)s:", "What your views show, %(name)s:", len(views)) % {"name": user.name}
    count = sum(len(group.lines) for group in groups)
    return ngettext("%(n)s thing to know, %(name)s:", "%(n)s things to know, %(name)s:", count) % {
        "n": count,
        "name": user.name,
    }


def _text(context: dict[str, Any]) -> str:
    lines = [context["lede"], ""]
    for group in context["groups"]:
        lines += [
            group.name + (f" · {group.where}" if group.where else ""),
            f"  {context['origin']}{group.url}",
        ]
        for line in group.lines:
            lines += [
                f"  - {line.text} ({moment(line.when)})",
                *([f"    “{line.quote}”"] if line.quote else []),
            ]
        lines += ["  " + _("Why: %(why)s") % {"why": group.why}, ""]
    for view in context["views"]:
        lines += [view.name, f"  {context['origin']}{view.url}"]
        lines += [f"  - {one.key} {one.title} ({one.facts})" for one in view.lines]
        lines += ["  " + (view.problem or (_("and more") if view.is_more else "" if view.lines else _("Nothing just now."))), ""]
    if context["more"]:
        lines += [_more(context["more"]), ""]
    lines += [
        f"{_('Inbox')}: {context['origin']}/inbox/",
        f"{_('How I want to hear')}: {context['origin']}/account/notifications/",
    ]
    return "\n".join([*lines, f"{_('No letters any more')}: {context['stop']}", ""])


def _more(count: int) -> str:
    return ngettext("%(n)s more in your inbox", "%(n)s more in your inbox", count) % {"n": count}

"""Letters about news: one digest in the person's own time and language, none twice, none about nothing, and a way out."""

import smtplib
from datetime import UTC, datetime, timedelta
from email import message_from_bytes

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import OperationalError
from django.test import Client

from tandem.collaboration.actions import comments, notifications, watches
from tandem.collaboration.models import Notification, NotificationRules
from tandem.kit import clock
from tandem.people.actions import spaces, users
from tandem.web import letters
from tests import make
from tests.collaboration.told import inbox, tell

MONDAY = datetime(2027, 2, 8, tzinfo=UTC)


@pytest.fixture
def item(world):
    made = make.work_item(actor=world.boris, project=world.project, title="Ship <the> app")
    watches.watch(actor=world.mei, subject=made)
    tell()
    return made


@pytest.fixture(autouse=True)
def _london(settings):
    settings.TIME_ZONE = "UTC"
    settings.ORIGIN = "https://tandem.example.org"


def _say(world, item, body="Please look", *, at=MONDAY):
    with clock.held_at(at):
        comments.add(actor=world.boris, subject=item, body=body)
        tell()


def _round(moment):
    with clock.held_at(moment):
        return letters.send_due()


def test_the_digest_comes_at_its_hour_once_and_on_its_days(world, item, mailoutbox):
    _say(world, item)
    assert _round(MONDAY.replace(hour=7)) == 0
    assert _round(MONDAY.replace(hour=8)) == 1
    _say(world, item, "More", at=MONDAY.replace(hour=9))
    assert _round(MONDAY.replace(hour=23)) == 0, "one a day"
    assert _round(MONDAY + timedelta(days=1, hours=8)) == 1
    assert _round(MONDAY + timedelta(days=2, hours=8)) == 0, "nothing is new"
    _say(world, item, "Weekend", at=MONDAY + timedelta(days=5))
    assert _round(MONDAY + timedelta(days=5, hours=9)) == 0
    assert _round(MONDAY + timedelta(days=7, hours=9)) == 1
    assert [letter.to for letter in mailoutbox] == [[world.mei.email]] * 3


def test_the_hour_is_that_of_the_person(world, item, mailoutbox):
    users.prefer(actor=world.mei, time_zone="Asia/Shanghai")
    _say(world, item)
    assert _round(MONDAY.replace(hour=0, minute=10)) == 1, "eight in Shanghai"


def test_a_digest_says_what_why_and_where_in_both_forms(world, item, mailoutbox):
    _say(world, item, f"**Please** look, @[Mei](user:{world.mei.pk})")
    _round(MONDAY.replace(hour=8))
    (letter,) = mailoutbox
    html = letter.alternatives[0].content
    for said in ("Boris Orlov mentioned you", "https://tandem.example.org/work-items/by-id/", "Why: you were mentioned in it"):
        assert said in letter.body and said in html
    assert "Ship <the> app" in letter.body and "Ship &lt;the&gt; app" in html and "<the>" not in html
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    parsed = message_from_bytes(letter.message().as_bytes())
    assert parsed["List-Unsubscribe"].strip().startswith("<https://tandem.example.org/letters/")


def test_a_letter_speaks_the_language_of_its_reader(world, item, mailoutbox):
    users.prefer(actor=world.mei, language="zh-hans")
    _say(world, item)
    _round(MONDAY.replace(hour=8))
    assert 'lang="zh-Hans"' in mailoutbox[0].alternatives[0].content


def test_what_was_looked_after_or_hidden_meanwhile_is_in_no_letter(world, item, mailoutbox):
    _say(world, item)
    notifications.finish(actor=world.mei, ids=Notification.objects.filter(user=world.mei).values_list("pk", flat=True))
    assert _round(MONDAY.replace(hour=8)) == 0
    _say(world, item, "Again", at=MONDAY.replace(hour=9))
    spaces.revoke(actor=world.admin, space=world.project.space, user=world.mei)
    assert _round(MONDAY + timedelta(days=1, hours=8)) == 0
    assert mailoutbox == []


class _Killed(BaseException):
    """The machine is gone: nothing after this line runs."""


def test_a_kill_between_marking_and_sending_costs_the_letter_and_never_sends_it_twice(world, item, mailoutbox, monkeypatch):
    _say(world, item)

    def gone(self, *_args, **_more):
        raise _Killed

    with monkeypatch.context() as patched:
        patched.setattr(EmailMultiAlternatives, "send", gone)
        with pytest.raises(_Killed):
            _round(MONDAY.replace(hour=8))
    assert _round(MONDAY.replace(hour=9)) == 0 and mailoutbox == []
    assert inbox(world.mei), "what it would have told stands in the inbox"


def test_a_kill_right_after_sending_does_not_send_again(world, item, mailoutbox, monkeypatch):
    _say(world, item)
    real = EmailMultiAlternatives.send

    def sends_and_dies(self, *args, **more):
        real(self, *args, **more)
        raise _Killed

    with monkeypatch.context() as patched:
        patched.setattr(EmailMultiAlternatives, "send", sends_and_dies)
        with pytest.raises(_Killed):
            _round(MONDAY.replace(hour=8))
    _round(MONDAY.replace(hour=9))
    assert len(mailoutbox) == 1


def test_a_letter_whose_fate_is_not_known_is_not_sent_again(world, item, mailoutbox, monkeypatch):
    _say(world, item)

    def taken_perhaps(self, *_args, **_more):
        raise smtplib.SMTPServerDisconnected("no answer after the letter")

    with monkeypatch.context() as patched:
        patched.setattr(EmailMultiAlternatives, "send", taken_perhaps)
        assert _round(MONDAY.replace(hour=8)) == 0
    assert _round(MONDAY.replace(hour=8, minute=10)) == 0 and mailoutbox == []


def test_a_mail_server_that_refuses_gets_the_letter_again(world, item, mailoutbox, monkeypatch):
    _say(world, item)

    def away(self, *_args, **_more):
        raise smtplib.SMTPConnectError(421, "busy")

    with monkeypatch.context() as patched:
        patched.setattr(EmailMultiAlternatives, "send", away)
        assert _round(MONDAY.replace(hour=8)) == 0
    assert _round(MONDAY.replace(hour=8, minute=10)) == 1 and len(mailoutbox) == 1


def test_a_letter_that_cannot_be_written_comes_later(world, item, mailoutbox, monkeypatch):
    _say(world, item)

    def fails(user, rows, mail):
        raise OperationalError("the connection is lost")

    with monkeypatch.context() as patched:
        patched.setattr(letters, "written", fails)
        assert _round(MONDAY.replace(hour=8)) == 0 and mailoutbox == []
    assert _round(MONDAY.replace(hour=8, minute=10)) == 1
    assert mailoutbox[0].to == [world.mei.email]


def test_at_once_waits_for_the_end_of_the_quiet_hours(world, item, mailoutbox):
    notifications.keep_rules(actor=world.mei, ways={"comment": "at_once"}, quiet_from=20, quiet_until=7)
    night = MONDAY.replace(hour=22)
    _say(world, item, at=night)
    with clock.held_at(night):
        letters.send_at_once(world.mei.pk)
    assert mailoutbox == []
    assert _round(MONDAY + timedelta(days=1, hours=7)) == 1
    assert "Ship <the> app" in mailoutbox[0].subject and "\n" not in mailoutbox[0].subject
    noon = MONDAY + timedelta(days=1, hours=12)
    _say(world, item, at=noon)
    with clock.held_at(noon):
        letters.send_at_once(world.mei.pk)
        letters.send_at_once(world.mei.pk)
    assert len(mailoutbox) == 2


def test_the_link_in_a_letter_stops_letters_without_signing_in(world, item, mailoutbox):
    _say(world, item)
    _round(MONDAY.replace(hour=8))
    path = mailoutbox[0].extra_headers["List-Unsubscribe"][1:-1].removeprefix("https://tandem.example.org")
    client = Client(enforce_csrf_checks=True)
    assert "Stop the letters" in client.get(path).content.decode()
    assert NotificationRules.objects.get(user=world.mei).has_mail, "looking stops nothing: mail programs look by themselves"
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    _say(world, item, "More", at=MONDAY + timedelta(days=1))
    assert _round(MONDAY + timedelta(days=1, hours=8)) == 0
    assert len(inbox(world.mei)) == 2, "the inbox goes on"


@pytest.mark.parametrize("token", ["x", "MTI:1abc:forged", "%2e%2e"])
def test_a_forged_link_stops_nobody(world, token):
    assert Client().post(f"/letters/{token}/").status_code == 422
    assert not NotificationRules.objects.filter(has_mail=False).exists()

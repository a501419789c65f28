"""The public portal: nothing stands there before it was let through, one vote for each confirmed address, and no flood."""

from datetime import timedelta

import pytest
from django.core import mail

from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.people.actions import spaces
from tandem.product.actions import feedback_answers, feedback_merges, portals
from tandem.product.models import Feedback, FeedbackLetter, FeedbackVote, PortalComment
from tandem.web import feedback_letters
from tests import make


@pytest.fixture
def portal(world):
    return portals.open_portal(actor=world.chen, product=world.product, intro="Say it")


@pytest.fixture
def shown(world):
    return make.feedback(actor=world.chen, product=world.product, is_public=True, giver_name="Ida Inside", giver_email="ida@example.org")


@pytest.fixture
def here(portal):
    return f"/portal/{portal.token}/"


@pytest.fixture(autouse=True)
def _letters(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def test_who_may_share_opens_and_closes_it(world, portal, client, here):
    assert client.get(here).status_code == 200
    with pytest.raises(Refused, match="portal_open"):
        portals.open_portal(actor=world.chen, product=world.product)
    portals.close(actor=world.chen, portal=portal, version=portal.version)
    assert client.get(here).status_code == 404
    again = portals.open_portal(actor=world.chen, product=world.product)
    assert again.token not in here
    with pytest.raises(Refused, match="portal_closed"):
        portals.close(actor=world.chen, portal=again) and portals.close(actor=world.chen, portal=again)
    with pytest.raises(Hidden):
        portals.open_portal(actor=world.dana, product=world.product)


def test_it_shows_what_was_let_through_and_nobody(world, client, here, shown):
    make.feedback(actor=world.chen, product=world.product, title="Secret deal")
    page = client.get(here).content.decode()
    assert shown.title in page
    assert "Secret deal" not in page
    entry = client.get(f"{here}{shown.pk}/")
    assert "We wait an hour." in entry.content.decode()
    assert "Ida" not in entry.content.decode()
    assert "example.org" not in entry.content.decode()
    hidden = Feedback.objects.get(title="Secret deal")
    foreign = make.feedback(actor=world.alma, product=make.product(actor=world.alma, name="Other"), is_public=True)
    for pk in (hidden.pk, foreign.pk, 2**62, 10**30):
        assert client.get(f"{here}{pk}/").status_code == 404
    assert client.get("/portal/forged/").status_code == 404


def test_what_is_sent_waits(world, client, portal, here):
    answer = client.post(here, {"title": "Night rates", "text": "<b>By phone</b>", "name": "Bo"})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{here}?sent=1")
    row = Feedback.objects.get(title="Night rates")
    assert (row.is_waiting, row.is_public, row.source, row.state) == (True, False, "portal", "new")
    assert b"Night rates" not in client.get(here).content
    portals.decide(actor=world.chen, feedback=row, is_shown=True)
    page = client.get(f"{here}{row.pk}/").content
    assert b"&lt;b&gt;By phone" in page
    with pytest.raises(Refused, match="not_waiting"):
        portals.decide(actor=world.chen, feedback=row, is_shown=False)
    assert not Event.objects.filter(verb="feedback.created", subject_id=row.pk, actor__isnull=False).exists()


def test_programs_and_floods_are_kept_out(client, here):
    client.post(here, {"title": "Cheap pills", "website": "x"})
    assert not Feedback.objects.filter(title="Cheap pills").exists()
    codes = [client.post(here, {"title": f"Wish {n}"}).status_code for n in range(portals.MOST_OF_ONE + 1)]
    assert codes == [302] * portals.MOST_OF_ONE + [422]
    assert client.post(here, {"title": "Wish 0"}).status_code == 302  # the same again is no new one
    assert client.post(here, {"title": ""}).status_code == 422


def test_a_vote_counts_once_it_is_confirmed(world, client, portal, here, shown):
    there = f"{here}{shown.pk}/"
    for _again in range(2):
        assert client.post(there, {"email": "Bo@example.org", "wants_word": "on"}).status_code == 302
    vote = FeedbackVote.objects.get()
    shown.refresh_from_db()
    assert (shown.votes, vote.email) == (0, "bo@example.org")
    assert feedback_letters.ask(vote.pk)
    (letter,) = mail.outbox
    path = next(line for line in letter.body.splitlines() if "/portal-votes/" in line).split("/portal-votes/")[1]
    assert client.get(f"/portal-votes/{path}").status_code == 200
    vote.refresh_from_db()
    assert vote.confirmed_at is None  # programs that look through mail follow links
    for _twice in range(2):
        assert client.post(f"/portal-votes/{path}").status_code == 200
    shown.refresh_from_db()
    assert (shown.votes, FeedbackVote.objects.count()) == (1, 1)
    assert client.post("/portal-votes/forged/").status_code == 422
    assert not feedback_letters.ask(vote.pk)


def test_who_confirmed_hears_and_who_did_not_hears_nothing(world, portal, shown):
    for email in ("bo@example.org", "victim@example.org"):
        portals.vote(actor=None, portal=portal, feedback=shown, email=email, wants_word=True)
    portals.confirm(vote=FeedbackVote.objects.get(email="bo@example.org"))
    from tandem.product.actions import feedback

    feedback.change(actor=world.chen, feedback=Feedback.objects.get(pk=shown.pk), version=None, state="planned")
    assert list(FeedbackLetter.objects.values_list("email", flat=True)) == ["bo@example.org"]
    assert feedback_answers.stop(email="bo@example.org") == 1


def test_one_address_is_not_flooded(world, portal):
    for n in range(portals.MOST_LETTERS + 2):
        row = make.feedback(actor=world.chen, product=world.product, title=f"Wish {n}", is_public=True)
        portals.vote(actor=None, portal=portal, feedback=row, email="victim@example.org", address=f"192.0.2.{n}")
    assert FeedbackVote.objects.count() == portals.MOST_LETTERS


def test_a_vote_of_a_hostile_address_or_for_what_is_not_shown_is_refused(world, portal, shown):
    with pytest.raises(Refused, match="email_unreadable"):
        portals.vote(actor=None, portal=portal, feedback=shown, email="a@example.org\nBcc: b@example.org")
    hidden = make.feedback(actor=world.chen, product=world.product, title="Hidden")
    with pytest.raises(Refused, match="feedback_unknown"):
        portals.vote(actor=None, portal=portal, feedback=hidden, email="a@example.org")
    feedback_merges.merge(actor=world.chen, feedback=shown, version=None, into=hidden)
    shown.refresh_from_db()
    with pytest.raises(Refused, match="feedback_unknown"):
        portals.vote(actor=None, portal=portal, feedback=shown, email="a@example.org")


def test_comments_wait_and_can_be_hidden_again(world, client, here, shown):
    there = f"{here}{shown.pk}/"
    client.post(there, {"do": "comment", "body": "Me too\u202e", "name": "Bo"})
    comment = PortalComment.objects.get()
    assert b"Me too" not in client.get(there).content
    portals.decide_comment(actor=world.chen, comment=comment, is_shown=True)
    assert b"Me too" in client.get(there).content
    portals.decide_comment(actor=world.chen, comment=comment, is_shown=False)
    assert b"Me too" not in client.get(there).content


def test_a_reader_inside_lets_nothing_through(world, portal, signed_in):
    row = portals.give(actor=None, portal=portal, title="Night rates")
    spaces.grant(actor=world.alma, space=world.product.space, user=world.mei, role="stakeholder")
    world.mei.refresh_from_db()
    with pytest.raises(Denied):
        portals.decide(actor=world.mei, feedback=row, is_shown=True)
    page = signed_in(world.chen).get(f"/products/{world.product.pk}/portal/")
    assert b"Night rates" in page.content


def test_frames_and_search_engines_only_where_it_was_said(world, client, portal, here):
    closed = client.get(here)
    assert (closed.headers["X-Frame-Options"], closed.headers["X-Robots-Tag"]) == ("DENY", "noindex")
    portals.change(actor=world.chen, portal=portal, version=None, is_embeddable=True, is_indexed=True)
    opened = client.get(here)
    assert "X-Frame-Options" not in opened.headers
    assert "X-Robots-Tag" not in opened.headers
    assert "frame-ancestors *" in opened.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in client.get("/accounts/login/").headers["Content-Security-Policy"]


def test_who_said_no_to_letters_can_agree_later_by_a_letter_of_its_own(world, client, portal, shown):
    portals.vote(actor=None, portal=portal, feedback=shown, email="bo@example.org")
    vote = FeedbackVote.objects.get(email="bo@example.org")
    first = feedback_letters.confirming_path(vote)
    client.post(first)
    for _twice in range(2):
        portals.vote(actor=None, portal=portal, feedback=shown, email="Bo@example.org", wants_word=True)
    vote.refresh_from_db()
    asked_at = vote.word_asked_at
    assert asked_at is not None and not vote.wants_word, "asking is not agreeing"
    client.post(first)
    vote.refresh_from_db()
    assert not vote.wants_word, "the link of the first letter does not agree to letters"
    assert feedback_letters.ask(vote.pk)
    second = feedback_letters.confirming_path(vote)
    assert second in mail.outbox[-1].body
    assert "hear what becomes of it" in client.get(second).content.decode()
    client.post(second)
    vote.refresh_from_db()
    assert vote.wants_word and vote.word_asked_at is None
    assert FeedbackVote.objects.filter(email="bo@example.org").count() == 1
    assert not feedback_letters.ask(vote.pk), "nothing is left to ask"


def test_asking_again_fills_nobodys_box(world, portal, shown):
    for n in range(portals.MOST_LETTERS + 2):
        entry = shown if n == 0 else make.feedback(actor=world.chen, product=world.product, title=f"Entry {n}")
        row = FeedbackVote.objects.create(space=entry.space, feedback=entry, email="bo@example.org", confirmed_at=clock.now() - timedelta(days=9), created_at=clock.now() - timedelta(days=9))
        type(entry).objects.filter(pk=entry.pk).update(is_public=True)
        entry.refresh_from_db()
        portals.vote(actor=None, portal=portal, feedback=entry, email=row.email, wants_word=True)
    assert FeedbackVote.objects.exclude(word_asked_at=None).count() == portals.MOST_ASKED_AGAIN


def test_who_had_the_letters_stopped_is_asked_once_whoever_types_the_address(world, portal, shown):
    FeedbackVote.objects.create(space=shown.space, feedback=shown, email="bo@example.org", wants_word=True, confirmed_at=clock.now())
    assert feedback_answers.stop(email="bo@example.org") == 1
    letters = 0
    for days in (0, 2, 9, 40, 400):
        before = FeedbackVote.objects.get().word_asked_at
        with clock.held_at(clock.now() + timedelta(days=days)):
            portals.vote(actor=None, portal=portal, feedback=shown, email="bo@example.org", wants_word=True)
        letters += FeedbackVote.objects.get().word_asked_at != before
    assert letters == 1

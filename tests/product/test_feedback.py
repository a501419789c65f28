"""What people said: written down, linked with its proof, merged and taken apart, answered once."""

import pytest
from django.core import mail, signing

from tandem.collaboration.models import Watch
from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.actions import spaces
from tandem.product.actions import (
    customers,
    features,
    feedback,
    feedback_answers,
    feedback_links,
    feedback_merges,
    feedback_votes,
    releases,
)
from tandem.product.models import Feedback, FeedbackLetter
from tandem.reports.queries import feedback as reads
from tandem.web import feedback_letters
from tests import make


@pytest.fixture
def said(world):
    return make.feedback(actor=world.chen, product=world.product, giver_name="Ida", giver_email="ida@example.org", wants_word=True)


@pytest.fixture
def feature(world):
    return make.feature(actor=world.chen, product=world.product)


def test_whoever_may_comment_passes_it_on_and_does_not_decide(world):
    spaces.grant(actor=world.alma, space=world.product.space, user=world.mei, role="stakeholder")
    world.mei.refresh_from_db()
    row = make.feedback(actor=world.mei, product=world.product, title="等待时间太长", text="")
    assert (row.state, row.language, row.votes) == ("new", "zh", 0)
    with pytest.raises(Denied):
        make.feedback(actor=world.mei, product=world.product, is_public=True)
    with pytest.raises(Denied):
        feedback.change(actor=world.mei, feedback=row, version=None, title="Other")
    with pytest.raises(Hidden):
        make.feedback(actor=world.dana, product=world.product)


def test_an_address_never_stands_in_the_history(world, said):
    feedback.change(actor=world.chen, feedback=said, version=said.version, giver_email="ada@example.org")
    for event in Event.objects.filter(subject_kind="product.feedback").select_related("text"):
        assert "@example.org" not in f"{event.changes} {event.text.changes if hasattr(event, 'text') else ''}"


@pytest.mark.parametrize(
    "email", ["ida@example.org\nBcc: all@example.org", "a@b.org,c@d.org", "<ida@example.org>", "ida", "ida@example.org\r", '"a b"@example.org']
)
def test_an_address_that_is_more_than_one_is_refused(world, email):
    if email.strip() == "ida@example.org":  # blanks around it are no harm
        assert feedback.address(email) == "ida@example.org"
        return
    with pytest.raises(Refused, match="email_unreadable"):
        make.feedback(actor=world.chen, product=world.product, giver_email=email)


def test_words_of_strangers_mention_nobody_and_turn_nothing_round(world):
    row = make.feedback(actor=world.chen, product=world.product, title="a\u202eb\x00\n c", text=f"@[Alma](user:{world.alma.pk}) help")
    assert row.title == "a b c"
    assert "@[" not in row.text


def test_a_link_is_proved_by_a_sentence_that_stands_there(world, said, feature):
    with pytest.raises(Refused, match="quote_not_found"):
        feedback_links.link(actor=world.chen, feedback=said, feature=feature, quote="We wait two hours.")
    link = feedback_links.link(actor=world.chen, feedback=said, feature=feature, quote="We  wait\nan hour.")
    assert link.quote == "We wait an hour."
    said.refresh_from_db()
    with pytest.raises(Refused, match="quote_needed"):
        feedback.change(actor=world.chen, feedback=said, version=None, text="We wait.")
    with pytest.raises(Refused, match="state_follows"):
        feedback.change(actor=world.chen, feedback=said, version=None, state="declined")
    again = feedback_links.link(actor=world.chen, feedback=said, feature=feature, quote="Each day.")
    assert (again.pk, again.quote, said.links.count()) == (link.pk, "Each day.", 1)


def test_a_feature_of_another_product_does_not_answer_it(world, said):
    other = make.feature(actor=world.alma, product=make.product(actor=world.alma, name="Other"))
    with pytest.raises(Refused, match="other_product"):
        feedback_links.link(actor=world.alma, feedback=said, feature=other)


def test_the_state_follows_the_features(world, said, feature):
    feedback_links.link(actor=world.chen, feedback=said, feature=feature)
    said.refresh_from_db()
    assert said.state == "review"
    release = releases.create(actor=world.chen, product=world.product, name="9.0")
    features.change(actor=world.chen, feature=feature, version=None, release=release)
    said.refresh_from_db()
    assert said.state == "planned"
    features.change(actor=world.chen, feature=feature, version=None, state="shipped")
    said.refresh_from_db()
    assert said.state == "shipped"
    assert Event.objects.filter(verb="feedback.followed").count() == 3


@pytest.mark.parametrize(
    ("states", "told"),
    [(["declined"], "declined"), (["declined", "shipped"], "shipped"), (["shipped", "review"], "building"), (["planned", "review"], "planned"),
     (["review"], "review"), ([], "review")],
)  # fmt: skip
def test_of_several_features(states, told):
    assert feedback_answers.state_of(states) == told


def test_a_promise_makes_it_planned_and_its_end_takes_that_back(world, said, feature):
    from tandem.product.actions import promises

    feedback_links.link(actor=world.chen, feedback=said, feature=feature)
    promise = make.promise(actor=world.chen, subject=feature)
    said.refresh_from_db()
    assert said.state == "planned"
    promises.withdraw(actor=world.chen, promise=promise, version=None, reason="Not built")
    said.refresh_from_db()
    assert said.state == "review"


def test_merging_keeps_votes_givers_and_links_and_is_undone(world, said, feature):
    other = make.feedback(actor=world.chen, product=world.product, title="Queue", text="", outside_votes=4, giver_email="bo@example.org", wants_word=True)
    for entry in (said, other):
        feedback_votes.vote(actor=world.chen, feedback=entry)
    feedback_votes.vote(actor=world.alma, feedback=other)
    feedback_links.link(actor=world.chen, feedback=other, feature=feature)
    other.refresh_from_db()
    kept = feedback_merges.merge(actor=world.chen, feedback=other, version=other.version, into=said)
    assert (kept.votes, kept.state) == (6, "review")  # Chen once, Alma, four at the source
    assert [row.pk for row in Feedback.objects.standing().filter(product=world.product)] == [said.pk]
    asked = reads.asked(world.chen, feature)
    assert (asked.count, asked.votes) == (2, 6)
    with pytest.raises(Refused, match="feedback_merged"):
        feedback_merges.merge(actor=world.chen, feedback=other, version=None, into=said)
    with pytest.raises(Refused, match="feedback_holds_others"):
        feedback.remove(actor=world.chen, feedback=kept)
    features.change(actor=world.chen, feature=feature, version=None, state="planned")
    assert set(FeedbackLetter.objects.values_list("feedback", "email", "state")) == {(said.pk, "ida@example.org", "planned"), (said.pk, "bo@example.org", "planned")}
    other.refresh_from_db()
    apart = feedback_merges.undo(actor=world.chen, feedback=other)
    said.refresh_from_db()
    assert (apart.votes, said.votes, apart.merged_into) == (6, 1, None)


def test_a_merge_into_itself_of_another_product_or_by_an_old_version_is_refused(world, said):
    with pytest.raises(Refused, match="merge_with_itself"):
        feedback_merges.merge(actor=world.chen, feedback=said, version=None, into=said)
    foreign = make.feedback(actor=world.alma, product=make.product(actor=world.alma, name="Other"))
    with pytest.raises(Refused, match="other_product"):
        feedback_merges.merge(actor=world.alma, feedback=said, version=None, into=foreign)
    into = make.feedback(actor=world.chen, product=world.product, title="Other")
    with pytest.raises(Stale):
        feedback_merges.merge(actor=world.chen, feedback=said, version=99, into=into)


def test_a_vote_is_one_per_person_and_can_be_taken_back(world, said):
    for _twice in range(2):
        feedback_votes.vote(actor=world.chen, feedback=said)
    said.refresh_from_db()
    assert (said.votes, said.cast.count()) == (1, 1)
    feedback_votes.unvote(actor=world.chen, feedback=said)
    said.refresh_from_db()
    assert said.votes == 0


def test_a_giver_with_an_account_watches_it(world):
    row = make.feedback(actor=world.chen, product=world.product, giver=world.alma)
    assert Watch.objects.filter(subject_kind="product.feedback", subject_id=row.pk, user=world.alma).exists()


def test_an_outsider_is_told_once_for_each_answer_and_can_stop_it(world, said, feature, client, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    feedback_links.link(actor=world.chen, feedback=said, feature=feature)
    for state in ("planned", "idea", "planned"):
        features.change(actor=world.chen, feature=feature, version=None, state=state)
    assert feedback_letters.send_due() == 1
    assert feedback_letters.send_due() == 0
    (letter,) = mail.outbox
    assert letter.to == ["ida@example.org"]
    assert "planned" in letter.body
    stop = letter.extra_headers["List-Unsubscribe"].strip("<>")
    assert client.get(path := "/feedback-letters/" + stop.split("/feedback-letters/")[1]).status_code == 200
    said.refresh_from_db()
    assert said.wants_word
    assert client.post(path).status_code == 200
    features.change(actor=world.chen, feature=feature, version=None, state="shipped")
    assert feedback_letters.send_due() == 0
    assert client.post("/feedback-letters/forged/").status_code == 422


def test_no_letter_carries_an_address_in_its_link_and_older_links_still_stop(world, said, feature, client, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    feedback_links.link(actor=world.chen, feedback=said, feature=feature)
    features.change(actor=world.chen, feature=feature, version=None, state="planned")
    feedback_letters.send_due()
    link = mail.outbox[0].extra_headers["List-Unsubscribe"].strip("<>")
    token = link.rstrip("/").rsplit("/", 1)[1]
    assert "ida" not in str(signing.loads(token, salt="tandem.feedback.letters")).lower()
    old = signing.dumps("ida@example.org", salt="tandem.feedback.letters")
    assert client.post(f"/feedback-letters/{old}/").status_code == 200
    said.refresh_from_db()
    assert not said.wants_word
    gone = signing.dumps(10**9, salt="tandem.feedback.letters")
    assert client.post(f"/feedback-letters/{gone}/").status_code == 422


def test_nobody_is_told_what_is_no_longer_true(world, said, feature, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    feedback_links.link(actor=world.chen, feedback=said, feature=feature)
    features.change(actor=world.chen, feature=feature, version=None, state="declined")
    features.change(actor=world.chen, feature=feature, version=None, state="idea")
    assert feedback_letters.send_due() == 0


def test_weight_counts_each_customer_once_by_its_own_or_its_segments_weight(world, feature):
    space = world.product.space
    large = customers.create_segment(actor=world.chen, space=space, name="Large", weight=5)
    north = customers.create(actor=world.chen, space=space, name="North", segment=large)
    south = customers.create(actor=world.chen, space=space, name="South", segment=large, weight=2)
    for customer in (north, north, south, None):
        row = make.feedback(actor=world.chen, product=world.product, customer=customer)
        feedback_links.link(actor=world.chen, feedback=row, feature=feature)
    asked = reads.asked(world.chen, feature)
    assert (asked.count, asked.customers, asked.weight, asked.nameless) == (4, 2, 7, 1)
    with pytest.raises(Refused, match="segment_in_use"):
        customers.remove_segment(actor=world.chen, segment=large)


@pytest.mark.parametrize("given", [{"is_public": True}, {"answer": "Soon"}, {"outside_votes": 2_000_000_000}])
def test_who_may_only_comment_does_not_publish_by_saying_that_it_is_new(world, given):
    spaces.grant(actor=world.alma, space=world.product.space, user=world.mei, role="stakeholder")
    world.mei.refresh_from_db()
    with pytest.raises(Denied):
        make.feedback(actor=world.mei, product=world.product, state="new", **given)

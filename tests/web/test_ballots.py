"""The pages of ballots: the paper, the link without an account, what is shown when, the decision."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tandem.collaboration.models import Notification
from tandem.kit import clock
from tandem.product.actions import ballots, votes
from tandem.product.models import Ballot, Feature, Vote
from tests import make
from tests.web.pages_in_words import said


@pytest.fixture
def asked(world):
    make.spaces.grant(actor=world.admin, space=world.product.space, user=world.mei, role="stakeholder")
    world.mei.refresh_from_db()
    world.features = [make.feature(actor=world.chen, product=world.product, title=f"<i>Feature {n}</i>") for n in range(3)]
    world.ballot = make.ballot(actor=world.chen, product=world.product, features=world.features)
    votes.invite(actor=world.chen, ballot=world.ballot, users=[world.mei, world.chen, world.alma])
    world.ida, secret = votes.invite_by_link(actor=world.chen, ballot=world.ballot, name="Ida")
    world.link = reverse("ballot_shared", kwargs={"token": secret})
    return world


def at(name, row):
    return reverse(name, kwargs={"id": row.pk})


def gifts(world, *amounts, version=0):
    return {f"f-{f.pk}": n for f, n in zip(world.features, amounts, strict=True)} | {"version": version}


def test_what_was_typed_stays_when_it_is_refused_and_the_vote_is_kept_once(asked, signed_in):
    client, paper = signed_in(asked.mei), at("ballot_votes", asked.ballot)
    wrong = client.post(paper, gifts(asked, 60, 41, 0))
    assert wrong.status_code == 422 and 'value="41"' in wrong.content.decode() and "101 of 100" in wrong.content.decode()
    assert client.post(paper, gifts(asked, 60, 40, 0)).status_code == 302
    twice = client.post(paper, gifts(asked, 1, 1, 1))
    assert twice.status_code == 422 and Vote.objects.get().answer["gifts"] == {str(asked.features[0].pk): 60, str(asked.features[1].pk): 40}
    assert client.post(paper, gifts(asked, 1, 1, 1, version=1)).status_code == 302
    assert signed_in(asked.boris).get(paper).status_code == 404
    assert signed_in(asked.admin).get(paper).status_code == 403


def test_a_link_opens_one_vote_and_nothing_of_the_product(asked):
    client = Client()
    page = client.get(asked.link)
    text = page.content.decode()
    assert page["X-Robots-Tag"] == "noindex" and "Ida" in text and "&lt;i&gt;Feature 0" in text
    assert "Mei Lin" not in text and asked.product.name not in text
    assert client.post(asked.link, gifts(asked, 0, 0, 100)).status_code == 302
    assert "your vote was kept" in client.get(f"{asked.link}?sent=1").content.decode()
    assert Vote.objects.get().voter == asked.ida
    for forged in ("x", "x" * 64, "x" * 300):
        assert client.get(reverse("ballot_shared", kwargs={"token": forged})).status_code == 404
        assert client.post(reverse("ballot_shared", kwargs={"token": forged}), gifts(asked, 1, 1, 1)).status_code == 404
    ballots.close(actor=asked.chen, ballot=asked.ballot, version=None)
    late = client.post(asked.link, gifts(asked, 100, 0, 0, version=1))
    assert late.status_code == 422 and Vote.objects.get().version == 1


def test_the_link_dies_with_the_right_of_whoever_made_it(asked):
    asked.ida.write(expected=None, invited_by=asked.mei)
    assert Client().get(asked.link).status_code == 404


def test_a_secret_ballot_shows_nothing_before_its_end(asked, signed_in):
    signed_in(asked.mei).post(at("ballot_votes", asked.ballot), gifts(asked, 77, 23, 0))
    client = signed_in(asked.chen)
    # what is read: an address or a number of somebody may hold the same digits
    assert not any("77" in passage for passage in said(client.get(at("ballots_detail", asked.ballot)).content.decode()))
    assert "1 of 4 have voted" in client.get(at("ballots_detail", asked.ballot)).content.decode()
    assert client.get(f"/api/v1/ballots/{asked.ballot.pk}/outcome/").json()["code"] == "ballot_secret"
    ballots.close(actor=asked.chen, ballot=asked.ballot, version=None)
    text = client.get(at("ballots_detail", asked.ballot)).content.decode()
    assert ">77<" in text and "Too few votes to say how far people agree: 1 of at least 3." in text


def test_after_the_end_the_page_says_who_is_apart_on_what(asked, signed_in):
    for person, amounts in ((asked.mei, (80, 20, 0)), (asked.chen, (0, 20, 80)), (asked.alma, (70, 30, 0))):
        signed_in(person).post(at("ballot_votes", asked.ballot), gifts(asked, *amounts))
    ballots.close(actor=asked.chen, ballot=asked.ballot, version=None)
    client = signed_in(asked.chen)
    text = client.get(at("ballots_detail", asked.ballot)).content.decode()
    assert "Divided on" in text and "W = " in text and text.count(f'href="/features/{asked.features[0].pk}/"') >= 3
    settle = client.get(at("ballot_decisions", asked.ballot)).content.decode()
    assert "the most divided first" in settle
    order = {f"place-{f.pk}": n for f, n in zip(asked.features, (3, 2, 1), strict=True)}
    unclear = client.post(at("ballot_decisions", asked.ballot), order | {f"place-{asked.features[0].pk}": 1, "reason": "kept words"})
    assert unclear.status_code == 422 and "kept words" in unclear.content.decode()
    client.post(at("ballot_decisions", asked.ballot), order | {"reason": "Shippers wait", f"note-{asked.features[0].pk}": "Later", "version": Ballot.objects.get().version})
    assert list(Feature.objects.all()) == asked.features[::-1]
    assert "Shippers wait" in client.get(at("ballots_detail", asked.ballot)).content.decode()
    client.post(at("ballot_decision_undos", asked.ballot))
    assert list(Feature.objects.all()) == asked.features


def test_a_ballot_is_opened_from_its_product(asked, signed_in):
    client = signed_in(asked.chen)
    page = client.get(reverse("ballots_new") + f"?product={asked.product.pk}").content.decode()
    assert "Feature 2" in page
    day = (clock.today() + timedelta(7)).isoformat()
    sent = {"product": asked.product.pk, "title": "Next", "method": "ranking", "budget": 100, "closes_on": day, "features": [f.pk for f in asked.features]}
    client.post(reverse("ballots_new"), sent)
    assert list(Ballot.objects.get(title="Next").features.order_by("pk")) == asked.features
    past = client.post(reverse("ballots_new"), sent | {"closes_on": "2020-01-01"})
    assert past.status_code == 422 and "on a day to come" in past.content.decode()


def test_a_new_link_is_shown_once(asked, signed_in):
    client, page = signed_in(asked.chen), at("ballot_voters", asked.ballot)
    assert "/shared/ballot/" in client.post(page, {"do": "link", "name": "Kai"}).content.decode()
    assert "/shared/ballot/" not in client.get(page).content.decode()
    assert not Notification.objects.filter(user=asked.dana).exists()


def test_as_many_queries_for_three_votes_as_for_thirty(asked, signed_in):
    client = signed_in(asked.chen)

    def vote(many):
        for n in range(many):
            voter, _secret = votes.invite_by_link(actor=asked.chen, ballot=asked.ballot, name=f"V{n}")
            votes.cast(actor=None, voter=voter, version=0, answer={"gifts": {str(asked.features[n % 3].pk): 50}})

    def count():
        with clock.held_at(asked.ballot.closes_at + timedelta(1)), CaptureQueriesContext(connection) as found:
            assert client.get(at("ballots_detail", asked.ballot)).status_code == 200
        return len(found)

    vote(3)
    count()
    few = count()
    vote(27)
    assert count() <= few


@pytest.mark.parametrize("method", ["moscow", "kano"])
def test_classes_are_chosen_on_the_paper_and_told_with_how_they_come_about(asked, signed_in, method):
    ballot = make.ballot(actor=asked.chen, product=asked.product, features=asked.features, method=method, is_secret=False)
    votes.invite(actor=asked.chen, ballot=ballot, users=[asked.mei, asked.chen])
    sent = {f"f-{f.pk}": "must" for f in asked.features} if method == "moscow" else {f"f-{f.pk}": "expect" for f in asked.features} | {f"without-{f.pk}": "dislike" for f in asked.features}
    client, paper = signed_in(asked.mei), at("ballot_votes", ballot)
    part = {name: value for name, value in sent.items() if not name.endswith(f"-{asked.features[0].pk}")}
    refused = client.post(paper, part | {"version": 0})
    assert refused.status_code == 422 and "1 of 3 are left" in refused.content.decode() and "selected" in refused.content.decode()
    assert client.post(paper, sent | {"version": 0}).status_code == 302
    page = " ".join(said(client.get(at("ballots_detail", ballot)).content.decode()))
    assert ("Must 1" in page and "DSDM" in page) if method == "moscow" else ("Must-be 1" in page and "Kano 1984" in page)
    outcome = client.get(f"/api/v1/ballots/{ballot.pk}/outcome/").json()
    assert {one["kind"] for one in outcome["ranking"]} == {"must" if method == "moscow" else "must_be"}


def test_weights_are_typed_on_the_page_of_who_votes(asked, signed_in):
    client, page = signed_in(asked.chen), at("ballot_voters", asked.ballot)
    voter = asked.ballot.voters.get(user=asked.mei)
    assert client.post(page, {"do": "weigh", "voter": voter.pk, "weight": "3"}).status_code == 302
    voter.refresh_from_db()
    assert voter.weight == 3 and 'value="3"' in client.get(page).content.decode()
    assert client.post(page, {"do": "weigh", "voter": voter.pk, "weight": "0"}).status_code == 422
    assert "counts as 3" in " ".join(said(client.get(at("ballots_detail", asked.ballot)).content.decode()))
    assert signed_in(asked.mei).post(page, {"do": "weigh", "voter": voter.pk, "weight": "9"}).status_code == 403

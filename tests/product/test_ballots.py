"""Ballots: one vote each, never lost, not double, not after closing, not by strangers; one ranking and what divides people."""

from datetime import timedelta

import pytest

from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.product import balloting
from tandem.product.actions import ballots, votes
from tandem.product.models import Ballot, Feature, Vote, Voter
from tandem.reports.queries import ballots as reads
from tests import make


@pytest.fixture
def asked(world):
    """Three features; Boris and Mei see the product and are invited, Ida has a link."""
    for person in (world.boris, world.mei):
        make.spaces.grant(actor=world.admin, space=world.product.space, user=person, role="stakeholder")
        person.refresh_from_db()
    world.features = [make.feature(actor=world.chen, product=world.product, title=t) for t in ("Bulk booking", "Night rates", "Price list")]
    world.ids = [f.pk for f in world.features]
    return world


def opened(world, method="money", **values):
    world.ballot = make.ballot(actor=world.chen, product=world.product, features=world.features, method=method, **values)
    votes.invite(actor=world.chen, ballot=world.ballot, users=[world.boris, world.mei, world.chen])
    world.ida, world.secret = votes.invite_by_link(actor=world.chen, ballot=world.ballot, name="Ida")
    return world.ballot


def spend(world, person, *gifts, version=None):
    return votes.cast_own(actor=person, ballot=world.ballot, version=version, answer={"gifts": dict(zip(map(str, world.ids), gifts, strict=False))})


def place(world, person, *places):
    return votes.cast_own(actor=person, ballot=world.ballot, version=None, answer={"places": dict(zip(map(str, world.ids), places, strict=True))})


def test_one_vote_each_which_may_be_changed_and_is_never_lost(asked):
    opened(asked)
    first = spend(asked, asked.boris, 60, 40, version=0)
    with pytest.raises(Stale):
        spend(asked, asked.boris, 1, version=0)
    assert Vote.objects.get(voter=first.voter).answer == {"gifts": {str(asked.ids[0]): 60, str(asked.ids[1]): 40}}
    again = spend(asked, asked.boris, 0, 0, 100, version=first.version)
    assert Vote.objects.count() == 1 and again.version == 2
    assert spend(asked, asked.boris, 0, 0, 100).version == 2, "the same again changes nothing"
    assert [e.verb for e in Event.objects.filter(verb__startswith="ballot.vote").order_by("id")] == ["ballot.voted", "ballot.vote_changed"]


def test_the_history_of_a_secret_ballot_tells_nobody_what_was_voted(asked):
    opened(asked)
    spend(asked, asked.boris, 61, 39)
    votes.cast(actor=None, voter=asked.ida, version=0, answer={"gifts": {str(asked.ids[2]): 100}})
    for event in Event.objects.filter(verb="ballot.voted").select_related("text"):
        told = str(event.changes) + (str(event.text.changes) if hasattr(event, "text") else "")
        assert "61" not in told and "gifts" not in told
    assert not asked.ballot.shows_results
    assert Event.objects.filter(verb="ballot.voted", actor=None).count() == 1


@pytest.mark.parametrize(
    ("gifts", "code"),
    [({"0": 61, "1": 40}, "vote_overspent"), ({"0": -1}, "vote_unreadable"), ({"0": 0}, "vote_empty"), ({"x": 1}, "vote_unreadable"), ({"0": "1e9"}, "vote_unreadable"),
     ({"0": True}, "vote_unreadable"), ({"999999": 1}, "vote_of_elsewhere"), ({"0": "٣"}, "vote_unreadable"), (None, "vote_unreadable"), ([1], "vote_unreadable")],
    ids=["overspent", "negative", "nothing", "no number", "exponent", "truth", "elsewhere", "foreign digit", "null", "list"],
)  # fmt: skip
def test_money_that_one_does_not_have_is_refused(asked, gifts, code):
    opened(asked)
    named = {str(asked.ids[int(k)]) if k in ("0", "1") else k: v for k, v in gifts.items()} if isinstance(gifts, dict) else gifts
    with pytest.raises(Refused) as refused:
        votes.cast_own(actor=asked.mei, ballot=asked.ballot, version=0, answer={"gifts": named})
    assert refused.value.code == code and not Vote.objects.exists()


def test_strangers_and_those_who_are_not_invited_do_not_vote(asked):
    opened(asked)
    with pytest.raises(Hidden):
        spend(asked, asked.dana, 1)
    with pytest.raises(Denied):
        spend(asked, asked.alma, 1)
    mine = Voter.objects.get(ballot=asked.ballot, user=asked.mei)
    with pytest.raises(Denied):
        votes.cast(actor=asked.boris, voter=mine, version=0, answer={"gifts": {str(asked.ids[0]): 1}})
    with pytest.raises(Refused, match="voter_sees_not"):
        votes.invite(actor=asked.chen, ballot=asked.ballot, users=[asked.dana])
    for act in (lambda: ballots.close(actor=asked.mei, ballot=asked.ballot, version=None), lambda: votes.invite(actor=asked.mei, ballot=asked.ballot, users=[])):
        with pytest.raises(Denied):
            act()


def test_nobody_votes_after_closing_or_with_a_link_that_was_taken_back(asked):
    opened(asked)
    votes.withdraw(actor=asked.chen, voter=asked.ida)
    with pytest.raises(Refused, match="voter_withdrawn"):
        votes.cast(actor=None, voter=asked.ida, version=0, answer={"gifts": {str(asked.ids[0]): 1}})
    ballots.close(actor=asked.chen, ballot=asked.ballot, version=None)
    with pytest.raises(Refused, match="ballot_closed"):
        spend(asked, asked.mei, 1)
    ballots.reopen(actor=asked.chen, ballot=asked.ballot, version=None)
    spend(asked, asked.mei, 1)
    with clock.held_at(asked.ballot.closes_at + timedelta(seconds=1)), pytest.raises(Refused, match="ballot_closed"):
        spend(asked, asked.mei, 2)


def test_what_people_voted_on_stays_as_it_is(asked):
    opened(asked)
    spend(asked, asked.mei, 10)
    for values in ({"budget": 10}, {"method": "ranking"}, {"is_secret": False}, {"features": asked.features[:2]}):
        with pytest.raises(Refused, match="ballot_voted"):
            ballots.change(actor=asked.chen, ballot=Ballot.objects.get(), version=None, **values)
    with pytest.raises(Refused, match="ballot_voted"):
        ballots.remove(actor=asked.chen, ballot=asked.ballot)
    with pytest.raises(Refused, match="voter_voted"):
        votes.withdraw(actor=asked.chen, voter=Voter.objects.get(user=asked.mei))
    later = asked.ballot.closes_at + timedelta(days=3)
    assert ballots.change(actor=asked.chen, ballot=Ballot.objects.get(), version=None, closes_at=later, title="Later").closes_at == later


def test_inviting_twice_is_once_and_only_some_may_make_links(asked):
    opened(asked)
    votes.invite(actor=asked.chen, ballot=asked.ballot, users=[asked.boris])
    assert Voter.objects.filter(user=asked.boris).count() == 1
    with pytest.raises(Refused, match="voter_name"):
        votes.invite_by_link(actor=asked.chen, ballot=asked.ballot, name="  ")
    assert asked.secret not in str(list(Voter.objects.values())), "only a digest is kept"


def test_money_is_summed_and_disagreement_is_measured(asked):
    opened(asked)
    for person, gifts in ((asked.boris, (70, 30, 0)), (asked.mei, (60, 40, 0)), (asked.chen, (0, 10, 90))):
        spend(asked, person, *gifts)
    ballots.close(actor=asked.chen, ballot=asked.ballot, version=None)
    found = reads.outcome(asked.chen, asked.ballot)
    assert [(line.feature.title, line.place, line.points) for line in found.lines] == [("Bulk booking", 1, 130), ("Price list", 2, 90), ("Night rates", 3, 80)]
    assert (found.invited, found.voted) == (4, 3)
    assert 0 < found.w < 0.3 and found.says_agreement
    assert {line.feature.title for line in found.points_to_discuss} == {"Bulk booking", "Price list"}, "all put the third in the middle"
    split = next(s for s in found.splits if {s.first.title, s.second.title} == {"Bulk booking", "Price list"})
    assert {tuple(split.for_first), tuple(split.for_second)} == {("Boris Orlov", "Mei Lin"), ("陈悦",)}


def test_places_and_pairs_give_one_ranking(asked):
    opened(asked, "ranking")
    for person, places in ((asked.boris, (1, 2, 3)), (asked.mei, (10, 30, 20)), (asked.chen, (1, 2, 2))):
        place(asked, person, *places)
    assert Vote.objects.get(voter__user=asked.mei).answer["places"] == {str(asked.ids[0]): 1, str(asked.ids[1]): 3, str(asked.ids[2]): 2}
    assert reads.outcome(asked.chen, asked.ballot).lines[0].feature.title == "Bulk booking"

    opened(asked, "pairs")
    a, b, c = asked.ids
    answer = {"pairs": {f"{a}-{b}": "second", f"{a}-{c}": "equal", f"{b}-{c}": "first"}}
    with pytest.raises(Refused) as refused:
        votes.cast_own(actor=asked.mei, ballot=asked.ballot, version=0, answer={"pairs": {f"{a}-{b}": "second"}})
    assert refused.value.params == {"missing": 2, "count": 3}
    votes.cast_own(actor=asked.mei, ballot=asked.ballot, version=0, answer=answer)
    assert balloting.order_of("pairs", asked.ids, answer) == ((str(b),), (str(a), str(c)))


def test_of_too_few_votes_no_agreement_is_told(asked):
    opened(asked)
    assert reads.outcome(asked.chen, asked.ballot).lines == []
    spend(asked, asked.boris, 60, 40)
    found = reads.outcome(asked.chen, asked.ballot)
    assert found.lines and not found.says_agreement


def test_a_decision_ranks_the_features_with_one_event_each_and_goes_back(asked):
    opened(asked)
    spend(asked, asked.boris, 0, 0, 100)
    order = [asked.ids[2], asked.ids[1], asked.ids[0]]
    with pytest.raises(Refused, match="ballot_open"):
        ballots.decide(actor=asked.chen, ballot=asked.ballot, version=None, order=order, reason="x")
    ballots.close(actor=asked.chen, ballot=asked.ballot, version=None)
    for wrong, reason in ((order[:2], "x"), ([*order[:2], order[0]], "x"), (order, " ")):
        with pytest.raises(Refused):
            ballots.decide(actor=asked.chen, ballot=asked.ballot, version=None, order=wrong, reason=reason)
    with pytest.raises(Stale):
        ballots.decide(actor=asked.chen, ballot=asked.ballot, version=99, order=order, reason="Shippers wait")
    ballots.decide(actor=asked.chen, ballot=asked.ballot, version=None, order=order, reason="Shippers wait", notes={str(order[0]): "Agreed"})
    assert list(Feature.objects.values_list("pk", flat=True)) == order
    assert Event.objects.filter(verb="feature.ranked", run=asked.ballot.run).count() == 2
    with pytest.raises(Refused, match="ballot_decided"):
        ballots.decide(actor=asked.chen, ballot=asked.ballot, version=None, order=order, reason="again")
    with pytest.raises(Refused, match="ballot_decided_by_other"):
        ballots.undecide(actor=asked.alma, ballot=asked.ballot)
    ballots.undecide(actor=asked.chen, ballot=asked.ballot)
    assert list(Feature.objects.values_list("pk", flat=True)) == asked.ids
    assert not asked.ballot.is_decided and asked.ballot.notes


def test_a_ballot_is_on_features_of_one_product_and_ends_in_time(asked):
    other = make.feature(actor=asked.alma, product=make.product(actor=asked.alma, name="Driver"))
    for features, more in ((asked.features[:1], {}), ([asked.features[0], other], {}), (asked.features, {"closes_at": clock.now()})):
        with pytest.raises(Refused):
            make.ballot(actor=asked.alma, product=asked.product, features=features, **more)
    many = [make.feature(actor=asked.chen, product=asked.product, title=f"F{n}") for n in range(9)]
    with pytest.raises(Refused, match="ballot_size"):
        make.ballot(actor=asked.chen, product=asked.product, features=many, method="pairs")


def test_a_secret_ballot_that_was_looked_at_does_not_run_on(asked):
    opened(asked)
    spend(asked, asked.mei, 10)
    ballots.close(actor=asked.chen, ballot=asked.ballot, version=None)
    with pytest.raises(Refused, match="ballot_secret"):
        ballots.reopen(actor=asked.chen, ballot=asked.ballot, version=None)

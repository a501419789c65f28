"""Ballots: one vote each, never lost, not double, not after closing, not by strangers; one ranking and what divides people."""

from datetime import timedelta

import pytest

from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.product import balloting
from tandem.product.actions import ballots, votes
from tandem.product.actions import features as scoped
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


def classed(world, person, *classes):
    return votes.cast_own(actor=person, ballot=world.ballot, version=None, answer={"classes": dict(zip(map(str, world.ids), classes, strict=True))})


def test_moscow_names_the_class_that_most_weight_stands_behind(asked):
    ballot = opened(asked, "moscow")
    epic = make.work_item(actor=asked.alma, project=asked.project, title="Booking")
    scoped.add_scope(actor=asked.admin, subject=asked.features[0], items=[epic])
    classed(asked, asked.boris, "must", "could", "wont")
    classed(asked, asked.mei, "must", "should", "wont")
    classed(asked, asked.chen, "should", "should", "must")
    found = {line.feature.pk: line for line in reads.outcome(asked.chen, ballot).lines}
    assert [found[pk].judged.kind for pk in asked.ids] == ["must", "should", "wont"]
    assert dict(found[asked.ids[0]].judged.counts) == {"must": 2, "should": 1}
    assert [found[pk].place for pk in asked.ids] == [1, 2, 3]
    room = reads.outcome(asked.admin, ballot).room
    assert dict(room.shares)["must"] == 1 and "must_above_share" in room.warnings and len(room.missing) == 1
    votes.weigh(actor=asked.chen, voter=ballot.voters.get(user=asked.chen), weight=3)
    heavy = {line.feature.pk: line for line in reads.outcome(asked.chen, ballot).lines}
    assert [heavy[pk].judged.kind for pk in asked.ids] == ["should", "should", "must"]
    assert heavy[asked.ids[2]].place == 1


def test_kano_tells_what_is_expected_silently_and_what_delights(asked):
    ballot = opened(asked, "kano")
    for person in (asked.boris, asked.mei):
        said = (["expect", "dislike"], ["like", "neutral"], ["neutral", "neutral"])
        votes.cast_own(actor=person, ballot=ballot, version=None, answer={"kano": dict(zip(map(str, asked.ids), said, strict=True))})
    lines = reads.outcome(asked.chen, ballot).lines
    assert [(line.feature.pk, line.judged.kind, line.judged.better, line.judged.worse) for line in lines] == [
        (asked.ids[0], "must_be", 0.0, -1.0), (asked.ids[1], "attractive", 1.0, 0.0), (asked.ids[2], "indifferent", 0.0, 0.0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "answer", "code"),
    [("moscow", {"classes": {"0": "must"}}, "vote_answers_missing"), ("moscow", {"classes": {"0": "must", "1": "must", "2": "soon"}}, "vote_answers_missing"),
     ("moscow", {"classes": {"0": "must", "1": "must", "2": "must", "999999": "must"}}, "vote_of_elsewhere"), ("moscow", {"classes": ["must"]}, "vote_unreadable"),
     ("kano", {"kano": {"0": ["like"], "1": ["like", "like"], "2": ["like", "like"]}}, "vote_answers_missing"), ("kano", {}, "vote_unreadable")],
)  # fmt: skip
def test_a_class_that_there_is_not_or_a_feature_left_out_is_refused(asked, method, answer, code):
    opened(asked, method)
    name, given = next(iter(answer.items()), ("kano", None))
    if isinstance(given, dict):
        given = {str(asked.ids[int(k)]) if len(k) == 1 else k: v for k, v in given.items()}
    with pytest.raises(Refused, match=code):
        votes.cast_own(actor=asked.boris, ballot=asked.ballot, version=None, answer={name: given})


def test_weights_are_set_while_the_ballot_is_open_by_who_edits_the_product_and_seen_by_all(asked):
    ballot = opened(asked, "ranking")
    place(asked, asked.boris, 1, 2, 3)
    place(asked, asked.mei, 3, 2, 1)
    voter = ballot.voters.get(user=asked.mei)
    for actor, refusal in ((asked.mei, Denied), (asked.dana, (Denied, Hidden))):
        with pytest.raises(refusal):
            votes.weigh(actor=actor, voter=voter, weight=5)
    for weight in (0, 101, None, True):
        with pytest.raises(Refused, match="weight_of_voter"):
            votes.weigh(actor=asked.chen, voter=voter, weight=weight)
    votes.weigh(actor=asked.chen, voter=voter, weight=5)
    votes.weigh(actor=asked.chen, voter=voter, weight=5)
    found = reads.outcome(asked.chen, ballot)
    assert found.lines[0].feature.pk == asked.ids[2] and found.is_weighted
    assert Event.objects.get(verb="ballot.voter_weighed").changes == {"weight": [1, 5]}
    ballots.close(actor=asked.chen, ballot=ballot, version=None)
    with pytest.raises(Refused, match="ballot_closed"):
        votes.weigh(actor=asked.chen, voter=voter, weight=1)


def test_money_of_a_heavy_vote_counts_as_often(asked):
    ballot = opened(asked)
    spend(asked, asked.boris, 100, 0, 0)
    spend(asked, asked.mei, 0, 60, 40)
    votes.weigh(actor=asked.chen, voter=ballot.voters.get(user=asked.mei), weight=2)
    assert {line.feature.pk: line.points for line in reads.outcome(asked.chen, ballot).lines} == {asked.ids[0]: 100, asked.ids[1]: 120, asked.ids[2]: 80}

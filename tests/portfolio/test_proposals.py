"""The queue of proposals: who may do what to them, and what they may be tied to."""

import pytest

from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.models import Role
from tandem.portfolio import amounts
from tandem.portfolio.actions import portfolios, proposals
from tandem.portfolio.models import Proposal, ProposalTie
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(world):
    return portfolios.create(actor=world.alma, parent=world.root, name="Digital 2027").space


@pytest.fixture
def row(world, home):
    return make.proposal(actor=world.alma, space=home)


def _verbs(row):
    return list(Event.objects.of(row).order_by("id").values_list("verb", flat=True))


def test_from_draft_to_selected_with_an_event_each(world, row):
    for step in ("assessed", "selected"):
        proposals.move(actor=world.alma, proposal=row, version=None, state=step)
    assert row.state == "selected"
    assert _verbs(row) == ["proposal.created", *["proposal.moved"] * 3]


def test_a_step_that_is_not_in_the_queue_is_refused(world, row):
    for state in ("selected", "project", "nothing"):
        with pytest.raises(Refused, match="move_unknown"):
            proposals.move(actor=world.alma, proposal=row, version=None, state=state)


@pytest.mark.parametrize("state", ["declined", "on_hold"])
def test_holding_and_declining_need_a_reason(world, row, state):
    with pytest.raises(Refused, match="verdict_reason_missing"):
        proposals.move(actor=world.alma, proposal=row, version=None, state=state, reason="  ")
    proposals.move(actor=world.alma, proposal=row, version=None, state=state, reason="No berth before 2028")
    assert row.reason == "No berth before 2028"


def test_an_empty_case_is_not_sent_in(world, home):
    empty = make.proposal(actor=world.alma, space=home, state="draft", costs=[], effort={})
    with pytest.raises(Refused, match="case_empty"):
        proposals.move(actor=world.alma, proposal=empty, version=None, state="submitted")


def test_what_was_decided_keeps_its_case(world, row):
    proposals.move(actor=world.alma, proposal=row, version=None, state="declined", reason="No money")
    with pytest.raises(Refused, match="proposal_decided"):
        proposals.change(actor=world.alma, proposal=row, version=None, costs=[1])


def test_only_a_draft_is_removed(world, home, row):
    with pytest.raises(Refused, match="proposal_submitted"):
        proposals.remove(actor=world.alma, proposal=row)
    proposals.remove(actor=world.alma, proposal=make.proposal(actor=world.alma, space=home, state="draft"))
    assert Proposal.objects.count() == 1


def test_a_member_proposes_and_takes_back_but_does_not_decide(world, home):
    member = make.user(actor=world.admin, name="Noor", role=Role.MEMBER, space=home)
    mine = make.proposal(actor=member, space=home)
    assert mine.owner == member
    with pytest.raises(Denied):
        proposals.move(actor=member, proposal=mine, version=None, state="assessed")
    assert proposals.move(actor=member, proposal=mine, version=None, state="draft").state == "draft"


def test_a_stranger_finds_nothing_and_a_reader_changes_nothing(world, home, row):
    reader = make.user(actor=world.admin, name="Rea", role=Role.STAKEHOLDER, space=home)
    with pytest.raises(Denied):
        proposals.change(actor=reader, proposal=row, version=None, title="Mine")
    for act in (
        lambda: proposals.change(actor=world.dana, proposal=row, version=None, title="Mine"),
        lambda: proposals.move(actor=world.dana, proposal=row, version=None, state="assessed"),
        lambda: make.proposal(actor=world.dana, space=home),
    ):
        with pytest.raises(Hidden):
            act()


def test_two_writers(world, row):
    version = row.version
    proposals.move(actor=world.alma, proposal=Proposal.objects.get(pk=row.pk), version=version, state="assessed")
    with pytest.raises(Stale):
        proposals.move(actor=world.alma, proposal=row, version=version, state="draft")


def test_a_project_is_no_place_for_proposals(world):
    with pytest.raises(Refused, match="not_a_portfolio"):
        make.proposal(actor=world.alma, space=world.project.space)


def test_requirements_go_in_no_circle_and_a_pair_has_one_tie(world, home, row):
    second, third = (make.proposal(actor=world.alma, space=home, title=t) for t in ("Two", "Three"))
    proposals.tie(actor=world.alma, proposal=row, other=second, kind="requires")
    proposals.tie(actor=world.alma, proposal=second, other=third, kind="requires")
    with pytest.raises(Refused, match="tie_circle"):
        proposals.tie(actor=world.alma, proposal=third, other=row, kind="requires")
    tie = proposals.tie(actor=world.alma, proposal=second, other=row, kind="excludes")
    assert ProposalTie.objects.count() == 2
    proposals.untie(actor=world.alma, tie=tie)
    assert _verbs(second)[-2:] == ["proposal.tied", "proposal.untied"]


def test_a_tie_stays_within_the_portfolio(world, row):
    other = make.proposal(actor=world.alma, title="Elsewhere")
    for one in (other, row):
        with pytest.raises(Refused, match="other_space"):
            proposals.tie(actor=world.alma, proposal=row, other=one, kind="requires")


@pytest.mark.parametrize(("text", "found"), [("120k 80K, 40000", [120000, 80000, 40000]), ("1.5m\t0", [1500000, 0]), ("12万；3", [120000, 3]), ("", [])])
def test_amounts_are_read_as_people_write_them(text, found):
    assert amounts.read(text, "costs") == found


@pytest.mark.parametrize("text", ["ten", "1e99", "NaN", "12x", "999999999999k"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(Refused, match="amounts_unreadable"):
        amounts.read(text, "costs")


@pytest.mark.parametrize(
    ("field", "value"),
    [("costs", [-1]), ("costs", [1.5]), ("costs", [True]), ("costs", [1] * 41), ("costs", "12"), ("effort", {"": [1]}), ("effort", {"a": [-1]}), ("effort", {str(n): [1] for n in range(21)})],
)
def test_hostile_amounts_are_refused(world, row, field, value):
    with pytest.raises(Refused):
        proposals.change(actor=world.alma, proposal=row, version=None, **{field: value})


def test_a_discount_rate_is_a_share_of_a_year(world, home):
    with pytest.raises(Refused, match="rate_out_of_range"):
        portfolios.change(actor=world.alma, portfolio=home.portfolio, version=None, discount_rate=101)


def test_the_queue_shows_its_picture_and_the_case_its_figures(world, home, row, client):
    make.proposal(actor=world.alma, space=home, title="Berth sensors <b>")
    client.force_login(world.alma)
    page = client.get("/proposals/").content.decode()
    assert f'href="/proposals/{row.pk}/"' in page
    assert "Value against cost" in page
    assert "sensors &lt;b&gt;" in page
    page = client.get(f"/proposals/{row.pk}/").content.decode()
    assert "€16.8" in page or "Net present value" in page
    assert "quarter 5" in page


def test_the_form_takes_what_people_paste(world, home, client):
    client.force_login(world.alma)
    sent = {"home": home.pk, "title": "Crane", "side": "pmo", "kind": "run", "horizon": "long", "costs": "120k\t80k", "benefits": "0 90k", "effort": "Developer: 60 30"}
    assert client.post("/proposals/new/", sent).status_code == 302
    row = Proposal.objects.get(title="Crane")
    assert (row.costs, row.benefits, row.effort) == ([120000, 80000], [0, 90000], {"Developer": [60, 30]})
    page = client.post(f"/proposals/{row.pk}/edit/", sent | {"costs": "lots", "version": row.version})
    assert page.status_code == 422
    assert "is no amount" in page.content.decode()

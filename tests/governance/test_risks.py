"""Risks: who may name and judge them, what three points must say, what counts after a response, and what they come to."""

from datetime import timedelta
from decimal import Decimal as D

import pytest

from tandem.compute.forecasting.three_point import pert
from tandem.governance import assessing, scales
from tandem.governance.actions import reminders, risk_settings, risk_suggestions, risk_ties, risks
from tandem.governance.models import Risk, RiskReserve, RiskSuggestion, RiskTie
from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.models import Role
from tandem.portfolio.actions import projects
from tests import make

pytestmark = pytest.mark.django_db


def day(count):
    return clock.today() + timedelta(days=count)


@pytest.fixture
def row(world):
    return make.risk(actor=world.mei, space=world.project.space)


def verbs(row):
    return list(Event.objects.of(row).order_by("id").values_list("verb", flat=True))


def test_anybody_on_the_team_names_a_risk_and_owns_it(world, row):
    assert (row.owner, row.state, row.currency, row.review_on) == (world.mei, "open", "EUR", day(30))
    assert (row.expected_days, row.expected_money) == (D("4.33"), D("10000.00"))
    risks.change(actor=world.boris, risk=row, version=row.version, probability=10)
    assert row.expected_days == D("1.08")
    assert verbs(row) == ["risk.created", "risk.changed"]


def test_the_mean_is_that_of_the_distribution_that_is_drawn():
    assert assessing.mean((5, 10, 20)) == pytest.approx(pert(5, 10, 20).mean)


def test_a_chance_takes_away_from_what_threats_add(world):
    row = make.risk(actor=world.boris, space=world.project.space, kind="chance")
    assert (row.expected_days, row.expected_money) == (D("-4.33"), D("-10000.00"))


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"days": [5, 3, 9]}, "three_points_order"),
        ({"days": [5, 9]}, "three_points"),
        ({"days": [-1, 0, 9]}, "three_points_bounds"),
        ({"money": [True, True, True]}, "three_points_bounds"),
        ({"probability": 0}, "probability_bounds"),
        ({"probability": 100}, "probability_bounds"),
        ({"response": "exploit"}, "response_of_another_kind"),
        ({"kind": "chance", "response": "avoid"}, "response_of_another_kind"),
        ({"is_responded": True}, "response_missing"),
        ({"residual_days": [1]}, "residual_probability_missing"),
    ],
)
def test_what_cannot_be_meant_is_refused(world, values, code):
    with pytest.raises(Refused, match=code):
        make.risk(actor=world.boris, space=world.project.space, **values)


def test_one_value_stands_for_all_three_and_nothing_is_nothing(world):
    assert make.risk(actor=world.boris, space=world.project.space, days=[3], money=[0, 0, 0]).days == [3, 3, 3]
    assert make.risk(actor=world.boris, space=world.project.space, money=[0, 0, 0]).money == []


def test_what_is_left_counts_once_the_response_is_carried_out(world, row):
    answer = {"response": "mitigate", "residual_probability": 10, "residual_days": [1, 2, 3], "residual_money": []}
    risks.change(actor=world.boris, risk=row, version=None, **answer)
    assert row.expected_days == D("4.33")
    risks.change(actor=world.boris, risk=row, version=None, is_responded=True)
    # 10 % of what was said of the money: nobody said another sum
    assert (row.expected_days, row.expected_money) == (D("0.20"), D("2500.00"))
    risks.change(actor=world.boris, risk=row, version=None, residual_money=[0])
    assert (row.residual_money, row.expected_money) == ([0, 0, 0], D("0.00"))
    risks.change(actor=world.boris, risk=row, version=None, residual_days=[])
    assert row.expected_days == D("1.08")


def test_strangers_and_readers_change_nothing(world, row):
    auditor = make.user(actor=world.admin, name="Olu", role=Role.AUDITOR)
    for user, error in ((world.dana, Hidden), (auditor, Denied)):
        with pytest.raises(error):
            make.risk(actor=user, space=world.project.space)
        with pytest.raises(error):
            risks.change(actor=user, risk=row, version=None, probability=1)
        with pytest.raises(error):
            risks.review(actor=user, risk=row, version=None, next_on=day(3))
        with pytest.raises(error):
            risks.move(actor=user, risk=row, version=None, state="closed", reason="x")
        with pytest.raises(error):
            risks.remove(actor=user, risk=row)
        with pytest.raises(error):
            risk_settings.set_reserve(actor=user, space=world.project.space, money=1, days=D(0))


def test_who_only_works_there_sets_no_matrix_and_no_reserve(world):
    for do in (
        lambda: risk_settings.set_scale(actor=world.mei, space=world.project.space, high_from=10, medium_from=3),
        lambda: risk_settings.set_reserve(actor=world.mei, space=world.project.space, money=1, days=D(0)),
    ):
        with pytest.raises(Denied):
            do()


def test_two_who_change_it_at_once_do_not_overwrite_each_other(world, row):
    seen = row.version
    risks.change(actor=world.boris, risk=Risk.objects.get(pk=row.pk), version=seen, title="Both cranes come late")
    with pytest.raises(Stale):
        risks.move(actor=world.mei, risk=row, version=seen, state="closed", reason="Arrived")


def test_closed_with_a_reason_then_it_stays_as_it_was_judged_and_may_open_again(world, row):
    with pytest.raises(Refused, match="risk_reason_missing"):
        risks.move(actor=world.boris, risk=row, version=None, state="closed")
    risks.move(actor=world.boris, risk=row, version=None, state="closed", reason="It arrived")
    assert (row.expected_days, row.expected_money) == (0, 0)
    with pytest.raises(Refused, match="risk_over"):
        risks.change(actor=world.boris, risk=row, version=None, probability=5)
    with pytest.raises(Refused, match="risk_move_unknown"):
        risks.move(actor=world.boris, risk=row, version=None, state="happened")
    risks.move(actor=world.boris, risk=row, version=None, state="open")
    assert (row.state, row.ended_on, row.review_on, row.expected_days) == ("open", None, day(30), D("4.33"))


def test_a_review_that_is_due_is_told_to_its_owner_once(world, row):
    Risk.objects.filter(pk=row.pk).update(review_on=day(0))
    assert [reminders.remind(), reminders.remind()] == [1, 0]
    row.refresh_from_db()
    with pytest.raises(Refused, match="review_past"):
        risks.review(actor=world.mei, risk=row, version=None, next_on=day(0))
    risks.review(actor=world.mei, risk=row, version=None, next_on=day(14), note="Still so")
    assert not Risk.objects.due_review(day(0)).exists()
    assert verbs(row)[-1] == "risk.reviewed"


def test_it_touches_only_what_its_writer_sees_and_only_items_carry_a_response_out(world, row):
    item = make.work_item(actor=world.boris, project=world.project)
    assert risk_ties.add(actor=world.mei, risk=row, subject=item).pk == risk_ties.add(actor=world.mei, risk=row, subject=item).pk
    closed = make.project(actor=world.alma, name="Closed", is_confidential=True)
    with pytest.raises(Hidden):
        risk_ties.add(actor=world.mei, risk=row, subject=make.work_item(actor=world.alma, project=closed))
    with pytest.raises(Refused, match="choice_unknown"):
        risk_ties.add(actor=world.mei, risk=row, subject=world.project, kind=RiskTie.Kind.RESPONDS)
    risk_ties.remove(actor=world.mei, risk_tie=row.ties.get())
    assert verbs(row)[-2:] == ["risk.tied", "risk.untied"]


def test_the_matrix_of_the_nearest_space_holds(world, row):
    usual = assessing.cell(scales.scale_of(world.project.space_id), assessing.standing(row), 1.0)
    assert (usual.likely, usual.large, usual.grade) == (3, 4, "high")
    risk_settings.set_scale(actor=world.alma, space=world.root, days=[30, 60, 90, 120], money=[10**6, 2 * 10**6, 3 * 10**6, 4 * 10**6])
    above = assessing.cell(scales.scale_of(world.project.space_id), assessing.standing(row), 1.0)
    assert (above.large, above.grade) == (1, "low")
    own = risk_settings.set_scale(actor=world.boris, space=world.project.space, days=[1, 2, 3, 4])
    assert assessing.cell(scales.scale_of(world.project.space_id), assessing.standing(row), 1.0).large == 5
    with pytest.raises(Refused, match="scale_borders"):
        risk_settings.set_scale(actor=world.boris, space=world.project.space, days=[4, 3, 2, 1])
    risk_settings.drop_scale(actor=world.boris, risk_scale=own)
    assert scales.scale_of(world.project.space_id).days == (30, 60, 90, 120)


def test_a_reserve_stands_until_the_next_and_the_same_is_not_written_twice(world):
    for money in (5_000, 5_000, 8_000):
        risk_settings.set_reserve(actor=world.boris, space=world.project.space, money=money, days=D(3), note="For the crane")
    assert list(RiskReserve.objects.order_by("id").values_list("money", flat=True)) == [5_000, 8_000]
    risk_settings.set_reserve(actor=world.boris, space=world.project.space, money=8_000, days=D(3), note="The board agreed")
    assert RiskReserve.objects.count() == 3
    with pytest.raises(Refused, match="reserve_bounds"):
        risk_settings.set_reserve(actor=world.boris, space=world.project.space, money=-1, days=D(3))


def test_what_happened_in_projects_like_it_is_suggested_and_answered_once(world):
    old = make.project(actor=world.alma, name="Old gate", kind="grow")
    projects.change(actor=world.alma, project=world.project, version=None, kind="grow")
    happened = make.risk(actor=world.alma, space=old.space, title="The ground was wet")
    make.issue(actor=world.alma, space=old.space, title="Water in the pit", risk=happened)
    space, asked = world.project.space, lambda: [one.origin for one in risk_suggestions.suggested(world.boris, world.project.space, "en")]
    assert f"risk:{happened.pk}" not in asked()
    projects.change(actor=world.alma, project=old, version=None, state="done")
    assert f"risk:{happened.pk}" not in asked()
    assert next(one.origin for one in risk_suggestions.suggested(world.alma, space, "en")) == f"risk:{happened.pk}"
    taken = risk_suggestions.accept(actor=world.alma, space=space, origin=f"risk:{happened.pk}", language="en")
    assert (taken.title, taken.space, taken.state) == ("The ground was wet", space, "open")
    with pytest.raises(Refused, match="suggestion_answered"):
        risk_suggestions.accept(actor=world.alma, space=space, origin=f"risk:{happened.pk}", language="en")
    with pytest.raises(Refused, match="suggestion_gone"):
        risk_suggestions.accept(actor=world.boris, space=space, origin=f"risk:{happened.pk}", language="en")


def over(world, name, **values):
    old = make.project(actor=world.alma, name=name, **values)
    projects.change(actor=world.alma, project=old, version=None, state="done")
    return old


def test_what_happened_in_a_confidential_project_is_offered_nowhere_else(world):
    old = over(world, "Redundancies", is_confidential=True)
    happened = make.risk(actor=world.alma, space=old.space, title="The works council says no")
    make.issue(actor=world.alma, space=old.space, risk=happened)
    assert f"risk:{happened.pk}" not in {one.origin for one in risk_suggestions.suggested(world.alma, world.project.space, "en")}
    with pytest.raises(Refused, match="suggestion_gone"):
        risk_suggestions.accept(actor=world.alma, space=world.project.space, origin=f"risk:{happened.pk}", language="en")


def test_after_many_answers_older_ones_are_suggested(world, monkeypatch):
    old = over(world, "Old gate")
    first, second = (make.risk(actor=world.alma, space=old.space, title=title) for title in ("Wet ground", "Dry ground"))
    for row in (first, second):
        make.issue(actor=world.alma, space=old.space, risk=row)
    monkeypatch.setattr(risk_suggestions, "MOST", 1)
    for row in (second, first):
        assert [one.origin for one in risk_suggestions.suggested(world.alma, world.project.space, "en")] == [f"risk:{row.pk}"]
        risk_suggestions.reject(actor=world.alma, space=world.project.space, origin=f"risk:{row.pk}", reason="Not here", language="en")


def test_another_currency_is_computed_anew(world, row, monkeypatch):
    asked = []
    monkeypatch.setattr(risks, "stale", asked.append)
    risks.change(actor=world.boris, risk=row, version=None, currency="JPY")
    assert asked == [world.project.space_id]


def test_money_without_a_rate_has_no_grade_unless_its_days_are_high(world, row):
    scale = scales.scale_of(world.project.space_id)
    small, large = (assessing.Standing(80, (days,) * 3, (9 * 10**8,) * 3) for days in (1, 30))
    assert (assessing.cell(scale, small, None).grade, assessing.cell(scale, small, 0.006).grade) == (assessing.UNKNOWN, "high")
    assert assessing.cell(scale, large, None).grade == "high"


def test_a_suggestion_of_the_catalogue_is_said_in_the_language_and_turned_down_with_a_reason(world):
    space = world.project.space
    chinese = {one.origin: one for one in risk_suggestions.suggested(world.boris, space, "zh-hans")}
    assert chinese["catalogue:key_person"].values["title"] == "关键人员离开"
    with pytest.raises(Refused, match="suggestion_reason_missing"):
        risk_suggestions.reject(actor=world.boris, space=space, origin="catalogue:key_person", reason=" ", language="en")
    risk_suggestions.reject(actor=world.boris, space=space, origin="catalogue:key_person", reason="Three know it", language="en")
    assert "catalogue:key_person" not in {one.origin for one in risk_suggestions.suggested(world.boris, space, "en")}
    risk_suggestions.accept(actor=world.boris, space=space, origin="catalogue:reuse", language="en")
    assert RiskSuggestion.objects.get(origin="catalogue:reuse").risk.kind == "chance"

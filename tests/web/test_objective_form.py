"""A new objective begins where most begin: with the organisation, in the quarter that runs."""

import re

from tandem.kit import clock


def test_the_form_begins_with_the_organisation_and_the_quarter_that_runs(world, signed_in):
    text = signed_in(world.alma).get("/objectives/new/").content.decode()
    chosen = re.search(r'<select name="home".*?<option value="(\d+)" selected', text, re.DOTALL)
    assert chosen and int(chosen[1]) == world.root.pk
    first, last = (re.search(rf'name="{name}" value="([^"]+)"', text)[1] for name in ("starts_on", "ends_on"))
    assert first <= str(clock.today()) <= last


def test_who_may_not_write_for_the_organisation_is_offered_their_own_product(world, signed_in):
    text = signed_in(world.chen).get("/objectives/new/").content.decode()
    assert f'<option value="{world.root.pk}" selected' not in text


def test_a_key_result_that_was_just_made_is_not_late(world, signed_in):
    from datetime import timedelta

    from tandem.reports.queries.key_results import standings
    from tests import make

    aim = make.objective(actor=world.alma, space=world.root, starts_on=clock.today() - timedelta(60), ends_on=clock.today() + timedelta(30))
    one = make.key_result(actor=world.alma, objective=aim, cadence_days=14)
    found = standings(world.alma, [one])[one.pk]
    assert not found.is_late and found.due_on == clock.today() + timedelta(14)

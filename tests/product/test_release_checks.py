"""What must hold before a release: set up, taken over, passed, waived with a reason; its notes and their publication."""

import pytest

from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.product.actions import features, release_checks, release_notes, releases
from tandem.product.models import ReleaseCheck
from tandem.reports.exports import release_notes as texts
from tests import make


@pytest.fixture
def release(world):
    return make.release(actor=world.chen, product=world.product)


@pytest.fixture
def check(world, release):
    return release_checks.create(actor=world.chen, release=release, name="Support is told", owner=world.chen)


def test_lines_become_checks_in_their_order(world, release):
    made = release_checks.add(actor=world.chen, release=release, text="One\n\n  Two  \nThree")
    assert [(c.name, c.state) for c in ReleaseCheck.objects.filter(release=release).in_order()] == [("One", "open"), ("Two", "open"), ("Three", "open")]
    assert Event.objects.filter(verb="release_check.added").count() == len(made) == 3
    with pytest.raises(Refused):
        release_checks.add(actor=world.chen, release=release, text=" \n ")
    with pytest.raises(Refused) as problem:
        release_checks.add(actor=world.chen, release=release, text="\n".join("x" * 50))
    assert problem.value.code == "release_checks_too_many"


def test_it_is_passed_waived_and_opened_again_with_who_and_when(world, release, check):
    release_checks.decide(actor=world.chen, release_check=check, version=1, state="passed")
    assert (check.decided_by, check.decided_at is not None) == (world.chen, True)
    release_checks.decide(actor=world.chen, release_check=check, version=2, state="open")
    assert (check.decided_by, check.decided_at) == (None, None)
    with pytest.raises(Refused) as problem:
        release_checks.decide(actor=world.chen, release_check=check, version=3, state="waived", reason=" ")
    assert problem.value.code == "waiver_without_reason"
    release_checks.decide(actor=world.chen, release_check=check, version=3, state="waived", reason="Told by phone")
    assert (check.state, check.reason) == ("waived", "Told by phone")
    verbs = list(Event.objects.of(check).values_list("verb", flat=True).order_by("id"))
    assert verbs == ["release_check.added", "release_check.passed", "release_check.reopened", "release_check.waived"]


def test_who_may(world, check):
    """A member passes and does not waive; a reader does neither; a stranger sees nothing."""
    member = make.user(actor=world.admin, name="Rita", role="member", space=world.product.space)
    reader = make.user(actor=world.admin, name="Sam", role="stakeholder", space=world.product.space)
    with pytest.raises(Denied):
        release_checks.decide(actor=member, release_check=check, version=1, state="waived", reason="No need")
    with pytest.raises(Denied):
        release_checks.decide(actor=reader, release_check=check, version=1, state="passed")
    with pytest.raises(Hidden):
        release_checks.decide(actor=world.dana, release_check=check, version=1, state="passed")
    with pytest.raises(Denied):
        release_checks.add(actor=member, release=check.release, text="More")
    release_checks.decide(actor=member, release_check=check, version=1, state="passed")
    with pytest.raises(Refused):
        release_checks.create(actor=world.chen, release=check.release, name="Help", owner=world.dana)


def test_a_stale_decision_and_one_said_twice(world, check):
    old = ReleaseCheck.objects.get(pk=check.pk)
    release_checks.decide(actor=world.chen, release_check=check, version=1, state="passed")
    with pytest.raises(Stale):
        release_checks.decide(actor=world.chen, release_check=old, version=1, state="waived", reason="Why not")
    again = release_checks.decide(actor=world.chen, release_check=check, version=1, state="passed")
    assert again.version == 2


def test_checks_are_taken_over_from_another_release_once(world, release, check):
    release_checks.decide(actor=world.chen, release_check=check, version=1, state="passed")
    following = make.release(actor=world.chen, product=world.product, name="3.1")
    release_checks.copy(actor=world.chen, release=following, source=release)
    assert release_checks.copy(actor=world.chen, release=following, source=release) == []
    (row,) = ReleaseCheck.objects.filter(release=following)
    assert (row.name, row.state, row.owner) == ("Support is told", "open", world.chen)
    elsewhere = make.release(actor=world.alma, product=make.product(actor=world.alma, name="Other", key="OTH"))
    with pytest.raises(Refused):
        release_checks.copy(actor=world.alma, release=elsewhere, source=release)


def test_notes_are_made_of_the_features_in_each_language(world, release):
    make.feature(actor=world.chen, product=world.product, title="Bulk *booking*", release=release, note_en="Book **many** at once.\n\nAll of them.", note_zh="一次预订多单。")
    make.feature(actor=world.chen, product=world.product, title="Night rates", release=release)
    releases.change(actor=world.chen, release=release, version=None, notes_zh="更快了。")
    rows = release.features.order_by("rank")
    english, chinese = texts.markdown(release, rows, "en"), texts.markdown(release, rows, "zh")
    assert "Bulk \\*booking\\*" in english and "\n  Book **many** at once.\n  \n  All of them." in english and "- **Night rates**" in english
    assert "更快了。" in chinese and "一次预订多单。" in chinese and "Book" not in chinese


def test_notes_are_published_once_it_is_out(world, release):
    with pytest.raises(Refused) as problem:
        release_notes.publish(actor=world.chen, release=release, version=None)
    assert problem.value.code == "release_not_out"
    release = releases.change(actor=world.chen, release=release, version=None, state="released")
    with pytest.raises(Refused) as problem:
        release_notes.publish(actor=world.chen, release=release, version=None)
    assert problem.value.code == "notes_empty"
    feature = make.feature(actor=world.chen, product=world.product, release=release)
    features.change(actor=world.chen, feature=feature, version=None, state="shipped", note_en="Book many at once")
    release = release_notes.publish(actor=world.chen, release=release, version=release.version)
    assert release.notes_published_at and release_notes.publish(actor=world.chen, release=release, version=1).version == release.version
    with pytest.raises(Hidden):
        release_notes.withdraw(actor=world.dana, release=release, version=None)
    assert release_notes.withdraw(actor=world.chen, release=release, version=release.version).notes_published_at is None

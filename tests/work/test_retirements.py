"""A state with very many items is retired by a job, all or nothing; one at a time."""

import pytest

from tandem.collaboration.models import Job
from tandem.kit.errors import Denied, Refused
from tandem.work import jobs
from tandem.work.actions import retirements, states
from tandem.work.models import State, StateChange, WorkItem
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


def test_few_go_at_once_many_by_a_job(world, monkeypatch):
    space = world.project.space
    review, doing = (State.objects.get(space=space, name=name) for name in ("In review", "In progress"))
    items = [make.work_item(actor=world.boris, project=world.project, state="in_progress") for _ in range(3)]
    WorkItem.objects.filter(space=space).update(state=review)
    monkeypatch.setattr(retirements, "AT_ONCE", 2)
    monkeypatch.setattr(states, "_PART", 2)
    with pytest.raises(Denied):
        retirements.retire(actor=world.mei, state=review, into=doing)
    for into, code in ((None, "state_needs_heir"), (review, "other_space")):
        with pytest.raises(Refused) as problem:
            retirements.retire(actor=world.boris, state=review, into=into)
        assert problem.value.code == code
    count, job = retirements.retire(actor=world.boris, state=review, into=doing)
    assert count == 0 and job is not None
    with pytest.raises(Refused) as problem:
        retirements.retire(actor=world.boris, state=review, into=doing)
    assert problem.value.code == "state_retiring"
    jobs.retire_state(job_id=job.pk, state_id=review.pk, into_id=doing.pk, language="en")
    review.refresh_from_db()
    assert Job.objects.get(pk=job.pk).state == "done" and review.retired_at
    assert WorkItem.objects.filter(state=doing).count() == 3 and StateChange.objects.filter(to_state=doing, from_state=review).count() == 3
    assert retirements.retire(actor=world.boris, state=State.objects.get(space=space, name="In progress"), into=None)[0] == 0 if not items else True

"""Many pages go out as an archive that a job makes: for who asked for it, and only while they see the space."""

import io
import zipfile

import pytest

from tandem.collaboration.actions import documents
from tandem.collaboration.actions.jobs import Cancelled
from tandem.collaboration.models import Job
from tandem.people import scoping
from tandem.people.actions import spaces
from tandem.reports.exports import stored_pages
from tandem.web.collaboration import document_homes

pytestmark = pytest.mark.django_db


class Steps:
    def __init__(self, stop=False):
        self.seen, self.stop = [], stop

    def step(self, phase, done, total):
        self.seen.append((phase, done, total))
        if self.stop:
            raise Cancelled


@pytest.fixture
def address(world, monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr(document_homes, "AT_ONCE", 2)
    for n in range(3):
        documents.create(actor=world.mei, space=world.project.space, title=f"Page {n}", body="Long")
    return f"/documents/of/{world.project.space.key}/pages.zip"


def test_many_pages_are_packed_by_a_job_for_its_owner_alone(world, signed_in, address):
    client = signed_in(world.boris)
    assert "Make the archive" in client.get(address).content.decode() and not Job.objects.exists()
    answer = client.post(address)
    job = Job.objects.get(kind=stored_pages.KIND)
    assert answer["Location"] == f"/jobs/{job.pk}/" and (job.owner, job.space) == (world.boris, world.project.space)
    steps = Steps()
    assert stored_pages.carry_out(job, steps) == f"/exports/{job.pk}/"
    assert steps.seen == [("pages", 3, 3)]
    made = client.get(f"/exports/{job.pk}/")
    with zipfile.ZipFile(io.BytesIO(b"".join(made.streaming_content))) as archive:
        assert archive.namelist() == ["Page 0.md", "Page 1.md", "Page 2.md"]
    assert signed_in(world.mei).get(f"/exports/{job.pk}/").status_code == 404, "of the same project, not the owner"
    spaces.revoke(actor=world.admin, space=world.project.space, user=world.boris)
    scoping.forget_roles()
    assert signed_in(world.boris).get(f"/exports/{job.pk}/").status_code == 404, "what one may not see any more"


def test_a_stopped_job_leaves_no_file(world, address, tmp_path):
    job = stored_pages.start(actor=world.boris, space=world.project.space)
    with pytest.raises(Cancelled):
        stored_pages.carry_out(job, Steps(stop=True))
    assert not list(tmp_path.rglob("*.*"))


def test_a_stranger_starts_nothing(world, signed_in, address):
    assert signed_in(world.dana).post(address).status_code == 404
    assert not Job.objects.exists()

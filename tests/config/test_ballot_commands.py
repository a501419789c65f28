"""`tandem work ballots`, `ballot`, `vote`: what they ask the API and what they say."""

import pytest
from click.testing import CliRunner

from tandem.config import cli
from tandem.config.work_commands import ballots as commands

OUTCOME = {
    "id": 3, "invited": 5, "voted": 3, "w": 0.25, "has_circle": False,
    "ranking": [{"feature_id": 12, "place": 1, "points": 130.0, "best": 1.0, "mean": 1.5, "worst": 3.0, "apart": 0.9}],
}  # fmt: skip


class FakeApi:
    method, posted = "money", []

    def rows(self, path, most, **query):
        return [{"id": 3, "method": "money", "closes_at": "2027-02-12T17:00:00Z", "title": "After \x1b[31m3.0"}]

    def get(self, path, **query):
        if path.endswith("outcome/"):
            return OUTCOME
        return {"title": "Bulk booking"} if path.startswith("features/") else {"method": self.method}

    def post(self, path, body, row=None):
        self.posted.append((path, body))
        return {"id": 1}


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setattr(commands, "Api", FakeApi)
    FakeApi.method, FakeApi.posted = "money", []

    def call(*arguments, code=0):
        done = CliRunner().invoke(cli.tandem, ["work", *arguments])
        assert done.exit_code == code, done.output
        return done.output

    return call


def test_ballots_and_their_outcome_are_listed(run):
    assert "2027-02-12" in run("ballots") and "\x1b" not in run("ballots")
    said = run("ballot", "3")
    assert "W = 0.25" in said and "Bulk booking" in said and "1–3" in said


def test_a_vote_is_sent_as_the_ballot_asks_for_it(run):
    run("vote", "3", "12=60", "14=40")
    FakeApi.method = "ranking"
    run("vote", "3", "12=1")
    assert [body["answer"] for _path, body in FakeApi.posted] == [{"gifts": {"12": 60, "14": 40}}, {"places": {"12": 1}}]
    run("vote", "3", "twelve", code=1)
    FakeApi.method = "pairs"
    run("vote", "3", "12=1", code=1)
    assert len(FakeApi.posted) == 2

"""`tandem meetings`, `documents`, `stakeholders`, `pulses`, `thanks`, `onboarding`: what they ask the API and what they say."""

import pytest
from click.testing import CliRunner

from tandem.config import cli, team_commands, together_commands

MEETING = {"id": 12, "series_id": 3, "starts_at": "2027-03-01T09:00:00Z", "state": "planned", "version": 2}
POINT = {"id": 40, "rank": 1, "minutes": 10, "title": "Berth \x1b[31m3", "notes": "Free\nfrom May", "is_dropped": False}
PAGE = {"id": 5, "title": "How we work", "body": "We ship on Tuesdays.", "edition": 2, "edited_at": "2027-02-01T09:00:00Z", "version": 7}
ROUND = {"id": 7, "pulse_id": 2, "closes_on": "2027-03-05", "is_closed": True, "answered_count": 6, "asked_count": 7, "results": [4.0, 2.5], "questions": ["I can keep up."]}
STEP = {"id": 9, "doer_id": 4, "role": "", "due_on": "2027-03-02", "done_on": None, "text": "Keys", "place": 1, "version": 1}


class FakeApi:
    sent = []

    def space(self, key):
        return {"id": 7, "key": key.upper()}

    def item(self, key):
        return {"id": 30, "key": key}

    def person(self, said):
        return {"id": 4, "name": said}

    def names(self, ids):
        return dict.fromkeys(ids, "Mei Lin")

    def rows(self, path, most=200, **query):
        self.sent.append(("GET", path, query))
        return {
            "meetings/": [MEETING], "meeting-series/": [{"id": 3, "title": "Steering"}], "meetings/12/points/": [POINT, POINT | {"id": 41, "title": "Gone", "is_dropped": True}],
            "meetings/12/outcomes/": [{"kind": "decision"}], "documents/": [PAGE], "document-versions/": [PAGE | {"edition": 1, "body": "We ship."}] if query.get("number") == 1 else [],
            "stakeholders/": [{"id": 1, "name": "Anglers", "interest": 1, "influence": 1, "told_on": None, "next_on": None}, {"id": 2, "name": "Port", "interest": 5, "influence": 4, "told_on": None, "next_on": "2027-01-01"}],
            "pulse-rounds/": [ROUND, ROUND | {"id": 6, "closes_on": "2027-02-05", "answered_count": 3, "results": None}], "pulses/": [{"id": 2, "name": "Quay"}],
            "thanks/": [{"id": 1, "sender_id": 3, "receiver_id": 4, "words": "For the night"}], "onboardings/": [{"id": 8, "person_id": 4, "kind": "leaving", "on": "2027-03-01", "state": "open"}], "onboardings/8/steps/": [STEP],
        }[path]  # fmt: skip

    def get(self, path, **query):
        return {
            "meetings/12/": MEETING, "meeting-points/40/": POINT, "documents/5/": PAGE, "pulse-rounds/7/": ROUND, "thanks/1/": {"id": 1, "version": 1},
            "onboardings/8/standing/": {"handed_over": [{"title": "Risks", "count": 3}]}, "onboarding-steps/9/": STEP,
        }[path]  # fmt: skip

    def post(self, path, body, row=None):
        self.sent.append(("POST", path, body))
        return {"id": 12, "edition": 3}

    def patch(self, path, body, row):
        self.sent.append(("PATCH", path, body))
        return {"id": 5, "edition": 3}

    def delete(self, path, row):
        self.sent.append(("DELETE", path, row))


@pytest.fixture
def ask(monkeypatch):
    FakeApi.sent.clear()
    for module in (together_commands, team_commands):
        monkeypatch.setattr(module, "Api", FakeApi)

    def run(*words, code=0, given=None):
        done = CliRunner().invoke(cli.tandem, [*words], input=given)
        assert done.exit_code == code, done.output
        return done.output

    return run


def test_meetings_are_listed_with_their_agenda_and_minutes(ask):
    assert "Steering" in ask("meetings", "list", "--in", "har")
    assert ("GET", "meetings/", {"space_id": 7, "state": "planned"}) in FakeApi.sent
    said = ask("meetings", "show", "12")
    assert "10 min" in said and "from May" in said and "Gone" not in said and "\x1b" not in said and "1 decisions" in said


def test_minutes_are_added_below_what_stands_there(ask):
    ask("meetings", "note", "40", "The crane comes")
    assert FakeApi.sent[-1] == ("POST", "meeting-points/40/notes/", {"text": "Free\nfrom May\n\nThe crane comes", "base": "Free\nfrom May"})
    ask("meetings", "point", "12", "Berth 4", "--minutes", "7")
    assert FakeApi.sent[-1] == ("POST", "meetings/12/points/", {"title": "Berth 4", "minutes": 7})
    ask("meetings", "move", "12", "cancelled", "--reason", "Fog")
    assert FakeApi.sent[-1] == ("POST", "meetings/12/moves/", {"state": "cancelled", "reason": "Fog"})
    ask("meetings", "answer", "12", "no")
    assert FakeApi.sent[-1] == ("POST", "meetings/12/answers/", {"comes": False})
    ask("meetings", "send", "12")
    assert FakeApi.sent[-1][1] == "meetings/12/sendings/"


def test_pages_are_read_written_and_found(ask):
    assert "How we work" in ask("documents", "list", "--find", "tuesdays")
    assert ("GET", "documents/", {"q": "tuesdays"}) in FakeApi.sent
    assert ask("documents", "show", "5") == "# How we work\n\nWe ship on Tuesdays.\n"
    assert "We ship.\n" in ask("documents", "show", "5", "--version", "1")
    assert "no version 9" in ask("documents", "show", "5", "--version", "9", code=1)
    ask("documents", "new", "Notes", "--in", "por", given="Text")
    assert FakeApi.sent[-1] == ("POST", "documents/", {"space_id": 7, "title": "Notes", "body": "Text"})
    assert ask("documents", "show", "5", "--raw").startswith("We ship on Tuesdays.") and "# How" not in ask("documents", "show", "5", "--raw")
    before = len(FakeApi.sent)
    ask("documents", "write", "5", given="Less", code=2)
    assert "is at version 2" in ask("documents", "write", "5", "--edition", "1", given="Less", code=1)
    assert not [one for one in FakeApi.sent[before:] if one[0] == "PATCH"], "who saved meanwhile is not overwritten"
    assert "version 3" in ask("documents", "write", "5", "--edition", "2", "--note", "shorter", given="Less")
    assert FakeApi.sent[-1] == ("PATCH", "documents/5/", {"body": "Less", "note": "shorter"})


def test_who_is_to_be_told_something_comes_first(ask):
    said = ask("stakeholders", "list")
    assert said.index("Port") < said.index("Anglers")
    ask("stakeholders", "new", "Port", "--in", "har", "--interest", "5", "--every", "14")
    assert FakeApi.sent[-1][2] == {"space_id": 7, "name": "Port", "interest": 5, "influence": 3, "every_days": 14}
    ask("stakeholders", "tell", "4", "In May", "--on", "2027-02-01", "--heard")
    assert FakeApi.sent[-1] == ("POST", "stakeholders/4/notes/", {"what": "In May", "is_from_them": True, "on": "2027-02-01"})


def test_a_pulse_is_answered_and_says_where_too_few_did(ask):
    said = ask("pulses", "list")
    assert "4 2.5" in said and "too few answered" in said and "6/7" in said
    said = ask("pulses", "answer", "7", given="9\n4\nFine\n")
    assert "1. I can keep up. (1–5)" in said and "No page shows" in said
    assert FakeApi.sent[-1] == ("POST", "pulse-rounds/7/answers/", {"scores": [4], "words": "Fine"})
    ask("pulses", "answer", "7", given="4\n\n")
    assert FakeApi.sent[-1][2] == {"scores": [4], "words": ""}
    ask("pulses", "answer", "7", "4", code=2)


def test_thanks_are_given_and_taken_back(ask):
    assert "For the night" in ask("thanks", "list")
    ask("thanks", "give", "POR-12", "Mei", "For the crane")
    assert FakeApi.sent[-1] == ("POST", "thanks/", {"subject_kind": "work.workitem", "subject_id": 30, "receiver_id": 4, "words": "For the crane"})
    ask("thanks", "back", "1")
    assert FakeApi.sent[-1][:2] == ("DELETE", "thanks/1/")


def test_the_steps_of_a_list_are_shown_and_ticked(ask):
    assert "leaving" in ask("onboarding", "list")
    said = ask("onboarding", "show", "8")
    assert "Keys" in said and "Mei Lin" in said and "Risks: 3" in said
    ask("onboarding", "tick", "9", "--undo")
    assert FakeApi.sent[-1] == ("POST", "onboarding-steps/9/ticks/", {"is_done": False})

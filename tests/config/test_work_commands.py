"""`tandem work` against a running server: a day's work from a terminal, in both languages, and what goes wrong on the way."""

import json
import os
import socket
import stat
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from click.testing import CliRunner

from tandem.collaboration.actions import comments
from tandem.collaboration.models import Comment
from tandem.config import cli
from tandem.config.work_commands import asking, showing
from tandem.config.work_commands.account import place
from tandem.people.actions import users
from tandem.work.actions import checklists, columns, fields, transitions, wip_limits, work_items
from tandem.work.models import ChecklistEntry, Link, Sprint, State, WorkItem
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("TANDEM_WORK_ADDRESS", "TANDEM_WORK_TOKEN", "TANDEM_WORK_PROJECT"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def run(home):
    def call(*arguments, code=0, given=None):
        done = CliRunner().invoke(cli.tandem, ["work", *map(str, arguments)], input=given)
        assert done.exit_code == code, done.output
        assert "Traceback" not in done.output
        return done.output

    return call


@pytest.fixture
def work(run, live_server, world):
    """Mei, logged in, with the project POR in mind."""
    _, secret = users.create_token(actor=world.mei, name="terminal", scope="write")
    said = run("login", live_server.url, given=f"{secret}\n")
    assert "Mei Lin" in said and secret not in said
    run("use", "por")
    return run


def item(key="POR-1"):
    return WorkItem.objects.select_related("state").get(key=key)


def test_the_token_is_kept_where_nobody_else_reads_it(work, home):
    assert place() == home / "tandem" / "work.json"
    assert stat.S_IMODE(place().stat().st_mode) == 0o600
    assert stat.S_IMODE(place().parent.stat().st_mode) == 0o700
    place().chmod(0o644)
    work("list")
    assert stat.S_IMODE(place().stat().st_mode) == 0o600
    work("logout")
    assert not place().exists()
    assert "tandem work login" in work("list", code=1)


def test_a_day_of_work(work, world):
    assert work("new", "Show the price", "priority=high", "due=2027-02-12", "assignee=me", "labels=sea,quay", "points=3") == (
        "POR-1  To do  Show the price\n"
    )
    row = item()
    assert (row.priority, str(row.due_on), row.labels, row.estimate_points) == (2, "2027-02-12", ["sea", "quay"], 3.0)
    assert list(row.assignees.all()) == [world.mei]
    listed = work("list").splitlines()
    assert listed[0].split()[:2] == ["key", "state"] and listed[1].split()[0] == "POR-1" and "Mei Lin" in listed[1]
    work("move", "por-1", "in p")
    assert item().state.name == "In progress"
    work("edit", "POR-1", "labels=+urgent,-sea", "assignee=boris", "due=none", "title=Show the price before the booking")
    row = item()
    assert (row.labels, row.due_on, row.title) == (["quay", "urgent"], None, "Show the price before the booking")
    assert list(row.assignees.all()) == [world.boris]
    work("comment", "POR-1", "-", given="Two shippers want the **range**.\n")
    assert Comment.objects.get().body == "Two shippers want the **range**."
    work("block", "POR-1", "The crane comes on Thursday", "--kind", "supplier")
    shown = work("show", "POR-1")
    assert "The crane comes on Thursday" in shown and "Mei Lin" in shown and "want the **range**" in shown
    work("unblock", "POR-1")
    assert "is not blocked" in work("unblock", "POR-1", code=1)
    work("move", "POR-1", "done", "--top")
    assert work("list", "state:open") == "No work items.\n"
    assert json.loads(work("list", "-label:sea", "state:done", "--json"))[0]["key"] == "POR-1"


def test_own_fields_are_shown_and_written_by_their_word(work, world):
    for name, kind, more in (("Customer", "text", {}), ("Reviewers", "person", {"is_several": True}), ("Score", "formula", {"formula": "points * 2"})):
        fields.create(actor=world.boris, space=world.project.space, name=name, kind=kind, **more)
    work("new", "Show the price", "points=3", "customer=Acme", "reviewers=me,boris")
    assert item().fields == {"Customer": "Acme", "Reviewers": [world.mei.pk, world.boris.pk]}
    shown = work("show", "POR-1")
    assert "Customer: Acme" in shown and "Reviewers: Mei Lin, Boris Orlov" in shown and "Score: 6" in shown
    work("edit", "POR-1", "customer=none", "points=4")
    assert item().fields == {"Reviewers": [world.mei.pk, world.boris.pk]} and item().derived == {"Score": 8}
    assert "is computed" in work("edit", "POR-1", "score=9", code=1)
    assert "is no field=value" in work("edit", "POR-1", "colour=red", code=2)


def test_a_work_item_is_copied_linked_ticked_off_removed_and_brought_back(work, world):
    work("new", "Crane")
    work("new", "Berth")
    assert work("copy", "POR-1", "--title", "The second crane") == "POR-3  To do  The second crane\n"
    assert work("link", "por-1", "blocks", "POR-2") == "POR-1 blocks POR-2\n"
    work("link", "POR-2", "FS", "POR-3", "--lag", "2")
    assert Link.objects.get(kind="FS").lag_minutes == 960
    assert "POR-1" in work("link", "POR-2", "blocks", "POR-1", code=1), "a circle is refused with its path"
    assert work("unlink", "POR-3", "POR-2") == "Links taken away: 1\n"
    assert "No link" in work("unlink", "POR-3", "POR-2", code=1)
    assert "is empty" in work("check", "POR-1")
    work("check", "POR-1", "Order the hook", "--for", "me", "--due", "2027-02-12")
    work("check", "POR-1", "Grease it")
    hook, grease = ChecklistEntry.objects.order_by("pk")
    checklists.move(actor=world.mei, entry=grease, version=None, after=None)  # to the top: its number stays its own
    assert work("check", "POR-1", "--done", grease.pk).splitlines() == [f"{grease.pk} [x] Grease it", f"{hook.pk} [ ] Order the hook  (Mei Lin  2027-02-12)"]
    assert f"{grease.pk} [ ] Grease it" in work("check", "POR-1", "--open", grease.pk)
    assert "no entry 999999" in work("check", "POR-1", "--done", "999999", code=1)
    assert f"restore {item('POR-3').pk}" in work("remove", "POR-3")
    assert item("POR-3").removed_at and "POR-3" not in work("list", "state:open")
    assert work("restore", item("POR-3").pk) == "POR-3  To do  The second crane\n" and item("POR-3").removed_at is None


def test_shares_of_an_item_and_of_a_sprint(work, world):
    work("new", "Crane", "assignee=me,boris")
    assert work("share", "POR-1", "me", "60") == "Mei Lin takes 60 % of POR-1.\n"
    assert dict(item().assignments.values_list("user__name", "share"))["Mei Lin"] == 60
    work("share", "POR-1", "me", "160", code=2)
    work("sprint", "plan", "Sprint 1")
    assert "Mei Lin" in work("sprint", "people", "Sprint 1", "me=80", "boris=50") and "50 %" in work("sprint", "people", "Sprint 1")
    work("sprint", "people", "Sprint 1", "boris=none")
    shares = dict(Sprint.objects.get().members.values_list("user__name", "share"))
    assert shares["Mei Lin"] == 80 and "Boris Orlov" not in shares and "陈悦" in shares, "who was in it stays"
    assert "1 to 100" in work("sprint", "people", "Sprint 1", "boris=much", code=2)


def test_a_sprint_is_planned_and_filled_from_the_terminal(work, world, monkeypatch):
    for title in ("Crane", "Berth"):
        work("new", title)
    assert "is planned" in work("sprint", "plan", "Sprint 7", "--from", "2027-02-01", "--to", "2027-02-12", "--goal", "Cranes turn")
    row = Sprint.objects.get()
    assert (row.name, row.goal, str(row.starts_at.date()), str(row.ends_at.date())) == ("Sprint 7", "Cranes turn", "2027-02-01", "2027-02-12")
    assert work("sprint", "put", "POR-1", "POR-2", "--to", "sprint 7") == "Now in “Sprint 7”: POR-1, POR-2\n"
    assert row.items.count() == 2
    assert work("sprint", "put", "POR-2") == "Now in the backlog: POR-2\n"
    assert [one.key for one in row.items.all()] == ["POR-1"]
    work("sprint", "plan", "Sprint 8")
    work("sprint", "put", "POR-2", "--to", "sprint 7")
    asked, get = [], asking.Api.get
    monkeypatch.setattr(asking.Api, "get", lambda api, path, **query: (asked.append(path), get(api, path, **query))[1])
    assert work("sprint", "put", "POR-1", "POR-2") == "Now in the backlog: POR-1, POR-2\n" and not row.items.exists()
    assert asked.count("sprints/") == 1 and len([path for path in asked if path.endswith("/items/")]) <= 2, "read once for all of them"


def test_a_sprint_is_listed_started_and_closed(work, world):
    assert "No sprints" in work("sprint", "list")
    rows = [make.work_item(actor=world.boris, project=world.project, title=f"Item {n}") for n in range(2)]
    make.sprint(actor=world.boris, project=world.project, items=rows)
    make.sprint(actor=world.boris, project=world.project, name="Sprint 2", begins=14)
    assert "Sprint 1, Sprint 2" in work("sprint", "start", code=1)
    work("sprint", "start", "sprint 1")
    assert "Running" in work("sprint", "list")
    work("sprint", "close", "--to", "Sprint 2", "--goal-met", "--review", "Shown to three shippers")
    one, two = Sprint.objects.order_by("pk")
    assert (one.state, one.is_goal_met, one.review, two.items.count()) == ("closed", True, "Shown to three shippers", 2)
    assert [s["name"] for s in json.loads(work("sprint", "list", "--json"))] == ["Sprint 2"]


def test_what_goes_wrong_says_what_to_do(work, world, live_server):
    make.work_item(actor=world.boris, project=world.project)
    other = make.project(actor=world.alma, name="Secret", key="SEC", is_confidential=True)
    make.work_item(actor=world.alma, project=other)
    for arguments, code, said in (
        (("show", "POR-9"), 1, "There is no work item POR-9"),
        (("show", "SEC-1"), 1, "There is no work item SEC-1"),
        (("move", "POR-1", "in"), 1, "In progress, In review"),
        (("move", "POR-1", "gone"), 1, "To do, In progress"),
        (("edit", "POR-1", "colour=red"), 2, "title, description"),
        (("edit", "POR-1", "due=soon"), 2, "2027-02-12"),
        (("edit", "POR-1", "priority=9"), 2, "urgent"),
        (("edit", "POR-1", "assignee=nobody"), 1, "nobody"),
        (("new", "  "), 1, "title"),
        (("new", "X", "--in", "SEC"), 1, "no project SEC"),
        (("list", "colour:red"), 1, "colour"),
        (("login", "http://tandem.example.org", "--token", "x"), 1, "https"),
        (("login", "ftp://localhost", "--token", "x"), 1, "not an address"),
        (("login", live_server.url, "--token", "tdm_wrong"), 1, "not accepted"),
    ):
        assert said in work(*arguments, code=code), arguments
    assert "Write" in item().title, "nothing was changed"


def test_a_limit_that_stops_asks_for_a_reason(work, world):
    made = columns.lay_out(actor=world.boris, space=world.project.space)
    wip_limits.create(actor=world.boris, space=world.project.space, most=1, stops=True, column=made[1])
    for n in range(2):
        make.work_item(actor=world.boris, project=world.project, title=f"Item {n}")
    work("move", "POR-1", "in progress")
    assert "--why" in work("move", "POR-2", "in progress", code=1)
    work("move", "POR-2", "in progress", "--why", "The quay is closed on Monday")
    assert item("POR-2").state.name == "In progress"


def test_somebody_who_was_faster_is_not_overwritten(work, world, monkeypatch):
    make.work_item(actor=world.boris, project=world.project)
    found = asking.Api.item

    def slowly(self, key):
        row = found(self, key)
        work_items.change(actor=world.boris, item=item(), version=None, priority=1)
        return row

    monkeypatch.setattr(asking.Api, "item", slowly)
    assert "Nothing was written" in work("edit", "POR-1", "priority=low", code=1)
    assert item().priority == 1


def test_a_token_that_may_only_read_and_a_stranger_change_nothing(run, live_server, world, monkeypatch):
    make.work_item(actor=world.boris, project=world.project)
    monkeypatch.setenv("TANDEM_WORK_ADDRESS", live_server.url)
    for person, scope, said in ((world.mei, "read", "may only read"), (world.dana, "write", "no work item POR-1")):
        monkeypatch.setenv("TANDEM_WORK_TOKEN", users.create_token(actor=person, name="t", scope=scope)[1])
        assert said in run("edit", "POR-1", "priority=low", code=1)
    assert item().priority is None


def test_what_others_wrote_cannot_steer_the_terminal(work, world):
    make.work_item(actor=world.boris, project=world.project, title="Quay\x1b[2J\x07", description="a\x9bm\nb")
    shown = work("show", "POR-1") + work("list", "state:open")
    assert "\x1b" not in shown and "\x07" not in shown and "\x9b" not in shown and "Quay" in shown


def test_columns_stand_below_each_other_in_chinese_too(capsys):
    showing.table(("a", "b"), [("泊位", "x"), ("Quay", "y")])
    lines = capsys.readouterr().out.splitlines()
    assert {showing.width(line) for line in lines} == {7}


def test_a_token_never_follows_a_redirect(run, home, monkeypatch):
    heard = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self):
            heard.append(self.path)
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{server.server_port}/stolen")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    run("login", f"http://127.0.0.1:{server.server_port}", "--token", "tdm_secret", code=1)
    server.shutdown()
    assert heard == ["/api/v1/users/me/"] and not place().exists()


def test_where_nobody_answers_one_line_says_so(run):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    said = run("login", f"localhost:{port}", "--token", "x", code=1)
    assert f"http://localhost:{port}" in said and len(said.splitlines()) == 1


def test_keys_states_and_fields_are_completed(work, world):
    def completed(words, typed):
        # a process of its own: the shell asks in this way
        environment = {**os.environ, "_TANDEM_COMPLETE": "bash_complete", "COMP_WORDS": f"{words} {typed}",
                       "COMP_CWORD": str(len(words.split()))}  # fmt: skip
        code = "import sys; sys.argv = ['tandem']; from tandem.config.cli import tandem; tandem.main(prog_name='tandem')"
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60)
        return [line.partition(",")[2] for line in done.stdout.splitlines()]

    make.work_item(actor=world.boris, project=world.project, assignees=[world.mei])
    assert completed("tandem work", "sp") == ["sprint"]
    assert completed("tandem work show", "PO") == ["POR-1"]
    assert completed("tandem work move POR-1", "D") == ["Done"]
    assert completed("tandem work edit POR-1", "pri") == ["priority="]


def test_it_speaks_chinese_where_the_environment_does(work, world):
    make.work_item(actor=world.boris, project=world.project)

    def said(*arguments):
        environment = {**os.environ, "LC_ALL": "zh_CN.UTF-8", "PYTHONUTF8": "1"}
        command = [sys.executable, "-m", "tandem.config.cli", "work", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        return done.stdout + done.stderr

    assert "没有您能看到的工作项 POR-9" in said("show", "POR-9")
    assert "优先级" in said("list", "state:open")
    assert "筛选" in said("list", "--help")
    assert State.objects.filter(space=world.project.space).count() == 4
    assert "请检查标出的字段" in said("new", " "), "what the server refuses comes in Chinese too"


def test_time_is_logged_and_listed(work, world):
    make.work_item(actor=world.boris, project=world.project, estimate_minutes=480)
    assert work("log", "POR-1", "1h", "30m", "--left", "4h", "--note", "Berth\x1b[2J") == "POR-1: logged 1h 30m, 1h 30m in all. 4h left.\n"
    work("edit", "POR-1", "estimate=2d")
    shown = work("show", "POR-1")
    assert "estimate: 16h" in shown and "logged: 1h 30m" in shown and "left: 4h" in shown
    assert "Mei Lin" in work("times", "POR-1") and "\x1b" not in work("times", "POR-1")
    work("log", "POR-1", "90", code=2)
    work("log", "POR-1", "1h", "--day", "soon", code=2)
    work("log", "POR-1", "1h", "--for", "Boris", code=1)


def test_a_move_that_others_approve_waits_and_finished_work_is_put_away(work, world):
    done = State.objects.get(space=world.project.space, name="Done")
    rule = transitions.create(actor=world.boris, space=world.project.space, to_state=done, approvals=1, approver_roles=["project_manager"])
    make.work_item(actor=world.boris, project=world.project)
    assert "waits for approval to go into “Done”" in work("move", "POR-1", "done")
    work("approve", "POR-1", code=1)
    work("reject", "POR-1", "No berth", code=1)
    assert "Nothing waits for you." in work("approvals")
    transitions.remove(actor=world.boris, transition=rule)
    rule = transitions.create(actor=world.boris, space=world.project.space, to_state=done, approvals=1, approvers=[world.mei.pk])
    work_items.change(actor=world.boris, item=item(), version=None, state=done)
    assert "POR-1" in work("approvals") and "Boris Orlov" in work("approvals")
    assert work("approve", "POR-1", "--why", "Fine").startswith("POR-1  Done")
    work("approve", "POR-1", code=1)
    work("archive", "POR-1")
    assert "No work items." in work("list", "state:done") and "POR-1" in work("list", "is:archived")
    work("unarchive", "POR-1")
    assert "POR-1" in work("list", "state:done")


def test_a_line_is_read_tried_and_made(work, world):
    tried = work("add", "--try", "Login fails !high @boris ^nowhere 3d")
    assert tried.startswith("Login fails ^nowhere\n") and "@boris  →  Boris Orlov" in tried and "not understood" in tried
    assert not WorkItem.objects.exists()
    assert work("add", "Login fails !high @boris 3d").startswith("POR-1  Login fails\n")
    assert (item().priority, list(item().assignees.all()), item().estimate_minutes) == (2, [world.boris], 1440)


def test_the_record_of_promises(work, world):
    said = work("promises")
    assert "Of 0 dates that have come" in said and "No promises." in said
    feature = make.feature(actor=world.alma, product=world.product)
    make.spaces.grant(actor=world.admin, space=world.product.space, user=world.mei, role="stakeholder")
    make.promise(actor=world.alma, subject=feature, to_whom="the board")
    assert "the board" in work("promises", "--standing", "open")
    assert "the board" not in work("promises", "--standing", "open", "--to", "Nordhafen")
    assert json.loads(work("promises", "--json"))["record"]["open"] == 1


def test_the_flow_and_a_sprint_in_figures(work, world):
    said = work("flow", "--by", "2099-01-01")
    assert "cycle time: –" in said and "nothing is open" in said
    rows = [make.work_item(actor=world.boris, project=world.project, title=f"Item {n}", estimate_points=2) for n in range(2)]
    make.sprint(actor=world.boris, project=world.project, items=rows)
    work("move", "POR-1", "in p")
    said = work("flow")
    assert "too little to say: 0 found, 8 needed" in said and "POR-1" in said
    assert json.loads(work("flow", "--json", "--weeks", "0"))["items"] == 2
    assert "colour" in work("flow", "--filter", "colour:red", code=1)
    assert "Say which sprint" in work("sprint", "figures", code=1)
    work("sprint", "start")
    assert "0 of 4 points" in work("sprint", "figures") and "too little history" in work("sprint", "figures", "sprint 1")


def test_more_comments_than_a_page_show_the_last(work, world, monkeypatch):
    row = make.work_item(actor=world.boris, project=world.project)
    for n in range(7):
        comments.add(actor=world.boris, subject=row, body=f"Number {n}.")
    real = asking.Api.get
    monkeypatch.setattr(asking.Api, "get", lambda self, path, **query: real(self, path, **query | ({"limit": 2} if path == "comments/" else {})))
    shown = work("show", "POR-1")
    assert "Number 6." in shown and "Number 2." in shown and "Number 1." not in shown

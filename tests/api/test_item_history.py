"""The history of a work item over the API holds what its page holds: the item, its checklist, its blocks, the time on it."""

from tandem.people.actions import users
from tandem.work.actions import blocks, checklists, time_entries, work_items
from tests import make


def test_what_hangs_on_an_item_is_in_its_history(world, client):
    item = make.work_item(actor=world.boris, project=world.project, title="Quay")
    other = make.work_item(actor=world.boris, project=world.project, title="Other")
    entry = checklists.add(actor=world.boris, item=item, text="Light")[0]
    block = blocks.start(actor=world.boris, item=item, reason="No crane")
    spent = time_entries.log(actor=world.boris, item=item, minutes=30)
    checklists.add(actor=world.boris, item=other, text="Elsewhere")
    work_items.change(actor=world.boris, item=item, version=None, title="Quay lights")

    def ask(user, query=""):
        _, secret = users.create_token(actor=user, name="t", scope="read")
        return client.get(f"/api/v1/work-items/{item.pk}/history/{query}", HTTP_AUTHORIZATION=f"Bearer {secret}")

    found = ask(world.mei).json()["items"]
    about = {(one["subject_kind"], one["subject_id"]) for one in found}
    assert about == {("work.workitem", item.pk), ("work.checklistentry", entry.pk), ("work.block", block.pk), ("work.timeentry", spent.pk)}
    assert [one["id"] for one in found] == sorted((one["id"] for one in found), reverse=True)
    pages, before = [], ""
    while True:
        part = ask(world.mei, f"?limit=2{before}").json()
        pages += [one["id"] for one in part["items"]]
        if part["next"] is None:
            break
        before = f"&before={part['next']}"
    assert pages == [one["id"] for one in found]
    assert ask(world.dana).status_code == 404

"""Issues: risks that have happened, the work items that they block, who was told when nothing moved."""

from typing import Any

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import Reference, body, words
from tandem.governance.actions import issues
from tandem.governance.models import Issue, IssueEscalation, IssueItem
from tandem.work.models import WorkItem

router = Router(tags=["governance"])
_FIELDS = "title description severity owner due_on delay_days"

NOUN = Noun(
    path="issues",
    model=Issue,
    word="issue",
    shows="id space_id title description severity risk_id owner_id due_on delay_days state resolution ended_at progress_at plan_days version created_at",
    filters="space_id owner_id state severity risk_id",
)
ITEMS = Noun(path="issue-items", model=IssueItem, word="issue_item", shows="id space_id issue_id item_id block_id version created_at", filters="issue_id item_id")
STEPS = Noun(
    path="issue-escalations", model=IssueEscalation, word="issue_escalation", shows="id space_id issue_id since level told_in_id told created_at", filters="issue_id"
)


def _block(*, actor: Any, issue: Issue, item: WorkItem) -> IssueItem:
    return issues.block(actor=actor, issue=issue, item=item)


generic.reads(router, NOUN)
generic.creates(router, NOUN, body("IssueCreate", Issue, f"space risk {_FIELDS}"), issues.create)
generic.changes(router, NOUN, body("IssueChange", Issue, _FIELDS, partial=True), issues.change)
generic.removes(router, NOUN, issues.remove)
generic.acts(router, NOUN, "moves", body("IssueMove", Issue, "", state=generic.choice(Issue.State), resolution=(words(500), "")), issues.move)
generic.acts(router, NOUN, "progress", body("IssueProgress", Issue, "", note=words(500, 1)), issues.progress)
generic.parts(router, NOUN, "items", ITEMS, lambda user, row: ITEMS.of(user).filter(issue=row))
generic.adds(router, NOUN, "items", body("IssueItemCreate", IssueItem, "", item_id=Reference(WorkItem, "item")), _block, gives=ITEMS)

items = Router(tags=["governance"])
generic.reads(items, ITEMS, history=False)
generic.removes(items, ITEMS, issues.unblock)

escalations = Router(tags=["governance"])
generic.reads(escalations, STEPS, history=False)

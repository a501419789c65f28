"""What strangers wrote comes in as feedback of a product: issues as entries, thumbs up as votes, comments counted, duplicates
merged. Said again by a newer file it is updated; what was decided here stays."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from tandem.exchange import records as R
from tandem.exchange.models import ExternalReference
from tandem.exchange.taking_over.context import Taking
from tandem.exchange.taking_over.ledger import Entry, digest
from tandem.kit import clock
from tandem.kit.text import has_chinese
from tandem.product.actions import customers, feedback_imports
from tandem.product.actions import feedback as entries
from tandem.product.models import Customer, Feedback, Product
from tandem.product.models.feedback import LONGEST

S = Feedback.State
BATCH, KIND = 1000, "feedback"
_MEANS = {
    "votes": "votes|upvotes|likes|thumbs up|vote count|赞|点赞|票数|投票|投票数", "customer": "customer|company|account|organisation|organization|client|客户|公司|企业",
    "email": "email|e-mail|mail|user email|customer email|邮箱|电子邮件", "language": "language|lang|locale|语言",
    "comments": "comments|comment count|评论数|回复数",
}  # fmt: skip
_NAMES = {name: meaning for meaning, names in _MEANS.items() for name in names.split("|")}
_DECLINED = ("declined", "duplicate", "not planned", "won't", "wontfix", "rejected", "不予采纳", "不采纳", "拒绝", "重复")
# of an item, what an entry has no place for
_UNUSED = ("priority", "assignees", "due", "start", "finish", "versions", "components", "sprints", "epic", "estimate_points", "estimate_minutes", "checklists", "resolution")


class Entries:
    """Taken in batches, so that memory stays bounded however long the file is."""

    def __init__(self, taking: Taking, product: Product, states: Mapping[str, str]) -> None:
        self.taking, self.product, self.categories = taking, product, states
        self.customers: dict[str, Customer] = {}
        self.counts: Counter[str] = Counter()
        self.ids: dict[str, int] = {}
        self.states: Counter[str] = Counter()
        self.first: datetime | None = None
        self.last: datetime | None = None

    def take(self, batch: list[R.ItemRecord]) -> None:
        taking = self.taking
        refs = taking.ledger.known(KIND, [one.source_id for one in batch])
        present = Feedback.objects.in_bulk([ref.subject_id for ref in refs.values()])
        new, changed, kept = [], [], []
        for record in batch:
            values, moment = self._values(record)
            mark = digest(sorted((name, value) for name, value in values.items() if name != "given_on"))
            ref = refs.get(record.source_id)
            if ref is None:
                new.append((record.source_id, values, moment, mark))
            elif ref.subject_id not in present:
                kept.append(ref)  # removed here: that was somebody's word
            else:
                self.ids[record.source_id] = ref.subject_id
                if ref.digest == mark:
                    kept.append(ref)
                else:
                    changed.append((ref, present[ref.subject_id], values, mark))
        self._add(new)
        self._rewrite(changed)
        taking.ledger.keep(KIND, kept)

    def _add(self, rows: list[tuple[str, dict[str, Any], datetime, str]]) -> None:
        taking = self.taking
        made = feedback_imports.add(
            actor=taking.actor, product=self.product, rows=[values for _id, values, _at, _mark in rows], run=taking.run,
            occurred_at=[at for _id, _values, at, _mark in rows],
        )  # fmt: skip
        found = []
        for row, (source_id, values, _at, mark) in zip(made, rows, strict=True):
            self.ids[source_id] = row.pk
            found.append(Entry(source_id, row, mark, {"state": values["state"]}))
        taking.ledger.add(KIND, found)

    def _rewrite(self, rows: list[tuple[ExternalReference, Feedback, dict[str, Any], str]]) -> None:
        """The state only where it is still the one that the source had given."""
        taking, given = self.taking, []
        for ref, row, values, _mark in rows:
            wanted = {name: value for name, value in values.items() if name != "given_on"}
            if row.state != ref.data.get("state"):
                if values["state"] != ref.data.get("state"):
                    taking.tally.add("state", "decided_here", ref.source_id)
                wanted.pop("state")
            given.append((row, wanted))
        kept = feedback_imports.rewrite(actor=taking.actor, product=self.product, rows=given, run=taking.run)
        for pk, names in kept.items():
            for name in names:
                taking.tally.add(name, "decided_here" if name == "state" else "quoted", f"#{pk}")
        taking.ledger.update(KIND, [(ref, mark, {"state": values["state"]}) for ref, _row, values, mark in rows])

    def merge(self, links: Iterable[R.LinkRecord]) -> None:
        """Closed as a duplicate: its votes count for the other one."""
        pairs = []
        for link in links:
            if link.kind != "duplicates":
                self.taking.tally.add(f"link {link.name or link.kind}", "no_place", link.source)
            elif link.source in self.ids and link.target in self.ids:
                pairs.append((self.ids[link.source], self.ids[link.target]))
            else:
                self.taking.tally.add(f"duplicate of {link.target}", "outside_link", link.source)
        self.counts["merged"] = feedback_imports.merge(actor=self.taking.actor, product=self.product, pairs=pairs, run=self.taking.run)

    def _values(self, record: R.ItemRecord) -> tuple[dict[str, Any], datetime]:
        taking = self.taking
        known = self._known(record)
        title, text = record.title, record.description
        if len(title) > 300 or not title:
            text = "\n\n".join(part for part in (title, text) if part)
            title = next((line for line in text.splitlines() if line.strip()), "…")
        if len(text) > LONGEST:
            taking.tally.add("description", "too_long", record.source_id)
        moment = taking.moment(record.created) or clock.now()
        if record.created is not None:
            self._span(moment)
        state = self._state(record.state)
        self.states[record.state] += 1
        self.counts["votes"] += known["votes"]
        self.counts["comments"] += known["comments"]
        values = {
            "title": title, "text": text[:LONGEST], "state": state, "source": self._source(), "labels": list(record.labels),
            "giver_name": record.reporter or record.creator or "", "outside_votes": known["votes"], "outside_comments": known["comments"],
            "given_on": moment.astimezone(taking.zone).date(), "url": record.url[:500] if record.url.startswith(("http://", "https://")) else "",
            "language": known["language"] or ("zh" if has_chinese(title + text[:2000]) else ""), "giver_email": known["email"],
        }  # fmt: skip
        if "@" in values["giver_name"] and not values["giver_email"]:
            values["giver_email"], values["giver_name"] = feedback_imports.checked_email(values["giver_name"]) or "", ""
        values = entries.cleaned(values)
        if known["customer"]:
            values["customer_id"] = self._customer(known["customer"])
        return values, moment

    def _known(self, record: R.ItemRecord) -> dict[str, Any]:
        """What columns of its own mean here; the rest is named in the report."""
        found: dict[str, Any] = {"votes": 0, "comments": 0, "customer": "", "email": "", "language": ""}
        for name, value in record.fields.items():
            meaning = _NAMES.get(name.strip().lower())
            if meaning in ("votes", "comments"):
                found[meaning] = _number(value)
            elif meaning == "language":
                found[meaning] = {"zh": "zh", "en": "en"}.get(str(value).strip().lower()[:2], "")
            elif meaning == "email":
                email = feedback_imports.checked_email(str(value))
                if email is None:
                    self.taking.tally.add(name, "unreadable_email", record.source_id)
                found[meaning] = email or ""
            elif meaning:
                found[meaning] = str(value).strip()[:200]
            elif value not in (None, ""):
                self.taking.tally.add(name, "no_place", record.source_id)
        for name in _UNUSED:
            if getattr(record, name):
                self.taking.tally.add(name, "no_place", record.source_id)
        return found

    def _state(self, name: str) -> str:
        if any(word in name.lower() for word in _DECLINED):
            return S.DECLINED
        return {"done": S.SHIPPED, "in_progress": S.REVIEW}.get(self.categories.get(name, ""), S.NEW)

    def _source(self) -> str:
        if self.taking.info.system == "github":
            return Feedback.Source.GITHUB
        name = self.taking.info.name.lower()
        return Feedback.Source.REVIEWS if "review" in name or "评论" in name else Feedback.Source.FILE

    def _customer(self, name: str) -> int:
        if name not in self.customers:
            space, actor = self.product.space, self.taking.actor
            known = Customer.objects.visible_to(actor).filter(name=name).order_by("id").first()
            self.customers[name] = known or customers.create(actor=actor, space=space, name=name)
        return self.customers[name].pk

    def _span(self, moment: datetime) -> None:
        self.first = min(self.first or moment, moment)
        self.last = max(self.last or moment, moment)


def _number(value: Any) -> int:
    try:
        return max(0, min(round(float(str(value).replace(",", ""))), 1_000_000))
    except (ValueError, OverflowError):
        return 0

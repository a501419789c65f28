"""Entries that were merged belong together: who stands under whom, how many want it, and what was said in all."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Sum
from django.db.models.functions import Lower

from tandem.product.models import Feedback, FeedbackVote


def flat(text: str) -> str:
    return " ".join(text.split())


def words(title: str, text: str) -> str:
    """All that an entry says, in one line: where a quote must be found."""
    return flat(f"{title}\n{text}")


def root_of(row: Feedback) -> Feedback:
    """The entry that stands for this one."""
    while row.merged_into_id:
        row = row.merged_into  # type: ignore[assignment]
    return row


def roots(ids: Iterable[int]) -> set[int]:
    """The entries that stand for these; one query for each step of merging."""
    found, asked = set(), set(ids)
    while asked:
        above = dict(Feedback.objects.filter(pk__in=asked).values_list("pk", "merged_into_id"))
        found |= {pk for pk, parent in above.items() if parent is None}
        asked = {parent for parent in above.values() if parent is not None}
    return found


def members(ids: Iterable[int]) -> dict[int, list[int]]:
    """Each entry with all that was merged into it, itself first."""
    found = {pk: [pk] for pk in ids}
    home = {pk: pk for pk in found}
    last = list(found)
    while last:
        below = list(Feedback.objects.filter(merged_into__in=last).order_by("id").values_list("pk", "merged_into_id"))
        for pk, parent in below:
            home[pk] = home[parent]
            found[home[pk]].append(pk)
        last = [pk for pk, _parent in below]
    return found


def voters(ids: Iterable[int]) -> set[tuple[int | None, str]]:
    """Distinct people whose vote counts: with an account, or by a confirmed address."""
    rows = FeedbackVote.objects.filter(feedback__in=ids).exclude(confirmed_at=None)
    found = set(rows.values_list("user_id", Lower("email"), Lower("user__email")))
    own = {mail for user, _email, mail in found if user}
    return {(user, email) for user, email, _mail in found if user or email not in own}


def recount(root: Feedback) -> int:
    """Votes of the whole family, one per person, and what the sources had counted. Written without a new version:
    it is computed, nobody's edit is overtaken by it."""
    Feedback.objects.select_for_update(of=("self",)).get(pk=root.pk)  # counted one after the other
    family = members([root.pk])[root.pk]
    outside = Feedback.objects.filter(pk__in=family).aggregate(sum=Sum("outside_votes"))["sum"] or 0
    root.votes = outside + len(voters(family))
    Feedback.objects.filter(pk=root.pk).update(votes=root.votes)
    return root.votes


def by_root(pairs: Iterable[tuple[int, int]], families: dict[int, list[int]]) -> dict[int, list[int]]:
    """(entry, value) as root → values."""
    home = {pk: root for root, family in families.items() for pk in family}
    found: dict[int, list[int]] = defaultdict(list)
    for pk, value in pairs:
        if pk in home:
            found[home[pk]].append(value)
    return found

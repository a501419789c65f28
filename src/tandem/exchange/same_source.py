"""Work that came from the same place as what people said: an issue that was imported as feedback and as a work item."""

from typing import Any

from django.db.models import Q

from tandem.exchange.models import ExternalReference
from tandem.product.models import Feature, Feedback, FeedbackLink
from tandem.work.models import WorkItem

MOST = 500


def items_of(user: Any, feature: Feature) -> list[WorkItem]:
    """The work items of the issues that asked for the feature, also of those merged into them, as far as the asker sees them and
    they are not in its scope yet."""
    asked = FeedbackLink.objects.visible_to(user).filter(feature=feature).values("feedback")
    entries = Feedback.objects.visible_to(user).filter(Q(pk__in=asked) | Q(merged_into__in=asked))
    said = ExternalReference.objects.visible_to(user).filter(
        subject_kind=Feedback._meta.label_lower, subject_id__in=entries.values("pk")
    )
    ids: dict[str, set[str]] = {}
    for system, source_id in said.values_list("system", "source_id")[: 2 * MOST]:
        ids.setdefault(system, set()).add(source_id)
    if not ids:
        return []
    match = Q()
    for system, source_ids in ids.items():
        match |= Q(system=system, source_id__in=source_ids)
    same = ExternalReference.objects.visible_to(user).filter(match, kind="item", subject_kind=WorkItem._meta.label_lower)
    found = WorkItem.objects.visible_to(user).present().filter(pk__in=list(same.values_list("subject_id", flat=True)[:MOST]))
    return list(found.exclude(scopes__feature=feature).select_related("state", "type").order_by("key"))

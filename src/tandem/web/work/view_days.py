"""On which days a saved view comes as a letter, in words."""

from typing import Any

from django.utils.translation import gettext as _

from tandem.collaboration.models import SavedView, Subscription


def choices() -> list[tuple[str, str]]:
    """What the page offers; Monday is 0."""
    names = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
    return [*((str(n), name) for n, name in enumerate(names)), ("0,1,2,3,4", _("Monday to Friday")), ("0,1,2,3,4,5,6", _("Every day"))]


def said(weekdays: list[int]) -> str:
    names = dict(choices())
    return names.get(",".join(map(str, weekdays))) or ", ".join(names[str(one)] for one in weekdays)


def of_view(user: Any, view: SavedView) -> dict[str, Any]:
    """For the menu of an open view: its letters, or the days to choose from."""
    row = Subscription.objects.visible_to(user).filter(view=view).first()
    return {"letters": {"days": said(row.weekdays), "hour": row.hour} if row else None, "days": choices()}


def of_person(user: Any) -> list[dict[str, Any]]:
    """Everything that comes; a view that one does not see any more is not named, and brings nothing."""
    rows = list(Subscription.objects.visible_to(user).select_related("view")[:100])
    seen = set(SavedView.objects.visible_to(user).filter(pk__in=[r.view_id for r in rows]).values_list("pk", flat=True))
    return [{"view": r.view if r.view_id in seen else None, "view_id": r.view_id, "days": said(r.weekdays), "hour": r.hour} for r in rows]

"""The register of stakeholders: who they are, what they were told, and whom it is time to tell something."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from tandem.collaboration.actions import notifications
from tandem.collaboration.actions.notifications import News
from tandem.collaboration.models import Notification, Stakeholder, StakeholderNote
from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.kit.types import Ref
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space

_DO = Permission.EDIT_WORK
_PERSONAL = ("name", "expects", "part")
MOST = 500


def create(*, actor: Any, space: Space, **values: Any) -> Stakeholder:
    """Whoever writes it down keeps in touch, unless they name another."""
    require(actor, _DO, space.pk)
    _named(values)
    values.setdefault("owner", actor)
    # house: reads — counted for whoever may write here
    if Stakeholder.objects.filter(space=space).count() >= MOST:
        raise Refused("stakeholders_too_many", most=MOST)
    every = values.get("every_days")
    values["next_on"] = clock.today() + timedelta(days=every) if every else None
    return writing.create(Stakeholder, actor=actor, permission=_DO, verb="stakeholder.created", personal=_PERSONAL, space=space, **values)


def change(*, actor: Any, stakeholder: Stakeholder, version: int | None, **values: Any) -> Stakeholder:
    """Another rhythm counts from the last time that they were told something."""
    _named(values)
    if "every_days" in values and values["every_days"] != stakeholder.every_days:
        every = values["every_days"]
        values["next_on"] = (stakeholder.told_on or clock.today()) + timedelta(days=every) if every else None
    row: Stakeholder = writing.change(stakeholder, actor=actor, permission=_DO, verb="stakeholder.changed", version=version, personal=_PERSONAL, **values)
    return row


def remove(*, actor: Any, stakeholder: Stakeholder, version: int | None = None) -> None:
    """With all that they were told: whoever asks to be forgotten is."""
    writing.remove(stakeholder, actor=actor, permission=_DO, verb="stakeholder.removed", version=version)


def tell(*, actor: Any, stakeholder: Stakeholder, what: str, on: date | None = None, is_from_them: bool = False) -> StakeholderNote:
    """They were told something, or said something themselves; who keeps in touch may write it down, too. What they were told sets the next day of the plan."""
    require(actor, Permission.COMMENT if stakeholder.owner_id == actor.pk else _DO, stakeholder.space_id)
    what, on = what.strip(), on or clock.today()
    if not what:
        raise Refused("told_nothing", field="what")
    if not clock.today() - timedelta(days=3660) <= on <= clock.today():
        raise Refused("told_ahead", field="on")
    with transaction.atomic():
        row = Stakeholder.objects.select_for_update(of=("self",)).get(pk=stakeholder.pk)
        note = StakeholderNote(space_id=row.space_id, stakeholder=row, on=on, what=what, is_from_them=is_from_them, author=actor)
        note.full_clean(validate_unique=False, validate_constraints=False)
        note.save(force_insert=True)
        if not is_from_them and (row.told_on is None or on >= row.told_on):
            row.write(expected=None, told_on=on, next_on=on + timedelta(days=row.every_days) if row.every_days else None)
        record("stakeholder.heard" if is_from_them else "stakeholder.told", row, actor=actor, changes={"on": [None, on]}, text={"note": [None, what]})
    return note


def remind() -> int:
    """Who keeps in touch hears once of each day by which somebody is to be told. May run as often as it likes."""
    rows = Stakeholder.objects.due(clock.today()).exclude(owner=None).values_list("pk", "owner_id", "space_id", "next_on")
    return notifications.tell(
        News(owner, Notification.Kind.DUE, Ref(Stakeholder._meta.label_lower, pk), space, f"stakeholder:{pk}:{on}", facts={"stakeholder": on.isoformat()})
        for pk, owner, space, on in rows
    )


def _named(values: dict[str, Any]) -> None:
    if "name" in values:
        values["name"] = values["name"].strip()
        if not values["name"]:
            raise Refused("title_empty", field="name")

"""Whom and what the lines of a table of people may name, read once; what a line brings along is forgotten where the line is refused."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from tandem.kit.errors import Refused
from tandem.people.access import Permission, manages_people, may
from tandem.people.actions import users
from tandem.people.models import Space, User
from tandem.resources.actions import employments
from tandem.resources.models import Department, JobRole
from tandem.work.models import WorkingCalendar

_LONGEST_ADDRESS = 254


class Named:
    """Disabled accounts are known too: a line about one is refused, and makes no second person."""

    def __init__(self, actor: Any, space: Space | None) -> None:
        self.actor, self.space = actor, space
        self._words: dict[str, list[User]] = {}
        self._addresses: dict[str, list[User]] = {}
        self._asked_as: dict[int, str] = {}
        self._undo: list[Callable[[], object]] = []
        root = Space.objects.values_list("pk", flat=True).get(parent=None)
        self._knows_all = manages_people(actor) or may(actor, Permission.MANAGE_RESOURCES, root)
        for user in User.objects.visible_to(actor).order_by("pk"):
            self.meet(user)
        if space is not None:
            self.departments = {row.name.casefold(): row for row in Department.objects.filter(space=space)}
            self.roles = {row.name.casefold(): row for row in JobRole.objects.visible_to(actor)}
            self.calendars = {row.name.casefold(): row for row in WorkingCalendar.objects.visible_to(actor)}
        self.keep()

    def keep(self) -> None:
        """What came since is written down."""
        self._undo.clear()

    def forget(self) -> None:
        """What came since was rolled back."""
        while self._undo:
            self._undo.pop()()

    def meet(self, user: User, email: str = "") -> None:
        """Somebody new, and under which address a line asked for them, even where they do not get it."""
        for word in {user.name.casefold(), user.email.casefold()}:
            self._put(self._words, word, user)
        self._put(self._addresses, user.email.casefold(), user)
        if email:
            self._ask_as(user, email)

    def remember(self, rows: dict[str, Any], name: str, row: Department | JobRole) -> None:
        rows[name.casefold()] = row
        self._undo.append(partial(rows.pop, name.casefold()))

    def by_address(self, email: str) -> User | None:
        return _only(self._addresses.get(email.casefold(), []), email)

    def by_name(self, name: str) -> User | None:
        """By a name that is theirs alone, or an address in its place."""
        return _only(self._words.get(name.casefold(), []), name)

    def person(self, name: str, email: str) -> User | None:
        """With an address by that; by the name then only a placeholder that has no address, and never one for two addresses."""
        if not email:
            return self._by_word(name)
        found = self._told(self.by_address(email))
        if found is None:
            found = _only([row for row in self._words.get(name.casefold(), []) if users.has_no_address(row)], name)
            if found is not None:
                if self._asked_as.get(found.pk, email) != email:
                    raise Refused("people_of_one_name", field="name", name=name)
                self._ask_as(found, email)
        return found

    def somebody(self, name: str) -> User:
        found = self._by_word(name)
        if found is None:
            raise Refused("name_unknown_here", field="name", name=name)
        return active(found, name)

    def _by_word(self, name: str) -> User | None:
        """A name is known to all colleagues; an address in its place finds nobody else than by an address."""
        return self._told(self.by_address(name)) if "@" in name else self.by_name(name)

    def _told(self, found: User | None) -> User | None:
        """Whose an address is, is told to who keeps the person: for everybody else it is one that nobody has, so that no answer says
        whether it is known here."""
        if found is None or self._knows_all or found.pk == self.actor.pk:
            return found
        try:
            employments.require_kept(self.actor, found)
        except Refused:
            return None
        return found

    def _put(self, rows: dict[str, list[User]], word: str, user: User) -> None:
        rows.setdefault(word, []).append(user)
        self._undo.append(partial(rows[word].remove, user))

    def _ask_as(self, user: User, email: str) -> None:
        if user.pk not in self._asked_as:
            self._asked_as[user.pk] = email
            self._undo.append(partial(self._asked_as.pop, user.pk))


def address(values: dict[str, Any]) -> str:
    """The e-mail of a line in small letters, or nothing; what is none, such as “n/a”, is refused."""
    email = str(values.get("email", "")).lower()
    if not email:
        return ""
    try:
        validate_email(email)
    except ValidationError:
        raise Refused("email_of_nobody", field="email", email=email) from None
    if len(email) > _LONGEST_ADDRESS:
        raise Refused("email_of_nobody", field="email", email=email)
    return email


def active(person: User, name: str) -> User:
    if not person.is_active:
        raise Refused("account_disabled", field="name", name=name)
    return person


def _only(rows: list[User], name: str) -> User | None:
    """The one who is meant: of several the only one whose account is not disabled."""
    found = rows if len(rows) < 2 else [row for row in rows if row.is_active]
    if len(rows) > 1 and len(found) != 1:
        raise Refused("people_of_one_name", field="name", name=name)
    return found[0] if found else None

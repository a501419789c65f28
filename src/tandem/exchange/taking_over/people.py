"""The people a source names: matched by e-mail, else by a name that only one person has, else kept as placeholders."""

from collections import Counter, defaultdict

from tandem.exchange.records import PersonRecord
from tandem.exchange.taking_over.context import Taking
from tandem.exchange.taking_over.ledger import Entry
from tandem.people.actions import users
from tandem.people.models import User

NOBODY = "?"


def take_people(taking: Taking, records: list[PersonRecord]) -> None:
    """Who is known from an earlier import stays the same person, also when that one was renamed here."""
    refs = taking.ledger.known("person", [r.source_id for r in records])
    known = User.objects.in_bulk([ref.subject_id for ref in refs.values()])
    kept, added, missing = [], [], []
    found = match([r for r in records if r.source_id not in refs])
    for record in records:
        ref = refs.get(record.source_id)
        if ref is not None and ref.subject_id in known:
            taking.people[record.source_id] = known[ref.subject_id]
            kept.append(ref)
        elif record.source_id in found:
            taking.people[record.source_id] = found[record.source_id]
            added.append(Entry(record.source_id, found[record.source_id], data={"name": record.name}))
        else:
            missing.append(record)
    wanted = {address(r.email) or r.source_id: r for r in reversed(missing)}  # one person behind one address
    made = users.placeholders(
        actor=taking.actor, people=[((r.name or r.source_id)[:200], address(r.email)) for r in wanted.values()]
    )
    by_key = dict(zip(wanted, made, strict=True))
    for record in missing:
        user = by_key[address(record.email) or record.source_id]
        taking.people[record.source_id] = user
        added.append(Entry(record.source_id, user, data={"name": record.name}))
    taking.ledger.keep("person", kept)
    taking.ledger.add("person", added)


def match(records: list[PersonRecord]) -> dict[str, User]:
    """Source id → the person here whom it surely means."""
    emails = {r.email.lower() for r in records if r.email}
    names = {r.name for r in records}
    by_email = {u.email.lower(): u for u in User.objects.filter(email__in=emails)}
    by_name: dict[str, list[User]] = defaultdict(list)
    for user in User.objects.filter(name__in=names, is_active=True):
        by_name[user.name].append(user)
    said = Counter(r.name for r in records)
    found = {}
    for record in records:
        namesakes = by_name.get(record.name, [])
        if record.email and record.email.lower() in by_email:
            found[record.source_id] = by_email[record.email.lower()]
        elif len(namesakes) == 1 and said[record.name] == 1 and not (record.email and not namesakes[0].is_placeholder):
            found[record.source_id] = namesakes[0]
    return found


def address(email: str) -> str:
    """An address that fits the column, else none."""
    plain = email.strip().lower()
    return plain if "@" in plain and len(plain) <= 254 and " " not in plain else ""


def nobody(taking: Taking) -> User:
    """Stands for the unnamed author of a comment."""
    if NOBODY not in taking.people:
        refs = taking.ledger.known("nobody", [NOBODY])
        user = User.objects.filter(pk=refs[NOBODY].subject_id).first() if refs else None
        if user is None:
            user = users.placeholders(actor=taking.actor, people=[("?", "")])[0]
            taking.ledger.add("nobody", [Entry(NOBODY, user)], counted=False)
        taking.people[NOBODY] = user
    return taking.people[NOBODY]

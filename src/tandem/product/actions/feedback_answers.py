"""What became of feedback: its state follows the features that it is linked to, and every giver hears of it once."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F

from tandem.history.record import record_many
from tandem.kit import clock, jobs
from tandem.product.actions import feedback_families as families
from tandem.product.models import Feature, Feedback, FeedbackLetter, FeedbackLink, FeedbackVote, Promise

S, F_ = Feedback.State, Feature.State
TOLD = (S.PLANNED, S.SHIPPED, S.DECLINED)
LETTERS = "web.feedback_letters"
_SAID = {F_.PLANNED: S.PLANNED, F_.BUILDING: S.BUILDING, F_.SHIPPED: S.SHIPPED, F_.DECLINED: S.DECLINED}


def follow_features(*, actor: Any, features: Iterable[Feature]) -> int:
    """Entries linked to these features take the state that follows. Returns how many changed."""
    entries = FeedbackLink.objects.filter(feature__in=list(features)).values_list("feedback_id", flat=True)
    return follow(actor=actor, ids=set(entries))


def follow(*, actor: Any, ids: Iterable[int]) -> int:
    """These entries, with what stands for them and was merged into them, take the state of their features."""
    roots = families.roots(ids)
    if not roots:
        return 0
    with transaction.atomic():
        found = families.members(roots)
        links = FeedbackLink.objects.filter(feedback__in=[pk for family in found.values() for pk in family])
        of_root = families.by_root(links.values_list("feedback_id", "feature_id"), found)
        told = _told({feature for ids_ in of_root.values() for feature in ids_})
        wanted = {root: state_of([told[feature] for feature in given]) for root, given in of_root.items()}
        return _write(actor, {root: (state, found[root]) for root, state in wanted.items()})


def spread(*, actor: Any, root: Feedback) -> int:
    """What was merged into an entry has its state; its givers hear."""
    found = families.members([root.pk])[root.pk]
    _tell({root.pk: (root.state, found)})
    return _write(actor, {root.pk: (root.state, found)}, is_told=True)


def tell_new_date(*, actor: Any, feature: Feature, before: date, after: date) -> int:
    """A promise was revised: who asked for the feature and has an account hears it at their entry. Letters to people outside go
    out with answers only: the date was told to somebody else. Returns at how many entries."""
    roots = families.roots(FeedbackLink.objects.filter(feature=feature).values_list("feedback_id", flat=True))
    ids = [pk for family in families.members(roots).values() for pk in family]
    rows = list(Feedback.objects.filter(pk__in=ids).order_by("id"))
    record_many("feedback.date_moved", [(row, {"date": [before, after]}, {}) for row in rows], actor=actor)
    return len(rows)


def state_of(states: list[str]) -> str:
    """Shipped when all that is not declined is shipped; in progress when some is, or part of it is there; then planned."""
    alive = [state for state in states if state != S.DECLINED]
    if states and not alive:
        return S.DECLINED
    if alive and all(state == S.SHIPPED for state in alive):
        return S.SHIPPED
    if S.BUILDING in alive or S.SHIPPED in alive:
        return S.BUILDING
    return S.PLANNED if S.PLANNED in alive else S.REVIEW


def _told(ids: set[int]) -> dict[int, str]:
    """What each feature means for those who asked for it: an idea with a release or an open promise is planned."""
    promised = set(Promise.objects.current().filter(feature__in=ids).values_list("feature_id", flat=True))
    return {
        pk: _SAID.get(state) or (S.PLANNED if release or pk in promised else S.REVIEW)
        for pk, state, release in Feature.objects.filter(pk__in=ids).values_list("pk", "state", "release_id")
    }


def _write(actor: Any, wanted: dict[int, tuple[str, list[int]]], *, is_told: bool = False) -> int:
    """States of whole families; one event for each entry that changes."""
    homes = {pk: (root, state) for root, (state, family) in wanted.items() for pk in family}
    rows = Feedback.objects.select_for_update(of=("self",)).filter(pk__in=homes).order_by("id")
    changed = [(row, row.state) for row in rows if row.state != homes[row.pk][1]]
    for state in {homes[row.pk][1] for row, _before in changed}:
        ids = [row.pk for row, _before in changed if homes[row.pk][1] == state]
        Feedback.objects.filter(pk__in=ids).update(state=state, version=F("version") + 1)
    events = [(row, {"state": [before, homes[row.pk][1]]}, {}) for row, before in changed]
    record_many("feedback.followed", events, actor=actor)
    if not is_told:
        moved = {homes[row.pk][0] for row, _before in changed}
        _tell({root: wanted[root] for root in moved})
    return len(changed)


def _tell(answered: dict[int, tuple[str, list[int]]]) -> None:
    """A letter for each outsider who agreed to one: once for each entry and answer. People with an account watch."""
    letters = []
    spaces = dict(Feedback.objects.filter(pk__in=answered).values_list("pk", "space_id"))
    for root, (state, family) in answered.items():
        if state in TOLD:
            letters += [
                FeedbackLetter(space_id=spaces[root], feedback_id=root, email=email, name=name, state=state)
                for email, name in _outsiders(family).items()
            ]
    if letters:
        FeedbackLetter.objects.bulk_create(letters, batch_size=1000, ignore_conflicts=True)
        jobs.enqueue(LETTERS, once=LETTERS, lane=jobs.SHORT)


def _outsiders(family: list[int]) -> dict[str, str]:
    """Their addresses and names; nobody who has an account here, nobody who did not agree."""
    voted = FeedbackVote.objects.filter(feedback__in=family, user=None, wants_word=True).exclude(confirmed_at=None)
    found = {email.lower(): "" for email in voted.values_list("email", flat=True)}
    gave = Feedback.objects.filter(pk__in=family, giver=None, wants_word=True).exclude(giver_email="")
    found |= {email.lower(): name for email, name in gave.values_list("giver_email", "giver_name")}
    return found


def claim(limit: int = 200) -> list[FeedbackLetter]:
    """Letters to send, marked as sent before they are: a machine that dies in between costs a letter, never sends one
    twice. An answer that is no longer true, or that the person no longer wants, is dropped."""
    with transaction.atomic():
        due = FeedbackLetter.objects.select_for_update(skip_locked=True, of=("self",)).filter(sent_at=None)
        rows = list(due.select_related("feedback__product").order_by("id")[:limit])
        FeedbackLetter.objects.filter(pk__in=[row.pk for row in rows]).update(sent_at=clock.now())
    wanting = {row.pk: row.email in _outsiders(families.members([row.feedback_id])[row.feedback_id]) for row in rows}
    return [row for row in rows if row.feedback.state == row.state and wanting[row.pk]]


def give_back(rows: Iterable[FeedbackLetter]) -> None:
    """The mail server did not take them."""
    FeedbackLetter.objects.filter(pk__in=[row.pk for row in rows]).update(sent_at=None)


def stop(*, email: str) -> int:
    """No letters about feedback to this address any more, by the link in one of them. Whoever gives or votes anew may
    agree anew. Returns how many entries and votes it concerned."""
    with transaction.atomic():
        gave = Feedback.objects.filter(giver_email__iexact=email, wants_word=True).update(wants_word=False)
        voted = FeedbackVote.objects.filter(email__iexact=email, wants_word=True).update(wants_word=False)
        FeedbackLetter.objects.filter(email__iexact=email, sent_at=None).delete()
    return gave + voted


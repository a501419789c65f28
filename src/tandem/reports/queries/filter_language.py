"""The filter of every list of work: `state:open assignee:me due:<2w "free text"`, in English or Chinese words."""

from typing import Any

from django.db.models import Q

from tandem.reports.queries import filter_own
from tandem.reports.queries.filter_fields import Asked, matching, sort_of
from tandem.reports.queries.filter_terms import LONGEST, Part, Term, quoted, refused, terms, without, written
from tandem.reports.queries.filter_words import ARCHIVED, FIELDS

__all__ = ["LONGEST", "Part", "Term", "condition", "listed", "ordering", "quoted", "terms", "unsorted", "without", "written"]


def condition(text: str, user: Any) -> Q:
    """The filter as a condition on work items."""
    whole = Q()
    for term in terms(text):
        either = Q()
        own = filter_own.required(user, term) if term.field and term.field not in FIELDS else []
        for part in term.parts:
            either |= filter_own.matching(own, part, user) if own else matching(Asked(term.field, part, user))
        whole &= ~either if term.is_not and term.field != "sort" else either
    ordering(text, user)
    return whole


def listed(text: str, user: Any) -> Q:
    """The same as lists and boards read it: what is archived is left out, unless the filter speaks of it."""
    found = condition(text, user)
    speaks = any(term.field == "is" and any(value.casefold() in ARCHIVED for value in term.values) for term in terms(text))
    return found if speaks else found & Q(archived_at=None)


def ordering(text: str, user: Any = None) -> str:
    """The column that `sort:` asks for, `-` before it for backwards; empty when the filter names none. The fields of
    teams' own are known to `user`."""
    chosen = [(term, part) for term in terms(text) if term.field == "sort" for part in term.parts]
    if len(chosen) > 1:
        raise refused("filter_sorted_twice", chosen[1][1].at, chosen[1][1].length)
    if not chosen:
        return ""
    column, is_backwards = sort_of(chosen[0][1], user)
    is_backwards ^= chosen[0][0].is_not
    flipped, column = column.startswith("-"), column.lstrip("-")
    return f"-{column}" if is_backwards != flipped else column


def unsorted(text: str) -> str:
    """The filter without its `sort:`."""
    return " ".join(term.text for term in terms(text) if term.field != "sort")

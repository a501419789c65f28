"""A filter as rows of a form: field, is or is not, values. It writes the same text, and reads every text back."""

from dataclasses import dataclass

from tandem.reports.queries.filter_terms import Part, Term, terms, written

_COMMAS = ",，"


@dataclass(frozen=True)
class Row:
    """`field` is empty for words that the title holds."""

    field: str
    is_not: bool
    values: tuple[str, ...]

    @property
    def shown(self) -> str:
        """The values with commas between them, as the form shows them."""
        return ", ".join(map(_shown, self.values)) if self.field else " ".join(self.values)


def rows(text: str) -> list[Row]:
    return [Row(term.field, term.is_not, term.values) for term in terms(text)]


def text_of(found: list[Row]) -> str:
    return written([Term(row.field, tuple(map(Part, row.values)), row.is_not) for row in found if row.values])


def row(field: str, is_not: bool, typed: str) -> Row:
    """What somebody filled in; blanks belong to a value, a comma ends it."""
    if field:
        return Row(field, is_not, tuple(split(typed)))
    return Row("", is_not, (typed.strip(),) if typed.strip() else ())


def split(typed: str) -> list[str]:
    found, value, at = [], "", 0
    while at < len(typed):
        end = typed.find('"', at + 1) if typed[at] == '"' and not value.strip() else -1
        while end > 0 and typed[end + 1 : end + 2] == '"':
            end = typed.find('"', end + 2)
        if end > 0:
            value, at = typed[at + 1 : end].replace('""', '"'), end + 1
        elif typed[at] in _COMMAS:
            found.append(value.strip())
            value, at = "", at + 1
        else:
            value, at = value + typed[at], at + 1
    return [one for one in [*found, value.strip()] if one]


def _shown(value: str) -> str:
    return '"' + value.replace('"', '""') + '"' if any(c in '"' + _COMMAS for c in value) else value

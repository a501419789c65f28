"""How an entry with a title and a text is read: what feedback, issues and reviews are compared by."""

BODY = 300
WORTH_SHOWING = 0.2
"""From here on nearly all real duplicates are found, and half of what is shown is one (docs/reference/feedback.md)."""


def words(title: str, text: str) -> str:
    """The title says what it is about, so that it counts twice; of the text the beginning."""
    return f"{title} {title} {text[:BODY]}"

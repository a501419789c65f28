"""What every table in a text file has in common, whichever program wrote it."""


def separator(text: str) -> str:
    """Comma, semicolon or tab: the one that the first line with words has most of (a comma when it has none)."""
    head = text.lstrip("\ufeff \r\n").split("\n", 1)[0]
    return max(",;\t", key=head.count)

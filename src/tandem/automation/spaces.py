"""The tree of spaces, as webhooks and addresses hold for a space and all below it."""

from tandem.people.models import Space


def ways_up() -> dict[int, set[int]]:
    """Of each space itself and all above it."""
    parents = dict(Space.objects.values_list("id", "parent_id"))
    found = {}
    for pk in parents:
        way: set[int] = set()
        at: int | None = pk
        while at is not None and at not in way:
            way.add(at)
            at = parents.get(at)
        found[pk] = way
    return found


def below(space_id: int) -> set[int]:
    """The space itself and all below it."""
    return {pk for pk, way in ways_up().items() if space_id in way}

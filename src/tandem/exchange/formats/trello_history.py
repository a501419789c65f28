"""What the actions of a Trello board say about its cards before the cards are read: who made them,
when they moved.
"""

from datetime import datetime
from typing import Any

from tandem.exchange.formats.moments import parse_datetime

Json = dict[str, Any]

# Actions on cards whose result already stands on the card itself.
REST = {
    "updateCard", "addAttachmentToCard", "addMemberToCard", "removeMemberFromCard", "addChecklistToCard",
    "updateCheckItemStateOnCard", "copyCard", "moveCardToBoard", "moveCardFromBoard",
    "convertToCardFromCheckItem",
    "createCard", "removeChecklistFromCard", "updateChecklist", "updateCheckItem", "createCheckItem",
    "deleteCheckItem",
    "addLabelToCard", "removeLabelFromCard", "updateCustomFieldItem", "deleteAttachmentFromCard", "emailCard",
    "addToCard", "updateComment",
}  # fmt: skip
_MAKES = {"createCard", "copyCard", "convertToCardFromCheckItem", "emailCard"}


class History:
    def __init__(self) -> None:
        self.total = 0
        self._makers: dict[str, str] = {}
        self._moves: dict[str, tuple[str, datetime]] = {}  # card → list it last moved into, when
        self._people: dict[str, set[str]] = {}  # card → who commented, made or moved it

    def look(self, action: Json) -> None:
        """Actions come newest first."""
        self.total += 1
        kind, data, card = str(action.get("type")), action.get("data") or {}, card_of(action)
        if not card:
            return
        moved = data.get("listAfter") or (data.get("list") if kind in _MAKES else None)
        if kind in _MAKES:
            self._makers[card] = str(action.get("idMemberCreator") or "")
        at = parse_datetime(action.get("date") or "")
        if moved and at and card not in self._moves:
            self._moves[card] = (str(moved.get("id")), at)
        if moved or kind in _MAKES:
            self._people.setdefault(card, set()).add(str(action.get("idMemberCreator") or ""))
        elif kind in ("commentCard", "copyCommentCard"):
            self._people.setdefault(card, set()).add(comment_author(action) or "")

    def maker(self, card: str) -> str | None:
        return self._makers.get(card) or None

    def last_move(self, card: str, into: str) -> datetime | None:
        where, at = self._moves.get(card, ("", None))
        return at if where == into else None

    def actors(self, cards: set[str]) -> set[str]:
        return {who for card, people in self._people.items() if card in cards for who in people if who}


def card_of(action: Json) -> str:
    data = action.get("data") or {}
    return str((data.get("card") or {}).get("id") or "")


def comment_author(action: Json) -> str | None:
    """Who wrote a comment; a copied one belongs to its first author."""
    data = action.get("data") or {}
    return str(data.get("idOriginalCommenter") or action.get("idMemberCreator") or "") or None

"""How work passes through a project: its states, its types, the moves that are allowed; taken over from another project."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from tandem.kit.text import whole_number
from tandem.people.access import GRANTS, Permission
from tandem.people.models import Role, Space, SpaceKind, User
from tandem.portfolio.models import Project
from tandem.web import doors
from tandem.web.people.people import choices_of
from tandem.web.work import setting
from tandem.work.actions import (
    retirements,
    shared_moves,
    shared_workflows,
    states,
    takeovers,
    transitions,
    type_workflows,
)
from tandem.work.models import FieldDefinition, State, Transition, WorkItem, WorkItemType
from tandem.work.models.field import COMPUTED
from tandem.work.models.transition import ASKED

GIVEN_UP = "given_up"


@login_required
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, key: str) -> HttpResponse:
    """Everybody who sees the project reads its workflow here; who may change the plan changes it."""
    around = setting.around_any(request, key, "workflow_settings")
    space = around["space"]
    if request.method == "POST":
        return setting.take(request, _ACTS, space, "workflow_settings")
    of_state = list(State.objects.visible_to(request.user).filter(space=space).in_order())
    of_type = list(WorkItemType.objects.visible_to(request.user).filter(space=space))
    asked = _asked(request.user, space)
    rules = _rules(request.user, space, of_state, of_type, dict(asked))
    context = {
        **around, **_shared(request, space),
        "states": [s for s in of_state if s.retired_at is None], "retired_states": [s for s in of_state if s.retired_at],
        "types": [t for t in of_type if t.retired_at is None], "standing": _standing(request.user, space), "state_names": {s.pk: s.name for s in of_state},
        "retired_types": [t for t in of_type if t.retired_at],
        "categories": [*State.Category.choices, (GIVEN_UP, _("Closed without a result"))], "levels": _levels(), "rules": rules, "asked": asked, "people": choices_of(request.user, space.pk),
        "all_roles": [(r.value, r.label) for r in Role], "most_approvals": transitions.MOST_APPROVALS,
        "roles": [(r.value, r.label) for r in Role if Permission.EDIT_WORK in GRANTS[r]],
        "projects": list(Project.objects.visible_to(request.user).exclude(space=space).order_by("name").values_list("space_id", "name")[:500]),
    }  # fmt: skip
    return render(request, "work/workflow_settings.html", context)


def _shared(request: HttpRequest, space: Space) -> dict[str, Any]:
    """What a project follows, or could follow with what would become of it; above projects, who follows."""
    source, moves = shared_workflows.source_of(space.pk), shared_moves.source_of(space.pk)
    offer = shared_moves.offered_to(space.pk)
    seen_spaces = request.user.visible_space_ids()
    found: dict[str, Any] = {"source": source, "spaces_above": setting.spaces_above(request, space), "offer": None, "fit": None, "followers": [], "unseen": 0}
    found |= {
        "moves_source": moves, "moves_source_seen": moves is not None and moves.pk in seen_spaces,
        "moves_offer": offer if offer is not None and offer.pk in seen_spaces else None,
    }  # fmt: skip
    if source is not None:
        found["source_seen"] = source.pk in request.user.visible_space_ids()
    elif space.kind == SpaceKind.PROJECT:
        near = shared_workflows.nearest(space.pk)
        if near is not None and near.pk in request.user.visible_space_ids():
            found |= {"offer": near, "fit": shared_workflows.fit(space.pk, near)}
    else:
        ids = shared_workflows.followers(space.pk)
        seen = list(Space.objects.visible_to(request.user).filter(pk__in=ids).order_by("name"))
        found |= {"followers": seen, "unseen": len(ids) - len(seen)}
    return found


def _standing(user: Any, space: Space) -> dict[tuple[int, int], int]:
    """(Type, state) → how many items stand there, removed ones too, which may come back."""
    rows = WorkItem.objects.visible_to(user).filter(space=space).order_by().values_list("type_id", "state_id")
    return {(kind, state): n for kind, state, n in rows.annotate(n=Count("id"))}


def _levels() -> list[tuple[int, str]]:
    return [(3, _("Epic: holds what lies below")), (2, _("Usual work")), (1, _("Part of other work"))]


def _asked(user: Any, space: Space) -> list[tuple[str, str]]:
    own = FieldDefinition.objects.visible_to(user).filter(space=space).active().exclude(kind__in=COMPUTED).in_order()
    return [*((name, str(label)) for name, label in ASKED.items()), *((f"field:{pk}", name) for pk, name in own.values_list("pk", "name"))]


def _rules(
    user: Any, space: Space, of_state: list[State], of_type: list[WorkItemType], asked: dict[str, str]
) -> list[dict[str, Any]]:
    """Each allowed move in words, in the order of the states; those of all types first."""
    order = {s.pk: place for place, s in enumerate(of_state)}
    names, types = {s.pk: s.name for s in of_state}, {t.pk: t.name for t in of_type}
    rows = list(Transition.objects.visible_to(user).filter(space=space))
    people = dict(User.objects.visible_to(user).filter(pk__in={pk for r in rows for pk in r.approvers}).values_list("pk", "name"))
    rows.sort(key=lambda r: (types.get(r.type_id or 0, ""), order.get(r.from_state_id or 0, -1), order.get(r.to_state_id, 0)))
    return [
        {
            "row": r, "before": names.get(r.from_state_id or 0, ""), "after": names.get(r.to_state_id, ""), "type": types.get(r.type_id or 0, ""),
            "who": ", ".join(str(Role(one).label) for one in r.roles), "needs": ", ".join(asked[n] for n in r.required if n in asked),
            "approved_by": ", ".join([*(str(Role(one).label) for one in r.approver_roles), *(people[pk] for pk in r.approvers if pk in people)]),
        }
        for r in rows
    ]  # fmt: skip


# ── what may be done here; each returns the words that say so ──


def _add_state(request: HttpRequest, space: Space) -> str:
    state = states.add(actor=request.user, space=space, name=request.POST.get("name", ""), **_category(request))
    return _("Added the state “%(name)s”.") % {"name": state.name}


def _change_state(request: HttpRequest, space: Space) -> str:
    states.change(
        actor=request.user, state=_state(request, space), version=doors.version_in(request), name=request.POST.get("name", ""), **_category(request)
    )
    return _("Saved.")


def _category(request: HttpRequest) -> dict[str, Any]:
    """Closed without a result is offered beside the categories; it is the last of them with a word more."""
    said = request.POST.get("category", "")
    return {"category": State.Category.DONE, "is_given_up": True} if said == GIVEN_UP else {"category": said, "is_given_up": False}


def _move_state(request: HttpRequest, space: Space) -> str:
    states.move(actor=request.user, state=_state(request, space), to=setting.number(request, "to"))
    return ""


def _retire_state(request: HttpRequest, space: Space) -> str:
    state, into = _state(request, space), setting.maybe(State, request, "into", space)
    count, job = retirements.retire(actor=request.user, state=state, into=into, version=doors.version_in(request))
    if job is not None:
        return _("Its items are on their way; the jobs page shows how far they are. Then the state is retired.")
    said = _("Retired “%(name)s”.") % {"name": state.name}
    if into and count:
        said += " " + ngettext("%(n)s item went into “%(into)s”.", "%(n)s items went into “%(into)s”.", count) % {"n": count, "into": into.name}
    return said


def _restore_state(request: HttpRequest, space: Space) -> str:
    state = states.restore(actor=request.user, state=_state(request, space), version=doors.version_in(request))
    return _("“%(name)s” is back.") % {"name": state.name}


def _add_type(request: HttpRequest, space: Space) -> str:
    made = states.add_type(actor=request.user, space=space, name=request.POST.get("name", ""), level=setting.number(request, "level"))
    return _("Added the type “%(name)s”.") % {"name": made.name}


def _change_type(request: HttpRequest, space: Space) -> str:
    states.change_type(
        actor=request.user, type=_type(request, space), version=doors.version_in(request), name=request.POST.get("name", ""),
        level=setting.number(request, "level"),
    )  # fmt: skip
    return _("Saved.")


def _retire_type(request: HttpRequest, space: Space) -> str:
    row = states.retire_type(actor=request.user, type=_type(request, space), version=doors.version_in(request))
    return _("Retired “%(name)s”. Items of this type keep it.") % {"name": row.name}


def _restore_type(request: HttpRequest, space: Space) -> str:
    row = states.restore_type(actor=request.user, type=_type(request, space), version=doors.version_in(request))
    return _("“%(name)s” is back.") % {"name": row.name}


def _choose_states(request: HttpRequest, space: Space) -> str:
    """No box ticked: the type goes the way of the project again."""
    type, rows = _type(request, space), State.objects.visible_to(request.user).filter(space=space).in_bulk()
    uses = [rows[number] for text in request.POST.getlist("uses") if (number := whole_number(text)) in rows]
    heirs = {pk: rows[number] for pk in rows if (number := whole_number(request.POST.get(f"into_{pk}", ""))) in rows}
    start = rows.get(whole_number(request.POST.get("start", "")) or 0)
    count = type_workflows.choose(actor=request.user, type=type, version=doors.version_in(request), uses=uses, start=start if uses else None, into=heirs)
    if not uses:
        return _("“%(name)s” goes the way of the project.") % {"name": type.name}
    said = _("“%(name)s” has a workflow of its own.") % {"name": type.name}
    return said + (" " + ngettext("%(n)s item went on.", "%(n)s items went on.", count) % {"n": count} if count else "")


def _conditions(request: HttpRequest) -> dict[str, Any]:
    return {
        "roles": request.POST.getlist("roles"), "required": request.POST.getlist("required"), "is_guarded": request.POST.get("is_guarded") == "1",
        "approvals": whole_number(request.POST.get("approvals", ""), 2) or 0, "approver_roles": request.POST.getlist("approver_roles"),
        "approvers": [number for text in request.POST.getlist("approvers") if (number := whole_number(text))],
    }  # fmt: skip


def _allow(request: HttpRequest, space: Space) -> str:
    transitions.create(
        actor=request.user, space=space, from_state=setting.maybe(State, request, "from_state", space),
        to_state=setting.one(State, request, "to_state", space), type=setting.maybe(WorkItemType, request, "type", space),
        **_conditions(request),
    )  # fmt: skip
    return _("The move is allowed from now on; what is not in this list is not.")


def _change_rule(request: HttpRequest, space: Space) -> str:
    transitions.change(actor=request.user, transition=_rule(request, space), version=doors.version_in(request), **_conditions(request))
    return _("Saved.")


def _remove_rule(request: HttpRequest, space: Space) -> str:
    transitions.remove(actor=request.user, transition=_rule(request, space), version=doors.version_in(request))
    return _("The move is taken back.")


def _follow(request: HttpRequest, space: Space) -> str:
    source = doors.find(Space.objects, request.user, pk=setting.number(request, "source"))
    shared_workflows.follow(actor=request.user, space=space, source=source)
    return _("The states and types of “%(name)s” hold here from now on, and follow later changes.") % {"name": source.name}


def _leave(request: HttpRequest, space: Space) -> str:
    shared_workflows.leave(actor=request.user, space=space)
    return _("States and types are the project’s own now. Nothing else has changed.")


def _follow_moves(request: HttpRequest, space: Space) -> str:
    shared_moves.follow(actor=request.user, space=space)
    return _("The moves of above hold here from now on, and follow later changes.")


def _own_moves(request: HttpRequest, space: Space) -> str:
    shared_moves.own(actor=request.user, space=space)
    return _("The moves are the project’s own now. Nothing else has changed.")


def _take_over(request: HttpRequest, space: Space) -> str:
    source = doors.find(Space.objects, request.user, pk=setting.number(request, "source"))
    took = takeovers.take_over(actor=request.user, space=space, source=source)
    return _("Taken over: %(states)s states, %(types)s types, %(fields)s fields, %(moves)s moves. What was here stays.") % took


def _state(request: HttpRequest, space: Space) -> State:
    return setting.one(State, request, "state", space)  # type: ignore[no-any-return]


def _type(request: HttpRequest, space: Space) -> WorkItemType:
    return setting.one(WorkItemType, request, "type", space)  # type: ignore[no-any-return]


def _rule(request: HttpRequest, space: Space) -> Transition:
    return setting.one(Transition, request, "rule", space)  # type: ignore[no-any-return]


_ACTS: setting.Acts = {
    "add_state": _add_state, "change_state": _change_state, "move_state": _move_state, "retire_state": _retire_state, "restore_state": _restore_state,
    "add_type": _add_type, "change_type": _change_type, "retire_type": _retire_type, "restore_type": _restore_type, "choose_states": _choose_states, "allow": _allow,
    "change_rule": _change_rule, "remove_rule": _remove_rule, "take_over": _take_over, "follow": _follow, "leave": _leave, "follow_moves": _follow_moves,
    "own_moves": _own_moves,
}  # fmt: skip

urls = [path("boards/<slug:key>/workflow/", settings, name="workflow_settings")]

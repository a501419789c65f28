"""A pack holds in a project; what is said of its controls."""

import re
from typing import Any

from django.db import transaction

from tandem.governance.actions import pack_parts
from tandem.governance.actions import packs as own_packs
from tandem.governance.actions.gates import link_of
from tandem.governance.models import ControlWord, Pack, PackUse, PackVersion
from tandem.governance.pack_content import of_use
from tandem.governance.packs import packs
from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.portfolio.models import Project

_DO = Permission.EDIT_PLAN
_S = ControlWord.State


def take(*, actor: Any, project: Project, pack: str) -> PackUse:
    """Its controls are asked of the project from now on, and its roles, checklists and gates come into it; once. `pack`: the key of one that comes
    along, or of one written there or above, which holds in its newest version."""
    require(actor, _DO, project.space_id)
    number = re.fullmatch(r"own-(\d{1,9})", pack)
    own = next((one for one in own_packs.at_hand(project.space) if one.pk == int(number[1])), None) if number else None
    if own is None and pack not in packs():
        raise Refused("choice_unknown", field="pack")
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True, of=("self",)).get(pk=project.pk)
        known = PackUse.objects.filter(project=project, pack=pack).first()
        if known is not None:
            return known
        if own is not None and Pack.objects.select_for_update(no_key=True, of=("self",)).filter(pk=own.pk).first() is None:  # removed just now
            raise Refused("choice_unknown", field="pack")
        holds = own_packs.newest(own) if own else None
        row = PackUse.objects.create(space_id=project.space_id, project=project, pack=pack, pack_version=holds, by=actor)
        record("project.takes_pack", project, actor=actor, changes={"pack": [None, own.name if own else pack], **({"pack_version": [None, holds.pk]} if holds else {})})
        pack_parts.bring(actor=actor, use=row)
    return row


def remove(*, actor: Any, pack_use: PackUse, version: int | None = None) -> list[str]:
    """While nobody has said anything of its controls: what was said stays. Of its gates and checklists stays what was decided or begun: it is
    named; the rest leaves the plan."""
    require(actor, _DO, pack_use.space_id)
    with transaction.atomic():
        if version is not None:
            pack_use.write(expected=version)
        if pack_use.words.exists():
            raise Refused("pack_spoken_of")
        stays = pack_parts.leave(actor=actor, use=pack_use)
        told = {"stays": [", ".join(stays), None]} if stays else {}
        record("project.leaves_pack", pack_use.project, actor=actor, changes={"pack": [pack_use.pack_version.pack.name if pack_use.pack_version else pack_use.pack, None], **told})
        pack_use.delete()
    return stays


def complete(*, actor: Any, pack_use: PackUse, version: int | None = None) -> PackUse:
    """What the pack asks for and the project does not have comes into it: roles, checklists and gates of a pack that held before it had any."""
    require(actor, _DO, pack_use.space_id)
    with transaction.atomic():
        pack_use.write(expected=version)
        pack_parts.bring(actor=actor, use=pack_use)
    return pack_use


def upgrade(*, actor: Any, pack_use: PackUse, version: int | None, pack_version: PackVersion) -> PackUse:
    """To a newer version of the same pack. What was said of a control that asks something else now has to be said anew; its roles,
    checklists and gates change along."""
    require(actor, _DO, pack_use.space_id)
    before = pack_use.pack_version
    if before is None or pack_version.pack_id != before.pack_id or pack_version.number <= before.number:
        raise Refused("pack_no_newer", field="pack_version_id")
    found = own_packs.differences(before, pack_version.content)
    anew = [one.key for one in found if one.section == "controls" and one.was and (one.now is None or {"name", "asks", "evidence"} & set(one.fields))]
    with transaction.atomic():
        pack_use.write(expected=version, pack_version=pack_version)
        pack_parts.follow(actor=actor, use=pack_use, before=before.content, after=pack_version.content)
        words = ControlWord.objects.filter(pack_use=pack_use, control__in=anew)
        said = sorted(words.values_list("control", flat=True))
        words.delete()
        told = {"said_anew": [", ".join(said), None]} if said else {}
        record("project.upgraded_pack", pack_use.project, actor=actor, changes={"pack_version": [before.pk, pack_version.pk], **told})
    return pack_use


def say(*, actor: Any, pack_use: PackUse, control: str, state: str, evidence: str = "", link: str = "", version: int | None = None) -> ControlWord | None:
    """That a control holds, with evidence; that it does not apply, with a reason, by who may change the plan; an empty state takes it back."""
    require(actor, _DO if state == _S.NOT_APPLICABLE else Permission.EDIT_WORK, pack_use.space_id)
    evidence = " ".join(evidence.split())[:500]
    with transaction.atomic():
        held = PackUse.objects.select_for_update(of=("self",)).get(pk=pack_use.pk)
        pack = of_use(held)
        known = {one.key: one for one in pack.controls} if pack else {}
        if control not in known or state not in ("", *_S.values):
            raise Refused("choice_unknown", field="control")
        if state == _S.MET and known[control].evidence != "judged":
            raise Refused("criterion_computed")
        if state and not evidence:
            raise Refused("evidence_missing", field="evidence")
        held.write(expected=version)
        row = ControlWord.objects.filter(pack_use=held, control=control).first()
        if row is not None and row.state == _S.NOT_APPLICABLE:
            require(actor, _DO, pack_use.space_id)
        before = row.state if row else None
        if row is not None:
            row.delete()
        made = None
        if state:
            made = ControlWord.objects.create(
                space_id=held.space_id, pack_use=held, control=control, state=state, evidence=evidence, link=link_of(link.strip()), said_by=actor, said_at=clock.now()
            )
        record("control.said", held, actor=actor, changes={"control": [None, control], "state": [before, state or None]}, text={"evidence": [None, evidence]} if evidence else {})
    return made

"""The panel of benefits on the page of a project, programme, portfolio, product or proposal."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from tandem.people.access import Permission, may
from tandem.portfolio.models import Proposal
from tandem.reports.queries import benefits as reads
from tandem.web.portfolio import benefit_words as words


def of(request: HttpRequest, row: Any) -> dict[str, Any]:
    """`row` owns a space, or is a proposal."""
    is_proposal = isinstance(row, Proposal)
    found = reads.of_place(request.user, **({"proposal_id": row.pk} if is_proposal else {"space_id": row.space_id}))
    asked = {"home": row.space_id, **({"proposal": row.pk} if is_proposal else {})}
    may_plan = may(request.user, Permission.EDIT_WORK, row.space_id) and not (is_proposal and row.is_decided)
    return {
        "benefits": [
            {"row": one, "standing": words.standing(one), "share": words.share(one), "planned": words.planned(one), "due": words.next_due(one),
             "measured": words.amount(one, one.realised.value) if one.realised.value is not None else "–"}
            for one in found
        ],
        "new_benefit": f"{reverse('benefits_new')}?{urlencode(asked)}" if may_plan else "",
    }  # fmt: skip

"""The verbs of change requests, decisions and of the table of approvals; they stand in the one table of `verbs`."""

from django.utils.translation import gettext_lazy as _

VERBS = {
    "change_request.created": _("raised the change request"),
    "change_request.changed": _("changed the words of the change request"),
    "change_request.submitted": _("handed the change request in"),
    "change_request.asked_again": _("changed what the request asks for: both sides are asked anew"),
    "change_request.redrawn": _("came out otherwise than it was judged: both sides are asked anew"),
    "change_request.computed": _("computed what the change does"),
    "change_request.judged": _("said a verdict on the change request"),
    "change_request.returned": _("asked for a way out"),
    "change_request.stuck": _("could not be carried out: both sides are asked anew"),
    "change_request.applied": _("accepted the change: it is carried out"),
    "change_request.applied_first": _("carried the change out before the approval"),
    "change_request.confirmed": _("approved the change that was carried out before"),
    "change_request.rejected": _("rejected the change request"),
    "change_request.withdrawn": _("withdrew the change request"),
    "decision.asked": _("asked for a decision"),
    "decision.changed": _("changed what is to be decided"),
    "decision.made": _("decided"),
    "decision.revisited": _("looked at the decision again"),
    "decision.replaced": _("decided otherwise: another takes its place"),
    "decision.removed": _("took the question back"),
    "approval_rule.created": _("wrote a line into the table of approvals"),
    "approval_rule.changed": _("changed a line of the table of approvals"),
    "approval_rule.removed": _("took a line out of the table of approvals"),
    "approval_rule.moved": _("moved a line of the table of approvals"),
    "delegation.made": _("lent their voice"),
    "delegation.withdrawn": _("took a lent voice back"),
}

"""What is said of methods and gates: a part of the table in `verbs`."""

from django.utils.translation import gettext_lazy as _

VERBS = {
    "method.created": _("wrote a method"),
    "method.changed": _("changed the method"),
    "method.removed": _("removed the method"),
    "method_version.drafted": _("began a version of the method"),
    "method_version.changed": _("changed the draft of the method"),
    "method_version.removed": _("threw the draft of the method away"),
    "method_version.published": _("published a version of the method"),
    "project.follows_method": _("took a method up"),
    "project.upgraded_method": _("went over to a newer version of the method"),
    "project.takes_pack": _("took up an industry pack"),
    "project.leaves_pack": _("left an industry pack"),
    "control.said": _("said how a control stands"),
    "method_part.added": _("took up a part of the method"),
    "method_part.tailored": _("does a part of the method otherwise"),
    "method_part.moved": _("moves a part of the method into another phase, as the newer version does"),
    "method_part.renamed": _("calls a part of the method as the newer version does"),
    "method_part.ended": _("is no longer asked for a part of the method"),
    "method_part.given": _("gave a role of the method"),
    "gate.created": _("set the gate up"),
    "gate.changed": _("changed the gate"),
    "gate.judged": _("judged a criterion of the gate"),
    "gate.money_set": _("set what the gate releases"),
    "gate_verdict.proposed": _("gave a verdict that waits for a second"),
    "gate_verdict.given": _("decided at the gate"),
    "gate_verdict.withdrawn": _("took back a verdict at the gate"),
}

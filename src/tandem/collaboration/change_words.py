"""What refusals of change requests and their approval say."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "change_handed_in": _("It was handed in: its words stay as they are. Change what it asks for, or withdraw it."),
    "change_over": _("This change request is decided. Raise a new one."),
    "change_not_waiting": _("This change request does not wait for a verdict."),
    "change_side_unknown": _("A verdict is given for the product side or for the PMO side."),
    "change_is_own": _("You wrote it, or a part of it, or carried it out: others judge it."),
    "change_side_elsewhere": _("It touches places where you do not speak for this side. Somebody who speaks for it in all of them judges it."),
    "change_spoken": _("You have said your verdict on this content: one person speaks for one side, once."),
    "change_side_spoken": _("This side has said yes already."),
    "change_not_yours_to_apply": _("Who says yes carries it out, and you may not do all that your side would carry out. Somebody who may has to judge it."),
    "plan_change_impossible": _("It cannot be carried out as it stands."),
    "change_done_first": _("It is carried out already: say yes or no. A way back is a change request of its own."),
    "decision_made": _("It was decided: its words stay. Decide otherwise, and another takes its place."),
    "decision_open": _("It is not decided yet."),
    "decision_replaced": _("Another decision has taken its place."),
    "decision_option": _("Choose one of the options."),
    "decision_options": _("Write down two options or more, at most %(most)s, or none."),
    "decision_of_change": _("It decided a change. A way back is a change request of its own."),
    "approval_rule_kinds": _("Name kinds of change that there are."),
    "approval_rule_voices": _("Each side has 0 to 5 voices, and at least one side has one."),
    "approval_rule_place": _("A table has at most %(most)s lines, and each has its own place."),
}

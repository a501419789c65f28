"""Verbs of pulses, thanks, joining and leaving: a part of the one table."""

from django.utils.translation import gettext_lazy as _

VERBS = {
    "pulse.created": _("set the pulse up"),
    "pulse.changed": _("changed the pulse"),
    "pulse.ended": _("ended the pulse"),
    "pulse.removed": _("removed the pulse"),
    "pulse_round.opened": _("asked the team"),
    "pulse_round.answered": _("somebody of the team answered"),
    "pulse_round.closed": _("closed the round"),
    "thanks.given": _("thanked somebody"),
    "thanks.taken_back": _("took thanks back"),
    "onboarding_template.created": _("wrote a list for joining or leaving"),
    "onboarding_template.changed": _("changed the list for joining or leaving"),
    "onboarding_template.removed": _("removed the list for joining or leaving"),
    "onboarding.started": _("began the list"),
    "onboarding.changed": _("changed who helps"),
    "onboarding.finished": _("finished the list"),
    "onboarding.stopped": _("stopped the list"),
    "onboarding.step_done": _("ticked a step"),
    "onboarding.step_reopened": _("took the tick of a step back"),
}

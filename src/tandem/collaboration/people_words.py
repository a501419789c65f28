"""What refusals of pulses and thanks, and of joining and leaving say."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "pulse_team_elsewhere": _("A pulse stands where its team does."),
    "pulse_of_team_exists": _("“%(name)s” has a pulse already. End that one first."),
    "pulse_ended": _("This pulse has ended."),
    "pulse_fresh": _("A round began less than %(days)s days ago: end the pulse now, and remove it later."),
    "pulse_round_closed": _("This round is closed."),
    "pulse_answered": _("You have answered already. Nobody can find your answer any more, you neither."),
    "pulse_scores": _("Answer each of the %(questions)s questions from 1 to 5."),
    "pulse_words_long": _("At most %(most)s characters."),
    "pulse_words_controls": _("The words hold control characters."),
    "pulse_questions": _("Ask at least one question and at most %(most)s, each in a line of its own."),
    "pulse_questions_alike": _("Each question is asked once, in at most %(most)s characters."),
    "thanks_words": _("Say what for, in at most %(most)s characters."),
    "thanks_to_oneself": _("Thanks go to somebody else."),
    "thanks_unseen": _("%(name)s cannot see this, and would not learn of it."),
    "thanks_given": _("You have thanked %(name)s for it already."),
    "thanks_too_many": _("At most %(most)s thanks a day: more say less."),
    "onboarding_steps": _("A list has at least one step and at most %(most)s."),
    "onboarding_step_text": _("Say in at most %(most)s characters what is to be done."),
    "onboarding_step_day": _("A step is due at most %(most)s working days before or after the day."),
    "onboarding_ended": _("This list is finished or was stopped."),
    "onboarding_twice": _("%(name)s has such a list that is not finished."),
    "onboarding_person": _("A list is begun for somebody with an active account."),
    "onboarding_helper": _("The buddy and the manager are somebody else, each with an active account."),
}

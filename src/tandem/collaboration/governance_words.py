"""What refusals of risks and issues say."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "three_points": _("Write one value, or three: at least, most likely, at most."),
    "three_points_bounds": _("Values go from 0 to %(most)s."),
    "three_points_order": _("The three values rise: at least, most likely, at most."),
    "probability_bounds": _("A probability goes from 1 to 99 per cent. What is certain is an issue, what is impossible no risk."),
    "response_of_another_kind": _("This response does not fit: threats are avoided, mitigated, transferred or accepted, chances exploited, enhanced, shared or accepted."),
    "response_missing": _("Say which response was carried out."),
    "near_order": _("It cannot end before it begins."),
    "residual_probability_missing": _("Say how likely it is after the response."),
    "review_past": _("The next review lies ahead."),
    "risk_over": _("It is over (“%(state)s”): it stays as it was judged."),
    "risk_move_unknown": _("From “%(state)s” this step is not possible. That it happened is said by raising its issue."),
    "risk_reason_missing": _("Say why it is closed: the next project will learn from it."),
    "risk_has_issue": _("It has happened, and its issue is on record. It stays."),
    "ties_too_many": _("A risk names at most %(most)s records."),
    "reserve_bounds": _("A reserve is zero or more."),
    "reserve_currency": _("Money is kept in %(currency)s here by now. Open the page again and say the sum in it."),
    "scale_borders": _("Write four values that rise."),
    "scale_grades": _("The steps go from 1 to 25, and high begins after medium."),
    "scale_silence": _("Write a number of days from 1 to 365 for each severity."),
    "suggestion_gone": _("This suggestion is no longer there."),
    "suggestion_answered": _("It was answered already."),
    "suggestion_reason_missing": _("Say why it does not apply here."),
    "issue_of_elsewhere": _("The issue stands where its risk stands."),
    "issue_over": _("It is over (“%(state)s”). Open it again to change it."),
    "issue_move_unknown": _("From “%(state)s” this step is not possible."),
    "issue_has_risk": _("A risk happened: that is on record. Say that it is no issue instead of removing it."),
    "resolution_missing": _("Say what became of it."),
    "progress_empty": _("Say what moved."),
}

"""What refusals of meetings say."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "meeting_series_state": _("The series is “%(state)s”: this is not possible now."),
    "meeting_series_kept": _("Minutes of it are on record. End the series instead."),
    "meeting_purpose_missing": _("Say what shall be different afterwards."),
    "meeting_too_large": _("At most %(most)s people are asked to a meeting."),
    "meeting_outside": _("%(who)s cannot see this space. Give access first, or leave them out."),
    "meeting_past": _("Choose a moment that is still to come, within two years."),
    "meeting_over": _("The meeting is “%(state)s”. Open it again to change it."),
    "meeting_move_unknown": _("From “%(state)s” this step is not possible."),
    "meeting_ahead": _("It has not begun. Cancel it or move it to another time."),
    "meeting_not_asked": _("Only people who are asked to the meeting can have been there. Add them to the series first."),
    "meeting_not_held": _("Say first that it was held, and who was there."),
    "meeting_points_many": _("An agenda has at most %(most)s points."),
    "meeting_born_already": _("This came of the point already: it stands below it."),
}

"""Verbs of what people talk about and write down: a part of the one table."""

from django.utils.translation import gettext_lazy as _

TOGETHER = {
    "meeting_series.created": _("asked for the meetings"),
    "meeting_series.changed": _("changed the series of meetings"),
    "meeting_series.ended": _("ended the series of meetings"),
    "meeting_series.resumed": _("went on with the series of meetings"),
    "meeting_series.removed": _("removed the series of meetings"),
    "meeting.planned": _("put the meeting into the calendar"),
    "meeting.taken_back": _("took back a meeting that nobody had written on"),
    "meeting.rescheduled": _("moved the meeting to another time"),
    "meeting.moved": _("said what became of the meeting"),
    "meeting.gathered": _("gathered the agenda"),
    "meeting.minutes_sent": _("sent the minutes"),
    "meeting_point.added": _("put a point on the agenda"),
    "meeting_point.changed": _("changed a point of the agenda"),
    "meeting_point.placed": _("moved a point on the agenda"),
    "meeting_point.dropped": _("took a point off the agenda"),
    "meeting_point.returned": _("put a point back on the agenda"),
    "meeting_point.noted": _("wrote minutes"),
    "meeting_point.decided": _("wrote down a decision of the meeting"),
    "meeting_point.acted": _("wrote down an action of the meeting"),
    "document.created": _("wrote the page"),
    "document.changed": _("changed the page"),
    "document.moved": _("moved the page in the tree"),
    "document.removed": _("removed the page"),
    "passage_comment.added": _("remarked on a passage"),
    "passage_comment.settled": _("settled a remark"),
    "passage_comment.reopened": _("opened a remark again"),
    "passage_comment.removed": _("removed a remark"),
}

"""What refusals of documents say."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "documents_too_many": _("A space has at most %(most)s pages. Remove one first."),
    "document_parent_elsewhere": _("The page above stands in another space."),
    "document_below_itself": _("A page cannot stand below itself."),
    "document_too_deep": _("Pages stand at most %(most)s levels deep."),
    "document_has_pages": _("Pages stand below it. Move or remove them first."),
    "document_version_unknown": _("There is no version %(number)s of this page."),
    "passage_missing": _("Say on which words of the page: mark them, or write them here."),
    "passage_unknown": _("These words do not stand in the page as it is now. Mark them there."),
    "passage_answered": _("Others have answered: settle it instead. Whoever manages access here can remove it."),
    "passages_too_many": _("A page has at most %(most)s remarks. Settle and remove old ones first."),
    "stakeholders_too_many": _("A space has at most %(most)s stakeholders."),
    "told_nothing": _("Say what was said."),
    "told_ahead": _("The day on which it was said cannot be in the future."),
}

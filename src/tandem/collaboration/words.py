"""Sentences for the codes that rules refuse with. One table for pages, API, jobs and command line."""

from typing import Any

from django.utils.translation import gettext_lazy as _

REFUSALS: dict[str, Any] = {
    "stale": _("Somebody changed this in the meantime. Look at both versions and save again."),
    "key_malformed": _("“%(key)s” is not a key: use up to ten capital letters and digits, a letter first."),
    "key_taken": _("The key “%(key)s” is taken."),
    "last_administrator": _("The organisation needs at least one administrator."),
    "already_set_up": _("This installation already has its organisation."),
    "email_taken": _("%(email)s already has an account."),
    "not_oneself": _("You cannot disable your own account."),
    "has_account": _("%(name)s has an account already."),
    "no_account": _("%(name)s has no account that could sign in."),
    "comment_empty": _("A comment needs some words."),
    "has_parts": _("It still has parts. Remove or move them first."),
    "weight_out_of_range": _("A weight is a share from 1 to 100 %%."),
    "period_reversed": _("The end lies before the start."),
    "own_ancestor": _("It cannot be a part of itself."),
    "title_empty": _("A title is needed."),
    "no_workflow": _("“%(space)s” has no workflow yet."),
    "other_space": _("It belongs to another space."),
    "change_unknown": _("This change is not known. Nothing was changed."),
    "choice_unknown": _("This choice is not known. Nothing was changed."),
    "rows_too_many": _("At most %(most)s rows can be changed at once. Nothing was changed."),
    "other_product": _("The release belongs to another product."),
    "field_unknown": _("These fields cannot be set: %(fields)s."),
    "link_to_itself": _("A work item cannot depend on itself."),
    "link_exists": _("This link already exists."),
    "link_cycle": _("This would create a cycle: %(path)s."),
    "country_unknown": _("No holidays are known for “%(country)s”."),
    "hours_out_of_order": _("The hours of a day must be in order and must not overlap."),
    "name_taken": _("“%(name)s” exists already."),
    "promise_in_the_past": _("The promised date lies before %(given_on)s, the day on which it was given."),
    "kept_too_early": _("It was given on %(given_on)s: it cannot have been kept before."),
    "kept_in_the_future": _("The day on which it was kept cannot be in the future."),
    "given_in_the_future": _("The day on which it was given cannot be in the future."),
    "reason_missing": _("Say why: the receiver will ask."),
    "promise_closed": _("This promise is closed: it was kept, revised or withdrawn."),
    "cursor_unreadable": _("This page address is damaged. Start from the first page."),
    "person_unknown": _("Nobody here has the e-mail %(email)s."),
    "date_unreadable": _("Write dates as 2027-02-12."),
    "feeds_too_many": _("At most %(most)s feeds can work at once. Take one back first."),
    "filter_unreadable": _("The filter cannot be read at position %(at)s."),
    "filter_field_unknown": _(
        "“%(field_name)s” (position %(at)s) is not a field of work items. Try state, assignee, type, label, priority, due, project; or put the words in quotation marks."
    ),
    "filter_value_missing": _("“%(field_name)s” (position %(at)s) needs a value right after the colon."),
    "filter_quote_open": _("The quotation mark at position %(at)s is not closed."),
    "filter_too_long": _("A filter has at most %(most)s characters."),
    "filter_too_many": _("A filter has at most %(most)s values (position %(at)s)."),
    "filter_sorted_twice": _("The filter can sort by one thing (position %(at)s)."),
    "filter_date_unreadable": _(
        "“%(text)s” (position %(at)s) is not a date. Write 2027-02-12, 2027-01..2027-03, <2w, >-3d or next-week."
    ),
    "filter_value_unknown": _("“%(text)s” (position %(at)s) is not one of these: %(allowed)s."),
    "number_unreadable": _("Write a number."),
    "items_unknown": _("No work item that you can see has the key %(keys)s."),
    "invalid": _("Check the fields that are marked."),
    "one_subject": _("A promise is about one feature or one release."),
    "reference_unknown": _("There is nothing with this number that you can see."),
    "version_missing": _("Say which version you change: send its ETag as If-Match."),
    "version_malformed": _("If-Match holds no version of ours."),
    "in_use": _("Something else still refers to it."),
    "conflict": _("It contradicts something that is already there."),
    "key_reused": _("This Idempotency-Key was used for another request."),
    "request_running": _("The first request with this Idempotency-Key is still running."),
    "out_of_range": _("A value is outside of what can be stored."),
    "space_unknown": _("There is no space with the key %(key)s."),
    "not_set_up": _("This installation has no organisation yet. Start it once, or run “tandem user add”."),
    "import_into_project": _("“%(space)s” is not a project: work items come into a project."),
    "import_nowhere": _("You may not open a project anywhere. Say into which project the file should go."),
    "import_answers": _("This answer does not fit: %(what)s."),
    "import_questions": _("A question about the file is still open."),
    "import_applied": _("This file has been imported already."),
    "timezone_unknown": _("“%(zone)s” is not a time zone."),
    "import_file_gone": _("The file is not kept any more. Import it again."),
    "size_out_of_range": _("Ask for at least one project and one person, and for as many work items as projects."),
    "file_missing": _("Choose a file."),
    "file_too_large": _("The file is larger than %(limit)s MB."),
    "file_empty": _("The file is empty."),
    "files_too_many": _("At most %(most)s files fit here. Remove one first."),
    "no_room": _("The server has no room left for files. Tell its administrator."),
    "session_needed": _("Tokens are made and taken back by the person, not by another token."),
}


def refusal(code: str, params: dict[str, Any]) -> str:
    """The sentence for a refusal; an unknown code shows itself rather than nothing."""
    shown = dict(params)
    if isinstance(shown.get("path"), list):
        shown["path"] = " → ".join(p or str(_("an item that you cannot see")) for p in shown["path"])
    sentence = REFUSALS.get(code)
    return str(sentence) % shown if sentence else code

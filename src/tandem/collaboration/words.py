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
    "wip_limit_reached": _(
        "The limit of “%(limit)s” is reached: %(count)s of at most %(most)s. Finish something there first, or say why it comes in all the same."
    ),
    "limit_exists": _("This place has a limit already. Change that one."),
    "limits_too_many": _("A board has at most %(most)s limits."),
    "limit_too_small": _("A limit is at least 1."),
    "columns_too_many": _("A board has at most %(most)s columns."),
    "block_of_finished": _("What is done or removed is not blocked any more."),
    "blocked_already": _("It is blocked already."),
    "block_over": _("It is not blocked any more."),
    "block_reason_missing": _("Say what keeps it from moving."),
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
    "hooks_too_many": _("At most %(most)s webhooks fit in a space. Remove one first."),
    "address_unusable": _(
        "This is no address that a webhook can be sent to: write https://host/path, without a user or a password in it."
    ),
    "about_unknown": _("Choose at least one kind of event."),
    "delivery_waits": _("It still waits to be sent."),
    "hook_off": _("“%(name)s” is switched off. Switch it on first."),
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
    "size_out_of_range": _(
        "Ask for at least one project and one person, and for as many work items as projects."
    ),
    "file_missing": _("Choose a file."),
    "file_too_large": _("The file is larger than %(limit)s MB."),
    "file_empty": _("The file is empty."),
    "files_too_many": _("At most %(most)s files fit here. Remove one first."),
    "no_room": _("The server has no room left for files. Tell its administrator."),
    "sprint_needs_project": _("“%(space)s” is not a project: sprints belong to projects."),
    "sprint_not_planned": _("“%(name)s” was started already."),
    "sprint_not_running": _("“%(name)s” is not running."),
    "sprint_not_closed": _("“%(name)s” is not closed."),
    "sprint_has_begun": _("“%(name)s” has begun: it can be closed, not removed."),
    "sprint_closed": _("“%(name)s” is closed. Open it again to change it."),
    "sprint_undated": _("Say when the sprint starts and ends before you start it."),
    "sprint_over": _("Its last day has passed. Choose a later one before you start it."),
    "sprint_empty": _("Nothing is in this sprint yet. Put work items into it first."),
    "sprint_too_long": _("A sprint lasts at most %(most)s days."),
    "retrospective_exists": _("This sprint has its retrospective already."),
    "retrospective_state": _("The retrospective is at “%(state)s”: this is not possible now."),
    "note_length": _("A note needs some words, at most %(most)s characters."),
    "notes_too_many": _("At most %(most)s notes a person."),
    "votes_spent": _("You have given your %(most)s votes. Take one back first."),
    "person_outside": _("%(name)s does not see this project. Give them access first."),
    "item_removed": _("%(key)s was removed."),
    "mention_unseen": _("%(who)s cannot see this. Give access first, or take the mention out."),
    "mention_unknown": _("Nobody here answers to one of these mentions."),
    "mentions_too_many": _("At most %(most)s people can be mentioned at once."),
    "not_watchable": _("This cannot be watched."),
    "snooze_past": _("Choose a moment that is still to come."),
    "hour_unknown": _("Hours go from 0 to 23."),
    "session_needed": _("Tokens are made and taken back by the person, not by another token."),
}


def refusal(code: str, params: dict[str, Any]) -> str:
    """The sentence for a refusal; an unknown code shows itself rather than nothing."""
    shown = dict(params)
    if isinstance(shown.get("path"), list):
        shown["path"] = " → ".join(p or str(_("an item that you cannot see")) for p in shown["path"])
    sentence = REFUSALS.get(code)
    return str(sentence) % shown if sentence else code

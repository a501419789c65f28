"""The English words behind the codes of readers: refusals, reasons for what is not taken over, notes.

Readers know no gettext: `_` only marks the strings for extraction, whoever shows one translates it.
"""


def _(text: str) -> str:
    return text


UNREADABLE: dict[str, str] = {
    "missing": _("There is no such file."),
    "empty": _("The file is empty."),
    "too_large": _("The file is larger than %(limit)s MB."),
    "not_read": _(
        "Tandem reads %(name)s files with the extra %(extra)s and Java, which are not installed here. Ask whoever runs Tandem, or open the file in "
        "%(tool)s, save it as XML (%(xml)s) and import that."
    ),
    "no_mpxj": _("Files of this kind are read by MPXJ and Java, which are not installed here. Save the plan as XML (MSPDI) and import that."),
    "mpxj_failed": _("MPXJ could not read the file (%(reason)s). Open it in the program that wrote it, save it as XML (MSPDI) and import that."),
    "old_excel": _(
        "This is an Excel 97-2003 workbook or another old Office file. Save it as .xlsx or CSV and import "
        "that."
    ),
    "binary": _("This is %(name)s, not an export of a tracker or a plan."),
    "zip": _("This is a ZIP file without a workbook in it. Unpack it and import the files inside."),
    "html": _("This is a web page, probably a sign-in page that was saved instead of the export."),
    "feed": _("This is an RSS feed, but not a Jira search export."),
    "xml_unknown": _("This XML starts with <%(root)s>, which no reader knows."),
    "xml_broken": _("The XML is broken: %(reason)s."),
    "xml_unsafe": _(
        "The XML declares entities or external references (%(reason)s). Such files are not read."
    ),
    "truncated": _("The file ends in the middle: it was probably cut off while it was saved or sent."),
    "json_broken": _("The JSON is broken: %(reason)s."),
    "json_unknown": _("This JSON is neither a Trello board nor a list of GitHub issues. Its first entries are: %(keys)s."),
    "trello_card": _(
        "This is the export of a single Trello card. Export the board: board menu, Print, export and "
        "share, JSON."
    ),
    "jira_json": _(
        "This is JSON from Jira's API, which is not read yet. Use the XML or the CSV export of a Jira search."
    ),
    "text_binary": _("The file contains binary data where text was expected."),
    "no_rows": _("The table has a header but no rows."),
    "no_table": _("No table was found: not one line has two columns."),
    "no_jira_key": _("The Jira CSV has no column with the key or the summary."),
    "csv_broken": _("The table cannot be read: %(reason)s."),
    "zip_bomb": _("The workbook unpacks to far more than its size (limit: %(limit)s). It is not read."),
    "zip_broken": _("The workbook is damaged: %(reason)s."),
    "too_many_rows": _("The sheet has more than %(limit)s rows or cells."),
    "no_sheet": _("The workbook has no sheet named %(name)s."),
    "question_open": _("A question must be answered first: %(question)s."),
    "wrong_format": _("The file is %(found)s, not %(wanted)s."),
    "mixed_formats": _("Several files can be read together only when all are Jira CSV."),
    "bad_mapping": _("The mapping does not fit the file: %(reason)s."),
    "malformed": _("The file has a value of a kind that no export of this format has: %(reason)s."),
    "too_much_memory": _("Reading the file took more than %(limit)s MB of memory. Split it and import the parts."),
    "too_much_time": _("Reading the file took more than %(limit)s minutes. Split it and import the parts."),
    "reader_died": _("The reader broke off while it read the file: %(reason)s."),
    "too_deep": _("The file is nested deeper than any real export."),
}

WHY_NOT_TAKEN: dict[str, str] = {
    "computed": _("computed by the source from other values; computed anew here"),
    "roll_up": _("a sum over sub-items; computed anew here"),
    "personal": _("what one person saw in the source, not part of the work"),
    "display": _("how the source shows things, not part of the work"),
    "no_place": _("there is no place for it yet"),
    "money": _("what work costs is computed here, from the rates of people and the time logged"),
    "cost_out_of_plan": _("the task is inactive or of another plan, so the plan does not count what it costs"),
    "custom_cost": _("amounts of money are only kept where not everybody reads them; this field has no such place"),
    "time_entries": _("single time entries are not taken over; the total is kept on the item"),
    "watchers": _("watchers are not taken over, so that nobody gets letters because of an import"),
    "not_contained": _("its bytes are not in the export, only its address"),
    "outside_parent": _("the parent is not in the file; its key is kept"),
    "outside_link": _("the other end is not in the file; its key is kept"),
    "dangling": _("it points to something that is not in the file"),
    "deleted": _("it belongs to an item that no longer exists in the source"),
    "board_event": _("an event of the source's own housekeeping"),
    "secret": _("a secret address that must not be copied"),
    "unreadable_date": _("the date could not be read"),
    "unreadable_number": _("the number could not be read"),
    "no_header": _("a value stands in a column without a name"),
    "footer": _("a line below the table, not a row of it"),
    "duplicate": _("the same item stood in the files before"),
    "no_title": _("a row without a key and without a title"),
    "empty_row": _("an empty row of the plan"),
    "project_summary": _("the row that stands for the whole plan"),
    "not_mapped": _("the column was left out in the mapping"),
    "timephased": _("work day by day; only its total and its gaps are kept"),
    "cross_project": _("it leads to another file"),
    "too_many": _("more occurrences than are kept"),
    "own_parent": _("an item cannot be its own parent"),
    "no_project": _("no project of the file belongs to it"),
    "no_issue": _("a pull request, not an issue"),
    "counted": _("counted on the entry; the text stays at the source"),
    "quoted": _("a link to a feature quotes the text that was here; it was kept"),
    "decided_here": _("the state was decided here, or follows a feature; it was kept"),
    "decided": _("it was decided or removed here; it was kept as it is"),
    "unreadable_amount": _("these are no amounts; write numbers with blanks between them, such as 120k 80k"),
    "unknown_word": _("this word is none of those that are known here"),
    "unknown_person": _("nobody here, or more than one, has this name"),
    "unreadable_email": _("this is no e-mail address"),
    "too_long": _("longer than an entry can be; its beginning was taken"),
    "other_sheet": _("only one sheet is read"),
}

NOTES: dict[str, str] = {
    "written_by_bots": _("%(count)s of them were written by programs, not by people; they came in all the same."),
    "categories_guessed": _(
        "Which states count as done or in progress was read off their names: %(states)s."
    ),
    "states_merged": _("Several lists have the name %(name)s and became one state."),
    "closed_lists": _("%(count)s open cards stand in closed lists; they came in as archived."),
    "history_capped": _("A Trello export holds at most 1,000 actions: older history is missing."),
    "parents_from_titles": _(
        "%(count)s sub-tasks carry the key of their parent at the start of the title; it was used."
    ),
    "part_of_more": _("The export holds %(count)s of %(total)s items."),
    "lenient_quotes": _("Some quotation marks in the table are not closed properly."),
    "date_order_from_file": _(
        "Numeric dates were read as %(order)s, because the file leaves no other reading."
    ),
    "mapping_suggested": _("The columns were recognised by their names; the mapping can be changed."),
    "through_mpxj": _("MPXJ has turned this %(name)s file into MS Project's XML; what is listed is said of that."),
    "states_from_progress": _("The source gives no states: they were derived from the progress."),
    "header_row": _("The header was found in row %(row)s."),
    "money_read_as": _("Costs were read as %(unit)s of %(currency)s; that can be changed."),
    "undecodable": _("%(count)s characters are of no known encoding; a mark stands in their place."),
    "year_alone": _("The reports only say the year %(year)s: they stand at its last day, unless you name another."),
    "recurrence_capped": _(
        "Recurring exceptions of the calendar %(name)s were kept for %(count)s occurrences."
    ),
}

"""`tandem work approve` and `reject`: moves that wait for one's yes or no."""

import click

from tandem.config.work_commands import showing
from tandem.config.work_commands.asking import Api, Row, clean
from tandem.config.work_commands.items import key_argument
from tandem.config.work_commands.words import _
from tandem.config.work_commands.writing import written


def _decide(key: str, reason: str, is_json: bool, *, is_yes: bool) -> None:
    api = Api()
    row = api.item(key)
    found = list(api.rows("move-requests/", most=1, item_id=row["id"], state="waiting"))
    if not found:
        raise click.ClickException(_("%(key)s waits for no approval.") % {"key": row["key"]})
    body: Row = {"is_yes": is_yes} | ({"reason": reason} if reason else {})
    made = written(api, f"move-requests/{found[0]['id']}/verdicts/", body, found[0] | {"key": row["key"]}, is_post=True)
    if is_json:
        showing.dump(made)
    elif made["state"] == "waiting":
        click.echo(_("Approved. Others are still asked."))
    else:
        showing.changed(api.item(key))


@click.command(help=_("Approve the move that a work item waits for."))
@key_argument
@click.option("--why", "reason", default="", help=_("Why; stays on record."))
@showing.as_json
def approve(key: str, reason: str, is_json: bool) -> None:
    _decide(key, reason, is_json, is_yes=True)


@click.command(help=_("Reject the move that a work item waits for, and say why."))
@key_argument
@click.argument("reason")
@showing.as_json
def reject(key: str, reason: str, is_json: bool) -> None:
    _decide(key, reason, is_json, is_yes=False)


@click.command(help=_("The moves that wait for your yes or no."))
@showing.as_json
def approvals(is_json: bool) -> None:
    api = Api()
    rows = list(api.rows("move-requests/", most=200, awaiting_me="true"))
    if is_json:
        showing.dump(rows)
        return
    if not rows:
        click.echo(_("Nothing waits for you."))
        return
    names = api.names({r["asked_by_id"] for r in rows})
    lines = []
    for row in rows:
        item, state = api.get(f"work-items/{row['item_id']}/"), api.get(f"states/{row['to_state_id']}/")
        lines.append((item["key"], state["name"], names[row["asked_by_id"]], row["created_at"][:10], item["title"]))
    showing.table((_("key"), _("into"), _("asked by"), _("since"), _("title")), [tuple(map(clean, line)) for line in lines])


COMMANDS = (approve, reject, approvals)

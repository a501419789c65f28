"""`tandem plan range`: when a plan ends as a range, what it rests on and what moves the end most."""

import click

from tandem.config.work_commands import showing
from tandem.config.work_commands.asking import Api, Row, clean, settled
from tandem.config.work_commands.words import _
from tandem.config.work_commands.writing import written

_PATIENCE = 180


@click.command("range", help=_("When everything open in a project, programme or portfolio is done, as a range: tandem plan range POR"))
@click.argument("key")
@click.option("--compute", is_flag=True, help=_("Compute it anew and wait for it."))
@showing.as_json
def range_(key: str, compute: bool, is_json: bool) -> None:
    api = Api()
    space = api.space(key)
    if compute:
        _wait(api, written(api, f"spaces/{space['id']}/plan-ranges/", {}, space, is_post=True))
    found = api.get(f"spaces/{space['id']}/plan-range/")
    if is_json:
        showing.dump(found)
    elif found["as_of"] is None:
        click.echo(_("Not computed yet; --compute computes it."))
    elif found["p80"] is None:
        click.echo(found["refusal"])
    else:
        _show(found)


def _show(found: Row) -> None:
    click.echo(f"P50 {found['p50']}  P80 {found['p80']}  P95 {found['p95']}")
    if found["chance"] is not None:
        click.echo(_("The planned end, %(day)s, is kept in %(percent)s %% of the trials.") % {"day": found["planned_end"], "percent": round(100 * found["chance"])})
    for line in found["rests_on"]:
        click.echo(clean(line))
    if found["drivers"]:
        click.echo("")
        head = (_("quickly"), _("slowly"), _("days"), _("critical"), _("work"))
        showing.table(head, [(one["short"], one["long"], f"{one['days']:.1f}", f"{round(100 * one['criticality'])} %", clean(one["title"]) or _("what you cannot see")) for one in found["drivers"]])


def _wait(api: Api, job: Row) -> None:
    job = settled(lambda: api.get(f"jobs/{job['id']}/"), lambda one: one["state"] not in ("waiting", "running"), _PATIENCE)
    if job["state"] != "done":
        raise click.ClickException(_("It was not computed in time: job %(id)s is %(state)s.") % {"id": job["id"], "state": job["state"]})

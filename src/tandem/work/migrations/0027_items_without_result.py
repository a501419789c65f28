"""Items that ended without a result in a state of finished work: of those that an import brought its resolution says so."""

from django.db import migrations, models

_NAMES = (
    r"\m(cancell?ed|rejected|declined|abandoned|obsolete|duplicated?|not planned|invalid|won'?t|wontfix|will not|incomplete"
    r"|not (an? )?(issue|bug|problem|defect|feasible|reproducible|applicable|done|needed|required)|(can ?not|can'?t|unable to) reproduce"
    r"|works (for me|as designed|as intended)|(by|as) design|auto[ -]?closed|withdrawn|gone away|later|remind|postponed|deferred|superseded|out of scope)\M"
    r"|取消|拒绝|不予|不做|不修复|无效|重复|废弃|作废|终止|不会|不再|不是|无法重现|无法复现|设计如此|外部原因|延期"
)


def mark(apps, schema_editor):
    rows = apps.get_model("work", "WorkItem").objects.filter(state__category="done", fields__has_key="Resolution")
    rows.filter(fields__Resolution__iregex=_NAMES).update(is_given_up=True)


class Migration(migrations.Migration):
    dependencies = [("work", "0026_close_without_result")]

    operations = [
        migrations.AddField("workitem", "is_given_up", models.BooleanField(default=False, verbose_name="closed without a result")),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]

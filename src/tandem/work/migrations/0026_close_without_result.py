"""States in which work ends without a result; those that a file brought are told by their names."""

from django.db import migrations, models

_NAMES = (
    r"\m(cancell?ed|rejected|declined|abandoned|obsolete|duplicated?|not planned|invalid|won'?t (do|fix)|wontfix|can(not|'t) reproduce|abgelehnt|verworfen"
    r"|abgebrochen|annul[eé]e?|geannuleerd|cancelado)\M"
    r"|取消|拒绝|不予|不做|不修复|无效|重复|废弃|作废|终止"
)


def mark(apps, schema_editor):
    apps.get_model("work", "State").objects.filter(category="done", name__iregex=_NAMES).update(is_given_up=True)


class Migration(migrations.Migration):
    dependencies = [("work", "0025_lock_weeks")]

    operations = [
        migrations.AddField("state", "is_given_up", models.BooleanField(default=False, verbose_name="closed without a result")),
        migrations.RunPython(mark, migrations.RunPython.noop),
        migrations.AddConstraint(
            "state", models.CheckConstraint(condition=models.Q(("is_given_up", False), ("category", "done"), _connector="OR"), name="given_up_is_over")
        ),
    ]

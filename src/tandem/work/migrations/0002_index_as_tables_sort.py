"""The table of all work items is read newest first, or by its due date: both from an index in exactly that order."""

from django.db import migrations, models

_PRESENT = models.Q(removed_at__isnull=True)


class Migration(migrations.Migration):
    dependencies = [("work", "0001_initial")]

    operations = [
        migrations.RemoveIndex("workitem", "item_recent"),
        migrations.RemoveIndex("workitem", "item_due"),
        migrations.AddIndex(
            "workitem",
            models.Index(models.F("updated_at").desc(nulls_last=True), models.F("id").asc(), name="item_recent", condition=_PRESENT),
        ),
        migrations.AddIndex("workitem", models.Index(fields=["due_on", "id"], name="item_due", condition=_PRESENT)),
    ]

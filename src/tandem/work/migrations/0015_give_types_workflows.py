import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("work", "0014_archive_items")]

    operations = [
        migrations.AddField(
            model_name="workitemtype",
            name="state_ids",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), blank=True, default=list, size=None, verbose_name="states"
            ),
        ),
        migrations.AddField(
            model_name="workitemtype",
            name="start",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="work.state", verbose_name="begins in"
            ),
        ),
    ]

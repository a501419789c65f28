"""The days on which equipment can be used."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("resources", "0007_keep_equipment"), ("work", "0030_lower_limit")]
    operations = [
        migrations.AddField(
            model_name="equipment", name="calendar",
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="work.workingcalendar", verbose_name="calendar"),
        ),
    ]  # fmt: skip

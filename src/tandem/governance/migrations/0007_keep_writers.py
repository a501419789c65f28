"""A change request keeps all who wrote any part of it, and of what it got stuck on no figures."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("governance", "0006_keep_packs")]

    operations = [
        migrations.AddField(
            model_name="changerequest",
            name="writers",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list, size=None),
        ),
        migrations.RunSQL("UPDATE governance_changerequest SET trouble = NULL WHERE trouble IS NOT NULL", migrations.RunSQL.noop),
    ]

"""What happened since a person last looked is a handful of rows: found by their moment, not by reading backwards."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("history", "0004_list_unsealed_events")]

    operations = [
        migrations.AddIndex("event", models.Index(fields=["occurred_at"], name="event_moment")),
    ]

import tandem.kit.clock
from django.db import migrations, models
from django.db.models import F


def since_recorded(apps, schema_editor):
    apps.get_model("resources", "Employment").objects.update(manager_since=F("created_at"))


class Migration(migrations.Migration):

    dependencies = [
        ("resources", "0002_book_people"),
    ]

    operations = [
        migrations.AddField(
            model_name="employment",
            name="manager_since",
            field=models.DateTimeField(default=tandem.kit.clock.now),
        ),
        migrations.RunPython(since_recorded, migrations.RunPython.noop),
    ]

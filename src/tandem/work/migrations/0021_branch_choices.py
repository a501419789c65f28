from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("work", "0020_archive_by_rule")]

    operations = [
        migrations.AddField(
            model_name="fielddefinition",
            name="depends_on",
            field=models.CharField(blank=True, default="", max_length=100, verbose_name="depends on"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="fielddefinition", name="branches", field=models.JSONField(blank=True, default=dict, verbose_name="choices by the first one")
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("automation", "0003_add_inlets")]

    operations = [
        migrations.AlterField(
            model_name="rulerun",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("waiting", "waits"),
                    ("done", "done"),
                    ("asked", "the move waits for an approval"),
                    ("unmatched", "the filter did not find it"),
                    ("refused", "not possible"),
                    ("too_deep", "stopped: rules set each other off"),
                    ("off", "the rule was switched off"),
                ],
                default="waiting",
                max_length=10,
            ),
        ),
    ]

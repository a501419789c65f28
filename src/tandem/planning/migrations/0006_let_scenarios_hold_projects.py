from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("planning", "0005_adopt_scenarios")]

    operations = [
        migrations.AddField(
            model_name="scenario",
            name="may_hold",
            field=models.BooleanField(default=False, verbose_name="running projects may be put on hold"),
        ),
    ]

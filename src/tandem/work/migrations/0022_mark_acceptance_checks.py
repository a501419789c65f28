from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("work", "0021_branch_choices"),
    ]

    operations = [
        migrations.AddField(
            model_name="checklistentry",
            name="is_acceptance",
            field=models.BooleanField(default=False, verbose_name="acceptance check"),
        ),
    ]

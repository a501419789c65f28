from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("planning", "0009_find_plan_conflicts")]

    operations = [
        migrations.AlterField(
            model_name="planconflict",
            name="kind",
            field=models.CharField(
                choices=[
                    ("promise", "Promise before the computed end"), ("project", "Project later than planned"), ("overload", "Person over capacity"),
                    ("drift", "Roadmap and project apart"), ("leaver", "Work after somebody's last day"),
                ],
                max_length=10,
            ),
        ),
    ]

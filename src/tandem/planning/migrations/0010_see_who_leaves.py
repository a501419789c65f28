import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("collaboration", "0001_initial"), ("planning", "0009_find_plan_conflicts")]

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
        migrations.AddField(
            model_name="planconflict",
            name="ways_job",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="collaboration.job"),
        ),
    ]

"""What a delay of a project weighs in the levelled plan."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portfolio", "0005_count_costs")]
    operations = [
        migrations.AddField(
            model_name="project",
            name="priority",
            field=models.PositiveSmallIntegerField(
                blank=True, choices=[(1, "Urgent"), (2, "High"), (3, "Medium"), (4, "Low")], null=True, verbose_name="priority"
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(("priority", None), ("priority__range", (1, 4)), _connector="OR"), name="project_priority_known"
            ),
        ),
    ]

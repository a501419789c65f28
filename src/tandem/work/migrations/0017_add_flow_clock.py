import django.db.models.deletion
from django.db import migrations, models

import tandem.kit.clock


class Migration(migrations.Migration):
    dependencies = [
        ("work", "0016_follow_workflows"),
    ]

    operations = [
        migrations.CreateModel(
            name="FlowClock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=tandem.kit.clock.now)),
                ("counts_working_days", models.BooleanField(default=False, verbose_name="counts working days")),
                ("space", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.space")),
                (
                    "start",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="work.state", verbose_name="starts in"
                    ),
                ),
                (
                    "stop",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="work.state", verbose_name="stops in"
                    ),
                ),
            ],
            options={"ordering": ["id"]},
        ),
        migrations.AddConstraint(model_name="flowclock", constraint=models.UniqueConstraint(fields=("space",), name="one_flow_clock_per_space")),
    ]

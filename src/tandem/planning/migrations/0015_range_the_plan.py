"""The range in which a plan ends."""

import django.db.models.deletion
from django.db import migrations, models

import tandem.kit.clock


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial"), ("planning", "0014_stamp_effort")]
    operations = [
        migrations.AlterField(
            model_name="run",
            name="kind",
            field=models.CharField(
                choices=[("forecast", "Forecast"), ("schedule", "Schedule"), ("level", "Levelled plan"), ("range", "Range of the plan")], max_length=10
            ),
        ),
        migrations.CreateModel(
            name="PlanRange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=tandem.kit.clock.now)),
                ("as_of", models.DateField()),
                ("p50", models.DateField(null=True)),
                ("p80", models.DateField(null=True)),
                ("p95", models.DateField(null=True)),
                ("refusal", models.JSONField(blank=True, default=dict)),
                ("detail", models.JSONField(blank=True, default=dict)),
                ("run", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="planning.run")),
                ("space", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.space")),
            ],
            options={"ordering": ["-id"], "indexes": [models.Index(fields=["space", "-id"], name="plan_range_of_space")]},
        ),
    ]

"""What the range of the plan would have said on the day of each past baseline."""

import django.db.models.deletion
from django.db import migrations, models

import tandem.kit.clock


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial"), ("planning", "0017_carry_requests"), ("work", "0030_lower_limit")]
    operations = [
        migrations.CreateModel(
            name="RangeCase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=tandem.kit.clock.now)),
                ("as_of", models.DateField()),
                ("items", models.PositiveIntegerField()),
                ("p50", models.DateField(null=True)),
                ("p80", models.DateField(null=True)),
                ("p95", models.DateField(null=True)),
                ("ended_on", models.DateField(null=True)),
                ("refusal", models.JSONField(blank=True, default=dict)),
                ("baseline", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="range_case", to="work.baseline")),
                ("space", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.space")),
            ],
            options={"ordering": ["as_of", "id"]},
        ),
    ]

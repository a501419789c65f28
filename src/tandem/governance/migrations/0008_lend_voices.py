"""Voices may be lent; a verdict keeps on which picture it was said, and a request what a newer picture shows otherwise."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tandem.kit.clock


class Migration(migrations.Migration):
    dependencies = [("governance", "0007_keep_writers"), ("people", "0001_initial"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.AddField("changerequest", "redrawn", models.JSONField(blank=True, null=True)),
        migrations.AddField("verdict", "picture", models.CharField(blank=True, max_length=64)),
        migrations.AddField(
            "verdict", "for_whom",
            models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="in the place of",
            ),
        ),
        migrations.CreateModel(
            name="Delegation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=tandem.kit.clock.now)),
                ("kinds", models.JSONField(blank=True, default=list, verbose_name="kinds of change")),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ends_on", models.DateField(verbose_name="until")),
                ("is_away_only", models.BooleanField(default=False, verbose_name="only while away")),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "delegate",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="delegate"),
                ),
                (
                    "giver",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="whose voice"),
                ),
                ("space", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.space")),
            ],
            options={"ordering": ["-id"]},
        ),
        migrations.AddField(
            "verdict", "delegation",
            models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="governance.delegation"),
        ),
        migrations.AddConstraint("verdict", models.UniqueConstraint(fields=("request", "round", "for_whom"), name="one_voice_is_lent_once")),
        migrations.AddConstraint(
            "verdict",
            models.CheckConstraint(
                condition=models.Q(("delegation", None), ("for_whom", None))
                | models.Q(("delegation__isnull", False), ("for_whom__isnull", False)), name="lent_voice_says_by_what",
            ),
        ),
        migrations.AddIndex("delegation", models.Index(fields=["giver", "ends_on"], name="delegation_giver")),
        migrations.AddConstraint(
            "delegation", models.CheckConstraint(condition=models.Q(("ends_on__gte", models.F("starts_on"))), name="delegation_ends_after_it_starts"),
        ),
        migrations.AddConstraint(
            "delegation", models.CheckConstraint(condition=~models.Q(("giver", models.F("delegate"))), name="nobody_stands_in_for_themselves"),
        ),
    ]

"""Industry packs that hold in projects, and what is said of their controls."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tandem.kit.clock


class Migration(migrations.Migration):
    dependencies = [
        ("governance", "0005_hold_meetings"),
        ("people", "0001_initial"),
        ("portfolio", "0006_rank_projects"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PackUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=tandem.kit.clock.now)),
                ("pack", models.SlugField(max_length=40, verbose_name="pack")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pack_uses",
                        to="portfolio.project",
                        verbose_name="project",
                    ),
                ),
                (
                    "space",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.space"
                    ),
                ),
            ],
            options={
                "ordering": ["project", "pack"],
            },
        ),
        migrations.CreateModel(
            name="ControlWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=tandem.kit.clock.now)),
                ("control", models.SlugField(max_length=40, verbose_name="control")),
                (
                    "state",
                    models.CharField(
                        choices=[("met", "Holds"), ("not_applicable", "Does not apply")],
                        max_length=14,
                        verbose_name="state",
                    ),
                ),
                ("evidence", models.CharField(max_length=500, verbose_name="evidence")),
                ("link", models.CharField(blank=True, max_length=500, verbose_name="link")),
                ("said_at", models.DateTimeField()),
                (
                    "said_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "space",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.space"
                    ),
                ),
                (
                    "pack_use",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="words",
                        to="governance.packuse",
                    ),
                ),
            ],
            options={
                "ordering": ["pack_use", "control"],
            },
        ),
        migrations.AddConstraint(
            model_name="packuse",
            constraint=models.UniqueConstraint(fields=("project", "pack"), name="one_pack_use"),
        ),
        migrations.AddConstraint(
            model_name="controlword",
            constraint=models.UniqueConstraint(fields=("pack_use", "control"), name="one_control_word"),
        ),
        migrations.AddConstraint(
            model_name="controlword",
            constraint=models.CheckConstraint(
                condition=models.Q(("evidence", ""), _negated=True), name="control_with_evidence"
            ),
        ),
    ]

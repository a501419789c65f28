import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tandem.kit.clock

_NOTES = (
    ("feature", "note_en", "note in English", 2000), ("feature", "note_zh", "note in Chinese", 2000),
    ("release", "notes_en", "introduction in English", 5000), ("release", "notes_zh", "introduction in Chinese", 5000),
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_initial"),
        ("product", "0007_measure_features"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *[
            migrations.AddField(model_name=model, name=name, field=models.TextField(blank=True, default="", max_length=most, verbose_name=words), preserve_default=False)
            for model, name, words, most in _NOTES
        ],
        migrations.AddField(model_name="release", name="notes_published_at", field=models.DateTimeField(blank=True, null=True)),
        migrations.CreateModel(
            name="ReleaseCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=tandem.kit.clock.now)),
                ("name", models.CharField(max_length=300, verbose_name="what must hold")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("passed", "Passed"), ("waived", "Waived")], default="open", max_length=8, verbose_name="state"
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("rank", models.FloatField(default=0)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="checks", to="product.release", verbose_name="release"
                    ),
                ),
                ("space", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.space")),
            ],
            options={"ordering": ["rank", "id"]},
        ),
        migrations.AddIndex(model_name="releasecheck", index=models.Index(fields=["release", "rank"], name="release_check_order")),
        migrations.AddConstraint(
            model_name="releasecheck",
            constraint=models.CheckConstraint(
                condition=models.Q(("decided_at", None), ("state", "open")) | (~models.Q(("state", "open")) & models.Q(("decided_at__isnull", False))),
                name="release_check_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="releasecheck",
            constraint=models.CheckConstraint(condition=~models.Q(("state", "waived")) | ~models.Q(("reason", "")), name="release_check_waived_with_reason"),
        ),
    ]

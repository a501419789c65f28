import django.db.models.deletion
from django.db import migrations, models

import tandem.kit.clock


class Migration(migrations.Migration):
    dependencies = [
        ("work", "0017_add_flow_clock"),
    ]

    operations = [
        migrations.CreateModel(
            name="LinkKind",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=tandem.kit.clock.now)),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("inverse", models.CharField(max_length=100, verbose_name="read backwards")),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                ("origin", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="followers", to="work.linkkind")),
                ("space", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.space")),
            ],
            options={
                "ordering": ["name", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("space", "name"), name="one_link_kind_per_name"),
                    models.UniqueConstraint(fields=("space", "origin"), name="one_following_link_kind_per_space"),
                ],
            },
        ),
        migrations.AlterField(
            model_name="link",
            name="kind",
            field=models.CharField(
                choices=[
                    ("FS", "Finish to start"), ("SS", "Start to start"), ("FF", "Finish to finish"), ("SF", "Start to finish"),
                    ("blocks", "Blocks"), ("relates", "Relates to"), ("duplicates", "Duplicates"), ("own", "Own kind"),
                ],
                max_length=12, verbose_name="kind",
            ),
        ),
        migrations.AddField(
            model_name="link",
            name="own_kind",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="work.linkkind", verbose_name="own kind"
            ),
        ),
        migrations.RemoveConstraint(model_name="link", name="one_link_of_a_kind"),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.UniqueConstraint(
                fields=("source", "target", "kind", "own_kind", "source_name"), name="one_link_of_a_kind", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("kind", "own"), ("own_kind__isnull", False)), models.Q(models.Q(("kind", "own"), _negated=True), ("own_kind", None)), _connector="OR"),
                name="own_link_has_its_kind",
            ),
        ),
    ]  # fmt: skip

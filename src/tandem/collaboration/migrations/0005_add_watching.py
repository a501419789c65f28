import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tandem.collaboration.models.notification_rules
import tandem.kit.clock

WHY = [
    ("by_hand", "you chose to watch it"), ("reported", "you created it"), ("assigned", "it was given to you"),
    ("promised", "you gave a promise about it"),
    ("commented", "you commented on it"), ("mentioned", "you were mentioned in it"),
]  # fmt: skip
SCOPED = [
    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
    ("version", models.PositiveIntegerField(default=1)),
    ("created_at", models.DateTimeField(default=tandem.kit.clock.now)),
]
SPACE = ("space", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.space"))


def user(related_name):
    return ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name=related_name, to=settings.AUTH_USER_MODEL))


class Migration(migrations.Migration):

    dependencies = [
        ("collaboration", "0004_add_default_view"),
        ("history", "0005_index_the_moment"),
        ("people", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Watch",
            fields=[
                *SCOPED,
                ("subject_kind", models.CharField(max_length=60)),
                ("subject_id", models.BigIntegerField()),
                ("why", models.CharField(choices=WHY, default="by_hand", max_length=10)),
                ("left_at", models.DateTimeField(blank=True, null=True)),
                SPACE,
                user("watches"),
            ],
            options={
                "ordering": ["id"],
                "indexes": [models.Index(fields=["user", "subject_kind"], name="watch_user")],
                "constraints": [models.UniqueConstraint(fields=("subject_kind", "subject_id", "user"), name="one_watch_per_person")],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                *SCOPED,
                ("kind", models.CharField(choices=[
                    ("mentioned", "I am mentioned"), ("assigned", "Something is given to me"), ("comment", "A comment on what I watch"),
                    ("state", "A new state of what I watch"), ("promise", "A promise slips or is revised"),
                    ("due", "My work is due or overdue"), ("job", "A job or import of mine ends"),
                    ("change", "Any other change of what I watch"),
                ], max_length=10)),
                ("subject_kind", models.CharField(max_length=60)),
                ("subject_id", models.BigIntegerField()),
                ("mark", models.CharField(max_length=120)),
                ("facts", models.JSONField(blank=True, default=dict)),
                ("why", models.CharField(blank=True, choices=[*WHY, ("space", "you watch its space")], max_length=10)),
                ("happened_at", models.DateTimeField(default=tandem.kit.clock.now)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("snoozed_until", models.DateTimeField(blank=True, null=True)),
                ("mail", models.CharField(
                    blank=True, choices=[("", "no letter"), ("at_once", "at once"), ("digest", "digest")], default="", max_length=8
                )),
                ("mailed_at", models.DateTimeField(blank=True, null=True)),
                ("event", models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="history.event"
                )),
                SPACE,
                user("notifications"),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["user", "-id"], name="notification_user"),
                    models.Index(condition=models.Q(("done_at", None)), fields=["user", "-id"], name="notification_open"),
                    models.Index(
                        condition=models.Q(("mailed_at", None), models.Q(("mail", ""), _negated=True)),
                        fields=["mail", "user"], name="notification_mail",
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("user", "mark"), name="told_once")],
            },
        ),
        migrations.CreateModel(
            name="Told",
            fields=[SCOPED[0], ("sequence", models.BigIntegerField(default=0))],
        ),
        migrations.CreateModel(
            name="NotificationRules",
            fields=[
                ("user", models.OneToOneField(
                    on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="notification_rules",
                    serialize=False, to=settings.AUTH_USER_MODEL,
                )),
                ("ways", models.JSONField(blank=True, default=dict)),
                ("has_mail", models.BooleanField(default=True, verbose_name="letters")),
                ("quiet_from", models.PositiveSmallIntegerField(default=20, verbose_name="quiet from")),
                ("quiet_until", models.PositiveSmallIntegerField(default=7, verbose_name="quiet until")),
                ("digest_hour", models.PositiveSmallIntegerField(default=8, verbose_name="hour of the digest")),
                ("digest_days", django.contrib.postgres.fields.ArrayField(
                    base_field=models.PositiveSmallIntegerField(), blank=True,
                    default=tandem.collaboration.models.notification_rules._workdays, size=None, verbose_name="days of the digest",
                )),
                ("digest_on", models.DateField(blank=True, editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "verbose_name": "notification rules",
                "constraints": [models.CheckConstraint(
                    condition=models.Q(("digest_hour__lte", 23), ("quiet_from__lte", 23), ("quiet_until__lte", 23)),
                    name="hours_of_a_day",
                )],
            },
        ),
        migrations.CreateModel(
            name="Reaction",
            fields=[
                SCOPED[0],
                ("kind", models.CharField(choices=[("agreed", "Agreed"), ("thanks", "Thanks"), ("seen", "Seen")], max_length=8)),
                ("comment", models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="reactions", to="collaboration.comment"
                )),
                user("+"),
            ],
            options={
                "ordering": ["id"],
                "constraints": [models.UniqueConstraint(fields=("comment", "kind", "user"), name="one_reaction_of_a_kind")],
            },
        ),
    ]

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tandem.kit.clock


class Migration(migrations.Migration):
    dependencies = [
        ("collaboration", "0006_add_feed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=tandem.kit.clock.now)),
                (
                    "weekdays",
                    django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), size=None, verbose_name="days"),
                ),
                ("hour", models.PositiveSmallIntegerField(default=8, verbose_name="hour")),
                ("sent_on", models.DateField(blank=True, editable=False, null=True)),
                ("space", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.space")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
                (
                    "view",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="subscriptions", to="collaboration.savedview", verbose_name="view"
                    ),
                ),
            ],
            options={"ordering": ["id"]},
        ),
        migrations.AddConstraint(
            model_name="subscription", constraint=models.UniqueConstraint(fields=("user", "view"), name="one_subscription_per_view")
        ),
        migrations.AddConstraint(
            model_name="subscription", constraint=models.CheckConstraint(condition=models.Q(("hour__lte", 23)), name="subscription_at_an_hour")
        ),
    ]

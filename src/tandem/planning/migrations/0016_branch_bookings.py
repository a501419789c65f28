"""A plan scenario knows bookings, shares of items and priorities of projects."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("planning", "0015_range_the_plan")]
    operations = [
        migrations.RemoveConstraint(model_name="planchange", name="one_change_of_a_thing"),
        migrations.AlterField(
            model_name="planchange",
            name="kind",
            field=models.CharField(
                choices=[
                    ("item", "Work item changed"), ("add", "Work item added"), ("drop", "Work item dropped"), ("project", "Project changed"), ("away", "Person away"),
                    ("book", "Booking added"), ("booking", "Booking changed"), ("unbook", "Booking taken out"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="planchange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind__in", ("item", "drop", "project", "booking", "unbook"))), fields=("scenario", "kind", "subject"), name="one_change_of_a_thing"
            ),
        ),
    ]

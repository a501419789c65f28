"""A plan scenario may be the content of a change request, and changes promises, the roadmap and money then."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("planning", "0016_branch_bookings")]
    operations = [
        migrations.RemoveConstraint(model_name="planchange", name="one_change_of_a_thing"),
        migrations.AlterField(
            model_name="planchange",
            name="kind",
            field=models.CharField(
                choices=[
                    ("item", "Work item changed"), ("add", "Work item added"), ("drop", "Work item dropped"), ("project", "Project changed"), ("away", "Person away"),
                    ("book", "Booking added"), ("booking", "Booking changed"), ("unbook", "Booking taken out"), ("promise", "Promise revised"),
                    ("feature", "Feature on the roadmap moved"), ("release", "Release moved"), ("cost", "Cost added"), ("budget", "Budget changed"), ("transfer", "Budget moved"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="planscenario",
            name="state",
            field=models.CharField(
                choices=[("open", "Open"), ("asked", "In a change request"), ("merged", "Merged"), ("discarded", "Discarded")],
                default="open", max_length=10, verbose_name="state",
            ),
        ),
        migrations.AddConstraint(
            model_name="planchange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind__in", ("item", "drop", "project", "booking", "unbook", "promise", "feature", "release"))),
                fields=("scenario", "kind", "subject"), name="one_change_of_a_thing",
            ),
        ),
    ]

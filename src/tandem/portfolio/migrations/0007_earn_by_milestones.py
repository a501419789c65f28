"""When the value of work counts as earned."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portfolio", "0006_rank_projects")]
    operations = [
        migrations.AddField(
            model_name="project",
            name="earning",
            field=models.CharField(
                choices=[("percent", "As far as it is complete"), ("finished", "Only when it is done"), ("milestones", "With the milestones reached")],
                default="percent",
                max_length=10,
                verbose_name="value is earned",
            ),
        ),
    ]

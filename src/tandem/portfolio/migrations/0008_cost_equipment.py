"""Equipment and material as a kind of cost."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portfolio", "0007_earn_by_milestones")]
    operations = [
        migrations.AlterField(
            model_name="costline",
            name="kind",
            field=models.CharField(
                choices=[("labour", "Labour"), ("purchase", "Purchase"), ("travel", "Travel"), ("equipment", "Equipment and material"), ("other", "Other")],
                default="purchase",
                max_length=10,
                verbose_name="kind of cost",
            ),
        ),
    ]

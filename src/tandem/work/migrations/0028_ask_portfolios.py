"""What is sent to a portfolio becomes a proposal."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portfolio", "0005_count_costs"), ("work", "0027_items_without_result")]

    operations = [
        migrations.AddField(
            "submission",
            "proposal",
            models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="portfolio.proposal"
            ),
        ),
    ]

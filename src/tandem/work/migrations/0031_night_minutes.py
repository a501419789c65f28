"""What of logged time lay at night, where a clock measured it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("work", "0030_lower_limit")]
    operations = [migrations.AddField(model_name="timeentry", name="night_minutes", field=models.PositiveSmallIntegerField(blank=True, editable=False, null=True))]

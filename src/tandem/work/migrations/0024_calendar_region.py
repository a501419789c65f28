from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("work", "0023_board_layouts"),
    ]

    operations = [
        migrations.AddField(
            model_name="workingcalendar",
            name="region",
            field=models.CharField(blank=True, max_length=10, verbose_name="region"),
        ),
    ]

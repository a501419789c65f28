from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("planning", "0006_let_scenarios_hold_projects"),
    ]

    operations = [
        migrations.AddField(
            model_name='adoption',
            name='decided',
            field=models.JSONField(blank=True, default=dict),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('planning', '0005_adopt_scenarios'),
    ]

    operations = [
        migrations.AddField(
            model_name='adoption',
            name='decided',
            field=models.JSONField(blank=True, default=dict),
        ),
    ]

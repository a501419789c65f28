"""Finished work may be put away."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('work', '0013_ask_for_approval')]

    operations = [
        migrations.AddField('workitem', 'archived_at', models.DateTimeField(blank=True, null=True, verbose_name='archived')),
    ]

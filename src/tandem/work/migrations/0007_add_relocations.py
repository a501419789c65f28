"""A work item that lives on in another space."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('work', '0006_add_checklists'),
    ]

    operations = [
        migrations.AddField(
            model_name='workitem',
            name='moved_to',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='moved_from', to='work.workitem'),
        ),
    ]

"""Checklists of work items."""

import django.db.models.deletion
import tandem.kit.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0001_initial'),
        ('work', '0005_add_retrospectives'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ChecklistEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(default=tandem.kit.clock.now)),
                ('text', models.CharField(max_length=500, verbose_name='text')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='due')),
                ('is_done', models.BooleanField(default=False, verbose_name='done')),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('rank', models.FloatField(default=0)),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('became', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='work.workitem')),
                ('done_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='checklist', to='work.workitem', verbose_name='work item')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('space', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.space')),
            ],
            options={
                'ordering': ['rank', 'id'],
                'indexes': [models.Index(condition=models.Q(('removed_at__isnull', True)), fields=['item', 'rank'], name='checklist_item')],
            },
        ),
    ]

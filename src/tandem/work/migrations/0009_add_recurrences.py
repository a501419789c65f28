"""Templates of work items, and the rules by which they recur."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import tandem.kit.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0001_initial'),
        ('work', '0008_add_intake'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ItemTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(default=tandem.kit.clock.now)),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('title', models.CharField(max_length=1000, verbose_name='title')),
                ('description', models.TextField(blank=True, max_length=100000, verbose_name='description')),
                ('priority', models.PositiveSmallIntegerField(blank=True, choices=[(1, 'Urgent'), (2, 'High'), (3, 'Medium'), (4, 'Low')], null=True, verbose_name='priority')),
                ('labels', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), blank=True, default=list, size=None, verbose_name='labels')),
                ('estimate_points', models.FloatField(blank=True, null=True, verbose_name='points')),
                ('estimate_minutes', models.PositiveIntegerField(blank=True, null=True, verbose_name='estimate')),
                ('checklist', models.TextField(blank=True, max_length=20000, verbose_name='checklist')),
                ('space', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.space')),
                ('type', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='work.workitemtype', verbose_name='type')),
            ],
            options={
                'ordering': ['name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Recurrence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(default=tandem.kit.clock.now)),
                ('rule', models.CharField(max_length=200, verbose_name='rule')),
                ('starts_on', models.DateField(verbose_name='starts')),
                ('due_after', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(365)], verbose_name='due after days')),
                ('state', models.CharField(choices=[('active', 'Running'), ('paused', 'Paused'), ('ended', 'Ended')], default='active', max_length=10, verbose_name='state')),
                ('last_on', models.DateField(blank=True, null=True)),
                ('problem', models.CharField(blank=True, max_length=60)),
                ('assignee', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='assignee')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('space', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.space')),
                ('template', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recurrences', to='work.itemtemplate', verbose_name='template')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Recurred',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField()),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='work.workitem')),
                ('recurrence', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='made', to='work.recurrence')),
            ],
            options={
                'ordering': ['-on'],
            },
        ),
        migrations.AddConstraint(
            model_name='itemtemplate',
            constraint=models.UniqueConstraint(fields=('space', 'name'), name='one_template_per_name'),
        ),
        migrations.AddIndex(
            model_name='recurrence',
            index=models.Index(fields=['state'], name='recurrence_state'),
        ),
        migrations.AddConstraint(
            model_name='recurred',
            constraint=models.UniqueConstraint(fields=('recurrence', 'on'), name='one_item_per_date'),
        ),
    ]

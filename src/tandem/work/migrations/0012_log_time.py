"""Time logged on work items, its sum beside the estimate, and what is left."""

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import tandem.kit.clock
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Greatest


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0001_initial'),
        ('work', '0011_compute_fields'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='TimeEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(default=tandem.kit.clock.now)),
                ('day', models.DateField(verbose_name='day')),
                ('minutes', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1440)], verbose_name='time spent')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='note')),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='time_entries', to='work.workitem', verbose_name='work item')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('space', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.space')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'ordering': ['-day', '-id'],
                'indexes': [
                    models.Index(condition=models.Q(('removed_at__isnull', True)), fields=['item', '-day'], name='time_item'),
                    models.Index(condition=models.Q(('removed_at__isnull', True)), fields=['user', 'day'], name='time_user'),
                ],
                'constraints': [models.CheckConstraint(condition=models.Q(('minutes__gte', 1), ('minutes__lte', 1440)), name='time_within_a_day')],
            },
        ),
        migrations.AddField('workitem', 'entered_minutes', models.IntegerField(default=0, editable=False)),
        migrations.AddField('workitem', 'expected_minutes', models.IntegerField(blank=True, null=True, verbose_name='expected in all')),
        migrations.AddField(
            'workitem', 'logged_minutes',
            models.GeneratedField(
                db_persist=True, expression=F('entered_minutes') + Coalesce(F('spent_minutes'), Value(0)),
                output_field=models.IntegerField(), verbose_name='time logged',
            ),
        ),
        migrations.AddField(
            'workitem', 'remaining_minutes',
            models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(
                        Q(('expected_minutes__isnull', False)) | Q(('estimate_minutes__isnull', False)),
                        then=Greatest(
                            Value(0),
                            Coalesce(F('expected_minutes'), F('estimate_minutes')) - F('entered_minutes') - Coalesce(F('spent_minutes'), Value(0)),
                        ),
                    ),
                    default=Value(None),
                ),
                output_field=models.IntegerField(), verbose_name='time left',
            ),
        ),
    ]

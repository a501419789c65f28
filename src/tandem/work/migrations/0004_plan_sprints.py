"""Sprints are planned: when they really ran, who is in them, and every change of what they hold. What stands in a sprint
already has come there at a moment that nobody noted."""

import django.core.validators
import django.db.models.deletion
import tandem.kit.clock
from django.conf import settings
from django.db import migrations, models


_BACKFILL = """
INSERT INTO work_sprintchange (space_id, sprint_id, item_id, is_added, is_dated, points, at)
SELECT s.space_id, s.id, i.id, TRUE, FALSE, i.estimate_points, COALESCE(s.starts_at, s.created_at)
FROM work_workitem_sprints t JOIN work_sprint s ON s.id = t.sprint_id JOIN work_workitem i ON i.id = t.workitem_id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0001_initial'),
        ('work', '0003_limit_work'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SprintChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_added', models.BooleanField()),
                ('is_dated', models.BooleanField(default=True)),
                ('points', models.FloatField(null=True)),
                ('at', models.DateTimeField(default=tandem.kit.clock.now)),
            ],
            options={
                'ordering': ['at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='SprintMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('share', models.PositiveSmallIntegerField(default=100, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)], verbose_name='share')),
                ('days_off', models.FloatField(default=0, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(366)], verbose_name='days off')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.AddField(
            model_name='sprint',
            name='closed_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='closed'),
        ),
        migrations.AddField(
            model_name='sprint',
            name='is_goal_met',
            field=models.BooleanField(blank=True, null=True, verbose_name='goal met'),
        ),
        migrations.AddField(
            model_name='sprint',
            name='review',
            field=models.TextField(blank=True, verbose_name='review'),
        ),
        migrations.AddField(
            model_name='sprint',
            name='started_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='started'),
        ),
        migrations.AlterField(
            model_name='sprint',
            name='ends_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='ends'),
        ),
        migrations.AlterField(
            model_name='sprint',
            name='starts_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='starts'),
        ),
        migrations.AddIndex(
            model_name='sprint',
            index=models.Index(fields=['space', 'state', 'starts_at'], name='sprint_of_space'),
        ),
        migrations.AddField(
            model_name='sprintchange',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='sprintchange',
            name='carried_from',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='work.sprint'),
        ),
        migrations.AddField(
            model_name='sprintchange',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sprint_changes', to='work.workitem'),
        ),
        migrations.AddField(
            model_name='sprintchange',
            name='space',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.space'),
        ),
        migrations.AddField(
            model_name='sprintchange',
            name='sprint',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scope_changes', to='work.sprint'),
        ),
        migrations.AddField(
            model_name='sprintmember',
            name='sprint',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='work.sprint'),
        ),
        migrations.AddField(
            model_name='sprintmember',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='sprintchange',
            index=models.Index(fields=['sprint', 'at'], name='sprint_change_sprint'),
        ),
        migrations.AddConstraint(
            model_name='sprintmember',
            constraint=models.UniqueConstraint(fields=('sprint', 'user'), name='one_place_in_a_sprint'),
        ),
        migrations.RunSQL(_BACKFILL, migrations.RunSQL.noop),
    ]

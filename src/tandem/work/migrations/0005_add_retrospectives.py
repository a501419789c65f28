"""Retrospectives: notes, votes and what was agreed."""

import django.db.models.deletion
import tandem.kit.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0001_initial'),
        ('work', '0004_plan_sprints'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Retrospective',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(default=tandem.kit.clock.now)),
                ('format', models.CharField(choices=[('start_stop', 'Start, stop, continue'), ('four_ls', 'Liked, learned, lacked, longed for'), ('mad_sad_glad', 'Mad, sad, glad')], default='start_stop', max_length=20, verbose_name='format')),
                ('state', models.CharField(choices=[('writing', 'Writing'), ('shown', 'Grouping and voting'), ('closed', 'Closed')], default='writing', max_length=10, verbose_name='state')),
                ('space', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.space')),
                ('sprint', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='retrospective', to='work.sprint')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='RetrospectiveAction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='work.workitem')),
                ('retrospective', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='actions', to='work.retrospective')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='RetrospectiveNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('column', models.CharField(max_length=20)),
                ('text', models.TextField(max_length=1000, verbose_name='note')),
                ('created_at', models.DateTimeField(default=tandem.kit.clock.now)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='alike', to='work.retrospectivenote')),
                ('retrospective', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='work.retrospective')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='RetrospectiveVote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('note', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='votes', to='work.retrospectivenote')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('note', 'user'), name='one_vote_per_note')],
            },
        ),
    ]

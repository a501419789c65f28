"""Moves that others approve."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import tandem.kit.clock
from django.conf import settings
from django.db import migrations, models

ROLES = [
    ('administrator', 'Administrator'), ('pmo_lead', 'PMO lead'), ('portfolio_manager', 'Portfolio manager'), ('project_manager', 'Project manager'),
    ('product_manager', 'Product manager'), ('member', 'Team member'), ('executive', 'Executive'), ('stakeholder', 'Stakeholder'), ('auditor', 'Auditor'),
]


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0001_initial'),
        ('work', '0012_log_time'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField('transition', 'approvals', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(9)], verbose_name='approvals')),
        migrations.AddField('transition', 'approver_roles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=ROLES, max_length=20), blank=True, default=list, size=None, verbose_name='roles that approve')),
        migrations.AddField('transition', 'approvers', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list, size=None, verbose_name='people who approve')),
        migrations.CreateModel(
            name='MoveRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(default=tandem.kit.clock.now)),
                ('state', models.CharField(choices=[('waiting', 'Waits for approval'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('withdrawn', 'Withdrawn'), ('lapsed', 'Lapsed')], default='waiting', max_length=10)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('from_state', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='work.state', verbose_name='from state')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='move_requests', to='work.workitem', verbose_name='work item')),
                ('space', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.space')),
                ('to_state', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='work.state', verbose_name='to state')),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['space'], name='move_request_waiting')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('item',), name='one_waiting_move_per_item')],
            },
        ),
        migrations.CreateModel(
            name='MoveVerdict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_yes', models.BooleanField()),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='verdicts', to='work.moverequest')),
            ],
            options={'ordering': ['id'], 'constraints': [models.UniqueConstraint(fields=('request', 'by'), name='one_verdict_per_person')]},
        ),
    ]

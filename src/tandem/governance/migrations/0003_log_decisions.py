"""What was decided has a log."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tandem.kit.clock


class Migration(migrations.Migration):

    dependencies = [
        ('governance', '0002_ask_for_changes'),
        ('people', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(default=tandem.kit.clock.now)),
                ('question', models.CharField(max_length=300, verbose_name='question')),
                ('context', models.TextField(blank=True, max_length=5000, verbose_name='what it is about')),
                ('options', models.JSONField(blank=True, default=list, verbose_name='options')),
                ('criteria', models.TextField(blank=True, max_length=2000, verbose_name='by what it is decided')),
                ('evidence', models.TextField(blank=True, max_length=5000, verbose_name='evidence')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='to be decided by')),
                ('state', models.CharField(choices=[('open', 'Open'), ('decided', 'Decided'), ('replaced', 'Replaced')], default='open', max_length=8, verbose_name='state')),
                ('chosen', models.CharField(blank=True, max_length=300, verbose_name='chosen')),
                ('why', models.TextField(blank=True, max_length=5000, verbose_name='why')),
                ('effect', models.TextField(blank=True, max_length=2000, verbose_name='what it changes')),
                ('decided_on', models.DateField(blank=True, null=True, verbose_name='decided on')),
                ('revisit_on', models.DateField(blank=True, null=True, verbose_name='looked at again on')),
                ('change_request', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decision', to='governance.changerequest', verbose_name='change request')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who decides')),
                ('replaced_by', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaces', to='governance.decision', verbose_name='replaced by')),
                ('space', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.space')),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['space', 'state'], name='decision_state')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state', 'open'), models.Q(models.Q(('chosen', ''), _negated=True), models.Q(('why', ''), _negated=True), ('decided_on__isnull', False)), _connector='OR'), name='decision_says_what_and_why'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'replaced'), _negated=True), ('replaced_by__isnull', False), _connector='OR'), name='replaced_decision_has_another')],
            },
        ),
    ]

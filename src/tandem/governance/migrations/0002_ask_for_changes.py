"""Changes are asked for, and both sides say what they think."""

import django.core.validators
import django.db.models.deletion
import tandem.kit.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('governance', '0001_keep_risks'),
        ('people', '0001_initial'),
        ('planning', '0017_carry_requests'),
        ('product', '0011_weigh_votes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ChangeRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(default=tandem.kit.clock.now)),
                ('title', models.CharField(max_length=200, verbose_name='change request')),
                ('reason', models.TextField(max_length=5000, verbose_name='why it is needed')),
                ('source', models.CharField(choices=[('team', 'The team'), ('customer', 'A customer'), ('conflict', 'A conflict of the plan'), ('promise', 'A promise'), ('law', 'Law and rules'), ('other', 'Other')], default='team', max_length=10, verbose_name='comes from')),
                ('state', models.CharField(choices=[('draft', 'Being written'), ('submitted', 'Waits for both sides'), ('returned', 'A way out is asked for'), ('applied', 'Accepted and carried out'), ('urgent', 'Carried out, approval due'), ('rejected', 'Rejected'), ('withdrawn', 'Withdrawn')], default='draft', max_length=10, verbose_name='state')),
                ('round', models.PositiveIntegerField(default=0)),
                ('asked_at', models.DateTimeField(blank=True, null=True)),
                ('submitted_at', models.DateTimeField(blank=True, null=True)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('answer', models.TextField(blank=True, max_length=2000, verbose_name='answer')),
                ('trouble', models.JSONField(blank=True, null=True)),
                ('applied_at', models.DateTimeField(blank=True, null=True)),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='approval due')),
                ('run', models.UUIDField(blank=True, null=True)),
                ('applied_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('conflict', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='planning.planconflict')),
                ('promise', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='product.promise', verbose_name='promise')),
                ('scenario', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='planning.planscenario')),
                ('space', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.space')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Verdict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(default=tandem.kit.clock.now)),
                ('round', models.PositiveIntegerField()),
                ('side', models.CharField(choices=[('product', 'Product side'), ('pmo', 'PMO side')], max_length=8, verbose_name='side')),
                ('voice', models.PositiveSmallIntegerField(default=1)),
                ('answer', models.CharField(choices=[('yes', 'Yes'), ('no', 'No'), ('revise', 'Asks for a way out')], max_length=8, verbose_name='verdict')),
                ('reason', models.TextField(blank=True, max_length=2000, verbose_name='reason')),
                ('digest', models.CharField(max_length=64)),
                ('asked_at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='verdicts', to='governance.changerequest')),
                ('space', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.space')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='ApprovalRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(default=tandem.kit.clock.now)),
                ('rank', models.PositiveSmallIntegerField(verbose_name='place in the table')),
                ('kinds', models.JSONField(blank=True, default=list, verbose_name='kinds of change')),
                ('days_most', models.PositiveIntegerField(blank=True, null=True, verbose_name='days at most')),
                ('money_most', models.PositiveIntegerField(blank=True, null=True, verbose_name='money at most')),
                ('currency', models.CharField(choices=[('EUR', 'EUR'), ('USD', 'USD'), ('GBP', 'GBP'), ('CNY', 'CNY'), ('CHF', 'CHF'), ('JPY', 'JPY'), ('CAD', 'CAD'), ('AUD', 'AUD'), ('SEK', 'SEK'), ('INR', 'INR'), ('SGD', 'SGD'), ('BRL', 'BRL')], default='EUR', max_length=3, verbose_name='currency')),
                ('product_voices', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(5)], verbose_name='voices of the product side')),
                ('pmo_voices', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(5)], verbose_name='voices of the PMO side')),
                ('space', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.space')),
            ],
            options={
                'ordering': ['space', 'rank'],
                'constraints': [models.UniqueConstraint(fields=('space', 'rank'), name='one_approval_rule_per_place'), models.CheckConstraint(condition=models.Q(('product_voices__gt', 0), ('pmo_voices__gt', 0), _connector='OR'), name='somebody_approves')],
            },
        ),
        migrations.AddIndex(
            model_name='changerequest',
            index=models.Index(fields=['space', 'state'], name='change_request_state'),
        ),
        migrations.AddConstraint(
            model_name='changerequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'applied'), _negated=True), ('applied_at__isnull', False), _connector='OR'), name='applied_change_has_its_day'),
        ),
        migrations.AddConstraint(
            model_name='changerequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('rejected', 'withdrawn', 'returned')), _negated=True), models.Q(('answer', ''), _negated=True), _connector='OR'), name='change_keeps_its_reason'),
        ),
        migrations.AddConstraint(
            model_name='verdict',
            constraint=models.UniqueConstraint(fields=('request', 'round', 'side', 'voice'), name='one_verdict_per_side'),
        ),
        migrations.AddConstraint(
            model_name='verdict',
            constraint=models.UniqueConstraint(fields=('request', 'round', 'by'), name='one_side_per_person'),
        ),
        migrations.AddConstraint(
            model_name='verdict',
            constraint=models.CheckConstraint(condition=models.Q(('answer', 'yes'), models.Q(('reason', ''), _negated=True), _connector='OR'), name='verdict_says_why'),
        ),
    ]

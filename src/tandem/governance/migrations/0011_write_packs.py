"""Industry packs of the organisation's own, in versions that the database lets nobody change."""

import django.db.models.deletion
import tandem.kit.clock
from django.conf import settings
from django.db import migrations, models


STAND = """
CREATE FUNCTION governance_pack_version_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'version % of pack % is written', OLD.number, OLD.pack_id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER governance_pack_version_stands BEFORE UPDATE ON governance_packversion
    FOR EACH ROW WHEN ((NEW.content, NEW.number, NEW.pack_id, NEW.note, NEW.by_id) IS DISTINCT FROM (OLD.content, OLD.number, OLD.pack_id, OLD.note, OLD.by_id))
    EXECUTE FUNCTION governance_pack_version_stands();
"""
FALL = """
DROP TRIGGER governance_pack_version_stands ON governance_packversion;
DROP FUNCTION governance_pack_version_stands();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('governance', '0010_void_verdicts'),
        ('people', '0002_scope_calendars'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Pack',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(default=tandem.kit.clock.now)),
                ('name', models.CharField(max_length=120, verbose_name='pack')),
                ('description', models.TextField(blank=True, verbose_name='description')),
                ('space', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.space')),
            ],
            options={
                'ordering': ['name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='PackVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(default=tandem.kit.clock.now)),
                ('number', models.PositiveSmallIntegerField(verbose_name='version')),
                ('content', models.JSONField(verbose_name='content')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='what is new')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('pack', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='governance.pack', verbose_name='industry pack')),
                ('space', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.space')),
            ],
            options={
                'ordering': ['pack', '-number'],
            },
        ),
        migrations.AddField(
            model_name='packuse',
            name='pack_version',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='governance.packversion', verbose_name='version of the pack'),
        ),
        migrations.AddConstraint(
            model_name='pack',
            constraint=models.UniqueConstraint(fields=('space', 'name'), name='one_pack_name'),
        ),
        migrations.AddConstraint(
            model_name='packversion',
            constraint=models.UniqueConstraint(fields=('pack', 'number'), name='one_pack_version'),
        ),
        migrations.RunSQL(STAND, FALL),
    ]

"""Every change of effort leaves a new stamp: triggers see to it, whatever makes the change."""

from django.db import migrations, models

STAMP = """
CREATE FUNCTION planning_stamp_effort() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        INSERT INTO planning_effortstamp (slot, stamp) VALUES (0, gen_random_uuid())
            ON CONFLICT (slot) DO UPDATE SET stamp = excluded.stamp;
    ELSE
        INSERT INTO planning_effortstamp (slot, stamp)
            SELECT slot, gen_random_uuid() FROM (SELECT DISTINCT space_id % 16 AS slot FROM changed) AS slots ORDER BY slot
            ON CONFLICT (slot) DO UPDATE SET stamp = excluded.stamp;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER planning_effort_stamp_insert AFTER INSERT ON planning_effort
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION planning_stamp_effort();
CREATE TRIGGER planning_effort_stamp_update AFTER UPDATE ON planning_effort
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION planning_stamp_effort();
CREATE TRIGGER planning_effort_stamp_delete AFTER DELETE ON planning_effort
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION planning_stamp_effort();
CREATE TRIGGER planning_effort_stamp_truncate AFTER TRUNCATE ON planning_effort
    FOR EACH STATEMENT EXECUTE FUNCTION planning_stamp_effort();
"""
FORGET = """
DROP TRIGGER planning_effort_stamp_insert ON planning_effort;
DROP TRIGGER planning_effort_stamp_update ON planning_effort;
DROP TRIGGER planning_effort_stamp_delete ON planning_effort;
DROP TRIGGER planning_effort_stamp_truncate ON planning_effort;
DROP FUNCTION planning_stamp_effort();
"""


class Migration(migrations.Migration):
    dependencies = [("planning", "0013_follow_drafts")]
    operations = [
        migrations.CreateModel(
            name="EffortStamp",
            fields=[
                ("slot", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("stamp", models.UUIDField()),
            ],
        ),
        migrations.RunSQL(STAMP, FORGET),
    ]

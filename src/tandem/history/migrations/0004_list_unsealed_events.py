"""Events wait for their seal in a table that a trigger fills: none is forgotten, however late it commits."""

from django.db import migrations, models

LIST = """
CREATE FUNCTION history_list_unsealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO history_unsealed (event_id) SELECT id FROM added;
    RETURN NULL;
END $$;
CREATE TRIGGER history_event_list_unsealed AFTER INSERT ON history_event
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION history_list_unsealed();
INSERT INTO history_unsealed (event_id)
    SELECT id FROM history_event e WHERE NOT EXISTS (SELECT 1 FROM history_seal s WHERE s.event_id = e.id);
"""
FORGET = """
DROP TRIGGER history_event_list_unsealed ON history_event;
DROP FUNCTION history_list_unsealed();
"""


class Migration(migrations.Migration):
    dependencies = [("history", "0003_append_only")]
    operations = [
        migrations.CreateModel(
            name="Unsealed",
            fields=[("event_id", models.BigIntegerField(primary_key=True, serialize=False))],
        ),
        migrations.RunSQL(LIST, FORGET),
    ]

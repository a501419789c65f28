"""Events and seals are written once: the database itself refuses to change or delete them."""

from django.db import migrations

FORBID = """
CREATE FUNCTION history_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history is append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER history_event_append_only BEFORE UPDATE OR DELETE ON history_event
    FOR EACH STATEMENT EXECUTE FUNCTION history_refuse_change();
CREATE TRIGGER history_seal_append_only BEFORE UPDATE OR DELETE ON history_seal
    FOR EACH STATEMENT EXECUTE FUNCTION history_refuse_change();
CREATE TRIGGER history_event_no_truncate BEFORE TRUNCATE ON history_event
    FOR EACH STATEMENT EXECUTE FUNCTION history_refuse_change();
CREATE TRIGGER history_seal_no_truncate BEFORE TRUNCATE ON history_seal
    FOR EACH STATEMENT EXECUTE FUNCTION history_refuse_change();
"""
ALLOW = """
DROP TRIGGER history_event_append_only ON history_event;
DROP TRIGGER history_seal_append_only ON history_seal;
DROP TRIGGER history_event_no_truncate ON history_event;
DROP TRIGGER history_seal_no_truncate ON history_seal;
DROP FUNCTION history_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("history", "0002_initial")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]

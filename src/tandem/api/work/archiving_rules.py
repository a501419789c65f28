"""After how many days finished work is archived, and what was archived so."""

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import Body, body
from tandem.work.actions import archiving_rules
from tandem.work.models import Archiving, ArchivingRule

router = Router(tags=["work"])
done = Router(tags=["work"])

NOUN = Noun(path="archiving-rules", model=ArchivingRule, word="rule", shows="id space_id days owner_id version created_at", filters="space_id")
DONE = Noun(path="archivings", model=Archiving, word="archiving", shows="id space_id rule_id at count undone_at version created_at", filters="space_id rule_id")

generic.reads(router, NOUN)
generic.creates(router, NOUN, body("ArchivingRuleCreate", ArchivingRule, "space days"), archiving_rules.create)
generic.changes(router, NOUN, body("ArchivingRuleChange", ArchivingRule, "days", partial=True), archiving_rules.change)
generic.removes(router, NOUN, archiving_rules.remove)
generic.reads(done, DONE)
generic.acts(done, DONE, "undos", Body, archiving_rules.undo)

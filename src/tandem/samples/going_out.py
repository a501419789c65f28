"""Loads what the next release waits for: its checks, acceptance checks of its work, and its notes."""

from datetime import timedelta

from tandem.product.actions import features, release_checks, releases
from tandem.samples.placing import Place
from tandem.samples.promised import Promised
from tandem.samples.timeline import Timeline, at
from tandem.samples.words import going_out
from tandem.work.actions import checklists


class GoingOut:
    def __init__(self, place: Place, promised: Promised, timeline: Timeline) -> None:
        self.place, self.world, self.promised, self.timeline = place, place.world, promised, timeline

    def run(self) -> None:
        self.timeline.add(at(self.world.as_of - timedelta(1), 16), self._prepare)

    def _prepare(self) -> None:
        """Of the first release that is still to come and has features."""
        waiting = [r for r in self.world.releases if not (r.released_on or r.cancelled_on)]
        inside = {r.index: [f for f in self.world.features if f.release == r.index and f.broken_down_on] for r in waiting}
        chosen = next((r for r in waiting if inside[r.index]), None)
        if chosen is None:
            return
        row, say = self.promised.releases[chosen.index], self.place.say
        owner, lead = self.place.users[chosen.owner], self.place.users["lead"]
        english, chinese = going_out.INTRODUCTION
        row.refresh_from_db()
        releases.change(actor=owner, release=row, version=None, notes_en=english, notes_zh=chinese)
        made = release_checks.add(actor=owner, release=row, text="\n".join(say(words) for words in going_out.CHECKS), owner=owner)
        release_checks.decide(actor=owner, release_check=made[0], version=None, state="passed")
        release_checks.decide(actor=owner, release_check=made[3], version=None, state="waived", reason=say(going_out.WAIVED))
        for frame, (note_en, note_zh) in zip(inside[chosen.index], going_out.NOTES, strict=False):
            feature = self.promised.features[frame.index]
            feature.refresh_from_db()
            features.change(actor=feature.owner, feature=feature, version=None, note_en=note_en, note_zh=note_zh)
            for item in frame.epics[:1]:
                text = "\n".join(say(words) for words in going_out.PROOFS)
                checklists.add(actor=lead, item=self.promised.work.rows[item], text=text, is_acceptance=True)

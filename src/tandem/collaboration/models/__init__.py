"""What every noun shares."""

from tandem.collaboration.models.attachment import Attachment
from tandem.collaboration.models.comment import Comment
from tandem.collaboration.models.document import Document, DocumentVersion, PassageComment
from tandem.collaboration.models.feed import Feed
from tandem.collaboration.models.idempotent_request import IdempotentRequest
from tandem.collaboration.models.job import Job
from tandem.collaboration.models.notification import Notification, Told
from tandem.collaboration.models.notification_rules import NotificationRules
from tandem.collaboration.models.pulse import Pulse, PulseBox, PulseRound, PulseTurnout
from tandem.collaboration.models.reaction import Reaction
from tandem.collaboration.models.saved_view import SavedView
from tandem.collaboration.models.stakeholder import Stakeholder, StakeholderNote
from tandem.collaboration.models.subscription import Subscription
from tandem.collaboration.models.thanks import Thanks
from tandem.collaboration.models.watch import Watch

__all__ = [
    "Attachment", "Comment", "Document", "DocumentVersion", "Feed", "IdempotentRequest", "Job", "Notification", "NotificationRules", "PassageComment", "Pulse", "PulseBox", "PulseRound", "PulseTurnout", "Reaction", "SavedView", "Stakeholder", "StakeholderNote", "Subscription",
    "Thanks", "Told", "Watch",
]  # fmt: skip

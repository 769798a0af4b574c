"""What can happen on the wire."""

from django.utils.translation import gettext_lazy as _

from customs_portal.events.kinds import Kind

MESSAGE_RECEIVED = Kind(name="message.received", sentence=_("Message received"))
MESSAGE_UNREADABLE = Kind(
    name="message.unreadable", sentence=_("Message could not be read as a declaration")
)
TEST_ACCEPTED = Kind(name="message.test_accepted", sentence=_("Test message found correct"))
TEST_REFUSED = Kind(name="message.test_refused", sentence=_("Test message found wrong"))
TEST_WITHOUT_ANSWER = Kind(
    name="message.test_without_answer", sentence=_("Test message taken in, which gets no answer")
)
MESSAGE_REPEATED = Kind(name="message.repeated", sentence=_("Message received again"))
MESSAGE_CREATED = Kind(name="message.created", sentence=_("%(kind)s written to %(recipient)s"))
MESSAGE_COLLECTED = Kind(
    name="message.collected", sentence=_("%(kind)s collected by %(recipient)s")
)
MESSAGE_DELIVERED = Kind(
    name="message.delivered", sentence=_("%(kind)s delivered to %(recipient)s")
)
MESSAGE_STOPPED = Kind(
    name="message.stopped", sentence=_("%(kind)s refused by %(recipient)s: %(reason)s")
)
MESSAGE_SET_ASIDE = Kind(
    name="message.set_aside", sentence=_("%(kind)s to %(recipient)s set aside: %(reason)s")
)
TERMINAL_UNKNOWN = Kind(
    name="terminal.unknown",
    sentence=_("No port system known at %(places)s: tell the terminal by telephone, %(action)s"),
)
PARTNER_REFUSED = Kind(name="message.partner_refused", sentence=_("Message of %(country)s refused"))
MESSAGE_DISCARDED = Kind(
    name="message.discarded", sentence=_("Notice of errors %(kind)s could not be used")
)
MESSAGE_REFUSED = Kind(
    name="message.refused", sentence=_("%(country)s refused %(kind)s: %(errors)s")
)
ANALYSIS_STILL_OPEN = Kind(
    name="analysis.still_open",
    sentence=_("Not concluded two hours before first entry: the offices after it are told"),
)

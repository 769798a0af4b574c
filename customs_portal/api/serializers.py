"""The shapes of the API's JSON; the OpenAPI document is made from them."""

from typing import Any

from rest_framework import serializers

from messaging.models import OutboundMessage


class FindingSerializer(serializers.Serializer[Any]):
    """One thing wrong with a message."""

    code = serializers.CharField(help_text="Code of the error, as in IE316 or CD917B.")
    rule = serializers.CharField(help_text="Official rule or condition, or empty.")
    location = serializers.CharField(help_text="Path to the element, with positions.")
    value = serializers.CharField(help_text="What was declared there, or empty.")
    text = serializers.CharField(help_text="What is wrong, in words.")
    line = serializers.IntegerField(help_text="Line of the message, from 1; 0 where unknown.")
    column = serializers.IntegerField(help_text="Column of the line, from 1; 0 where unknown.")


class ResponseSerializer(serializers.Serializer[Any]):
    """The answer to a message."""

    kind = serializers.CharField(help_text="CC328A, CC316A or CD917B.")
    xml = serializers.CharField()


class MessageSerializer(serializers.Serializer[Any]):
    """A message that was lodged, and what became of it."""

    id = serializers.UUIDField(help_text="Correlation id.")
    state = serializers.ChoiceField(choices=["received", "answered", "taken_in"])
    test = serializers.BooleanField(help_text="A test: checked and answered, never registered.")
    kind = serializers.CharField(help_text="Kind of message, empty until it is known.")
    mrn = serializers.CharField(help_text="MRN, empty if none was given.")
    lrn = serializers.CharField(help_text="LRN, empty until it is known.")
    received_at = serializers.DateTimeField()
    response = ResponseSerializer(allow_null=True)
    findings = FindingSerializer(many=True)


class AcceptedSerializer(serializers.Serializer[Any]):
    """A message that is stored and will be judged."""

    id = serializers.UUIDField(help_text="Correlation id.")
    state = serializers.CharField()
    url = serializers.CharField(help_text="Where to ask for the answer.")


class NotificationSerializer(serializers.Serializer[Any]):
    """A message that customs has for the operator."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    mrn = serializers.CharField(help_text="MRN, or empty.")
    lrn = serializers.CharField(help_text="LRN, or empty.")
    state = serializers.ChoiceField(choices=OutboundMessage.State.choices)
    created_at = serializers.DateTimeField()
    url = serializers.CharField(help_text="Where the XML is; reading it collects the message.")


class NotificationsSerializer(serializers.Serializer[Any]):
    """A page of notifications, the oldest first."""

    results = NotificationSerializer(many=True)
    next = serializers.CharField(allow_null=True, help_text="Address of the next page, or null.")


class StatusSerializer(serializers.Serializer[Any]):
    """The status of a filing."""

    code = serializers.CharField()
    words = serializers.CharField(help_text="The status in words.")
    text = serializers.CharField(help_text="What it is about, or empty.")
    next_step = serializers.CharField(help_text="What to do next.")
    since = serializers.DateTimeField()


class FilingSerializer(serializers.Serializer[Any]):
    """A filing and its status."""

    id = serializers.IntegerField()
    type = serializers.CharField()
    mrn = serializers.CharField(help_text="MRN, empty for a rejected filing.")
    lrn = serializers.CharField(help_text="LRN; empty for a carrier that did not lodge it.")
    lodged_at = serializers.DateTimeField()
    link = serializers.ChoiceField(
        choices=["", "pending_linking", "linked"],
        help_text="How your house filing of ICS2 stands to the one above it; else empty.",
    )
    status = StatusSerializer()
    url = serializers.CharField(allow_null=True)


class BelowSerializer(serializers.Serializer[Any]):
    """A filing of ICS2 below an own one."""

    document = serializers.CharField(help_text="Transport document: type and number.")
    eori = serializers.CharField(help_text="Who files it; empty where nobody is named.")
    state = serializers.ChoiceField(choices=["linked", "not_filed"])


class SingleFilingSerializer(FilingSerializer):
    """A filing, its status, and the first 50 filings below an own one, missing ones first."""

    below = BelowSerializer(many=True)


class FilingsSerializer(serializers.Serializer[Any]):
    """A page of filings, the newest first."""

    results = FilingSerializer(many=True)
    next = serializers.CharField(allow_null=True, help_text="Address of the next page, or null.")


class AnswerCodeSerializer(serializers.Serializer[Any]):
    """A code of an answer with its value."""

    code = serializers.CharField()
    value = serializers.CharField()


class ScreeningSerializer(serializers.Serializer[Any]):
    """The result of a screening: result of list CL726, methods of list CL724."""

    result = serializers.ChoiceField(choices=["1", "2"])
    methods = serializers.ListField(child=serializers.CharField())
    document = serializers.CharField()
    person = serializers.CharField()
    person_identifier = serializers.CharField()
    place = serializers.CharField()


class ReferralSerializer(serializers.Serializer[Any]):
    """A question of customs."""

    reference = serializers.CharField()
    type = serializers.ChoiceField(choices=["RFI", "AMD", "RFS"])
    mrn = serializers.CharField()
    status = serializers.ChoiceField(
        choices=["open", "answered", "amended", "withdrawn", "cancelled"]
    )
    question = serializers.CharField()
    elements = serializers.ListField(child=serializers.CharField())
    consignment = serializers.CharField(help_text="Key of the consignment concerned, or empty.")
    methods = serializers.ListField(
        child=serializers.CharField(), help_text="Methods recommended for a screening."
    )
    asked_at = serializers.DateTimeField()
    reply_by = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)
    answer = serializers.CharField(help_text="What was answered, empty until then.")
    codes = AnswerCodeSerializer(many=True)
    screenings = ScreeningSerializer(many=True)
    files = serializers.ListField(
        child=serializers.CharField(), help_text="Names of the files of the answer."
    )


class ReferralsSerializer(serializers.Serializer[Any]):
    """Questions, those to be answered first."""

    results = ReferralSerializer(many=True)


class PresentedSerializer(serializers.Serializer[Any]):
    """What was presented."""

    presented = serializers.IntegerField(help_text="Number of consignments.")


class ProblemSerializer(serializers.Serializer[Any]):
    """What is wrong with a request (RFC 9457)."""

    type = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    title = serializers.CharField()


class ListLoadedSerializer(serializers.Serializer[Any]):
    """What a load changed in a reference list."""

    list = serializers.CharField()
    revision = serializers.IntegerField(help_text="Goes up where an entry came or left.")
    added = serializers.IntegerField()
    removed = serializers.IntegerField()
    total = serializers.IntegerField()


class ListShrinksSerializer(ProblemSerializer):
    """What a load would change, were it confirmed (RFC 9457)."""

    revision = serializers.IntegerField()
    added = serializers.IntegerField()
    removed = serializers.IntegerField()
    total = serializers.IntegerField()
    confirm = serializers.CharField(help_text="Send it as `confirm` with the same body.")


class RefusalSerializer(ProblemSerializer):
    """Why a message was refused (RFC 9457)."""

    findings = FindingSerializer(many=True)

"""The form by which an officer decides a case, the same on the page and in the admin."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from django import forms
from django.forms.utils import ErrorDict
from django.utils.choices import BaseChoiceIterator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customs_portal.findings import Finding
from customs_portal.reference.models import ReasonCode
from customs_portal.reference.snapshot import Snapshot
from customs_portal.reference.sources import ReasonRow
from declarations.document import Document
from declarations.models import Measure
from declarations.screening import METHODS, SINGLE
from declarations.services.referrals import LONGEST_ELEMENT, LONGEST_QUESTION
from declarations.subjects import subjects
from risk.models import Decision
from risk.services.asking import LONGEST_HOURS
from risk.services.orders import LONGEST_NOTE, MEASURE_OF, QUESTIONS
from risk.services.orders import REASONS_OF as REASONS_OF_VERB

__all__ = [
    "REASONS_OF_VERB",
    "DecisionForm",
    "Selectable",
    "named",
    "selectable",
    "subject_pairs",
]

_CHOICE = ReasonCode.Announced.CHOICE
_ALWAYS = ReasonCode.Announced.ALWAYS
MOST_LISTED = 200
"""Of more subjects one is typed instead of chosen."""
WHOLE = Measure.Subject.DECLARATION.value
_HOUSE = f"{Measure.Subject.CONSIGNMENT.value}:"


class Selectable(msgspec.Struct, frozen=True, kw_only=True):
    """What an officer can choose from on one case.

    `refused` says by verb why it cannot be chosen now. `subjects` are pairs of value and label; a
    value is `declaration`, or kind and reference joined by a colon (`item:2`). `places` are
    references and names of offices where goods can be controlled.
    """

    reasons: tuple[ReasonRow, ...]
    refused: Mapping[str, str]
    subjects: tuple[tuple[str, str], ...]
    places: tuple[tuple[str, str], ...]


def selectable(
    snapshot: Snapshot,
    documents: Iterable[Document],
    offices: Sequence[str],
    *,
    refused: Mapping[str, str],
) -> Selectable:
    """Return the choices for an ENS with these documents and these of our offices on its way."""
    decisions = {each for verb, each in REASONS_OF_VERB.items() if verb not in refused}
    return Selectable(
        reasons=tuple(row for row in snapshot.reasons.values() if row.decision in decisions),
        refused=refused,
        subjects=subject_pairs(documents),
        places=tuple((reference, _office_name(snapshot, reference)) for reference in offices),
    )


_NAMES = {
    Measure.Subject.CONSIGNMENT: _("Consignment %s"),
    Measure.Subject.ITEM: _("Goods item %s"),
    Measure.Subject.EQUIPMENT: _("Container %s"),
}


def subject_pairs(documents: Iterable[Document]) -> tuple[tuple[str, str], ...]:
    """Return what a decision on these documents can be about, as `Selectable` has it."""
    found = dict.fromkeys(each for document in documents for each in _subjects(document))
    return ((WHOLE, gettext("Whole declaration")), *found)


def _subjects(document: Document) -> list[tuple[str, str]]:
    names = {kind: str(name) for kind, name in _NAMES.items()}
    return [
        (f"{kind}:{reference}", names[Measure.Subject(kind)] % reference)
        for kind, reference in subjects(document)
        if reference
    ]


def _office_name(snapshot: Snapshot, reference: str) -> str:
    row = snapshot.office(reference)
    return f"{reference} {row.name}" if row else reference


def named(text: str, pairs: Iterable[tuple[str, str]]) -> str:
    """Return the value that somebody typed: itself, its label, or its reference where it is one.

    As typed where it is none of them, or the reference of several.
    """
    wanted = text.strip().casefold()
    found = {
        value
        for value, label in pairs
        if wanted in (value.casefold(), label.casefold(), value.partition(":")[2].casefold())
    }
    return found.pop() if wanted and len(found) == 1 else text


class _Subject(forms.ChoiceField):
    """What a decision is about, chosen, or typed where there are too many to choose from."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        assert isinstance(self.choices, _Pairs)
        return named(text, self.choices)


class _Pairs(BaseChoiceIterator):
    """Pairs of value and label that Django takes as they are: there may be a thousand."""

    def __init__(self, pairs: tuple[tuple[str, str], ...]) -> None:
        self._pairs = pairs

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._pairs)


ABOUT_QUESTIONS = ("question", "elements", "hours", "methods")
"""The fields of questions, which a form without questions leaves out."""


class DecisionForm(forms.Form):
    """One decision with its reason; says what belongs together, `decide` says what is lawful.

    `revision` is the state of the case that the officer saw.
    """

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    verb = forms.ChoiceField(
        label=_("What do you decide?"),
        choices=Decision.Verb.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a decision.")},
    )
    reason_code = forms.ChoiceField(
        label=_("Reason"), error_messages={"required": _("Choose a reason.")}
    )
    subject = _Subject(
        label=_("Applies to"),
        required=False,
        error_messages={"invalid_choice": _("Nothing that is declared is named %(value)s.")},
    )
    place = forms.ChoiceField(label=_("Place of control"), required=False)
    announce = forms.ChoiceField(
        label=_("Tell the trader"),
        choices=[("yes", _("Yes, now")), ("no", _("No"))],
        widget=forms.RadioSelect,
        required=False,
    )
    note = forms.CharField(
        label=_("Internal reason"),
        help_text=_("The trader never sees this."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=LONGEST_NOTE,
        required=False,
    )
    question = forms.CharField(
        label=_("Question to the filer"),
        help_text=_("Goes out word for word. Say nothing of rules or suspicions."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=LONGEST_QUESTION,
        required=False,
    )
    elements = forms.CharField(
        label=_("About which element"),
        help_text=_("Several are separated by a semicolon. Needed for an amendment."),
        max_length=LONGEST_ELEMENT * 4,
        required=False,
    )
    hours = forms.FloatField(
        label=_("Answer within hours"),
        help_text=_("Left empty: as is usual for the traffic."),
        min_value=0.5,
        max_value=LONGEST_HOURS,
        required=False,
    )

    methods = forms.MultipleChoiceField(
        label=_("Recommended methods"),
        help_text=_("Left empty: as the filer chooses."),
        choices=[(code, name) for code, name in METHODS.items() if code != SINGLE],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, choices: Selectable, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.selectable = choices
        self._offer("verb", _verbs(choices))
        self._offer("reason_code", _grouped(choices.reasons))
        self._offer("subject", _Pairs(choices.subjects))
        if len(choices.subjects) > MOST_LISTED:
            self.fields["subject"].widget = forms.TextInput()
        self._offer("place", [("", gettext("Choose")), *choices.places])
        if len(choices.places) == 1:
            self.fields["place"].initial = choices.places[0][0]
        if all(verb in choices.refused for verb in QUESTIONS):
            for name in ABOUT_QUESTIONS:
                del self.fields[name]

    def _offer(self, name: str, choices: Iterable[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """Check what must be said together with the decision and its reason."""
        cleaned = super().clean() or {}
        reason = self._reason(cleaned.get("reason_code", ""))
        verb = cleaned.get("verb")
        if reason is None or verb is None:
            return cleaned
        if reason.decision != REASONS_OF_VERB[Decision.Verb(verb)]:
            self.add_error("reason_code", gettext("This reason belongs to another decision."))
        if reason.text_required and not cleaned.get("note", "").strip():
            self.add_error("note", gettext("Say why: this reason needs a text."))
        if reason.announced == _CHOICE and verb in MEASURE_OF and not cleaned.get("announce"):
            self.add_error("announce", gettext("Choose whether the trader is told."))
        if verb == Decision.Verb.CONTROL and not cleaned.get("place"):
            self.add_error("place", gettext("Choose where the goods are to be controlled."))
        self._clean_question(verb)
        return cleaned

    def _clean_question(self, verb: str) -> None:
        subject = self.cleaned_data.get("subject", "")
        if verb in (Decision.Verb.RFI, Decision.Verb.AMD) and not self._says("question"):
            self.add_error("question", gettext("Write the question to the filer."))
        if verb == Decision.Verb.RFS and not subject.startswith(_HOUSE):
            self.add_error("subject", gettext("Choose the house to be screened."))
        if verb == Decision.Verb.AMD and not self._says("elements"):
            self.add_error("elements", gettext("Say which element is to be amended."))

    def _says(self, field: str) -> bool:
        return bool(self.cleaned_data.get(field, "").strip())

    def _reason(self, code: str) -> ReasonRow | None:
        return next((row for row in self.selectable.reasons if row.code == code), None)

    def announced(self) -> bool:
        """Whether the trader is told: as the reason says, or as the officer chose.

        To be asked of a valid form only.
        """
        reason = self._reason(self.cleaned_data["reason_code"])
        assert reason is not None
        if self.cleaned_data["verb"] not in MEASURE_OF:
            return False
        if reason.announced == _CHOICE:
            return bool(self.cleaned_data["announce"] == "yes")
        return reason.announced == _ALWAYS

    def values(self) -> dict[str, Any]:
        """Return what a DecisionOrder needs besides its case. To be asked of a valid form only."""
        cleaned = self.cleaned_data
        places_measure = cleaned["verb"] in MEASURE_OF
        asks = cleaned["verb"] in QUESTIONS
        elements = cleaned.get("elements", "").split(";")
        subject, _colon, reference = (cleaned["subject"] or WHOLE).partition(":")
        has_subject = places_measure or (asks and subject == Measure.Subject.CONSIGNMENT)
        return {
            "revision": cleaned["revision"],
            "verb": cleaned["verb"],
            "reason_code": cleaned["reason_code"],
            "note": cleaned["note"].strip(),
            "subject": subject if has_subject else WHOLE,
            "reference": reference if has_subject else "",
            "announce": self.announced(),
            "place": cleaned["place"] if cleaned["verb"] == Decision.Verb.CONTROL else "",
            "question": cleaned["question"].strip() if asks else "",
            "elements": tuple(e.strip() for e in elements if e.strip()) if asks else (),
            "hours": (cleaned["hours"] or 0) if asks else 0,
            "methods": tuple(cleaned["methods"]) if cleaned["verb"] == Decision.Verb.RFS else (),
        }

    def forgive(self) -> None:
        """Show the form as it was sent without saying what is missing yet."""
        self._errors = ErrorDict()

    def refuse(self, findings: Iterable[Finding]) -> None:
        """Show why the decision was refused, each reason at its field."""
        for finding in findings:
            field = finding.location if finding.location in self.fields else None
            self.add_error(field, finding.text)


def _verbs(choices: Selectable) -> list[Any]:
    """Return the decisions that can be taken now, in the order of the page."""
    return [(str(v), v.label) for v in REASONS_OF_VERB if v not in choices.refused]


def _grouped(reasons: Sequence[ReasonRow]) -> list[Any]:
    """Return the reasons as a group for each decision."""
    groups: list[Any] = [("", gettext("Choose"))]
    for verb, decision in REASONS_OF_VERB.items():
        rows = [
            (row.code, f"{row.code} {row.title}") for row in reasons if row.decision == decision
        ]
        groups.append((str(verb.label), rows))
    return groups

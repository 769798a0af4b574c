"""Forms about arrivals and diversions, of traders and of officers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customs_portal.pages.forms import DayInput, MomentInput, PageForm
from customs_portal.pages.lines_of_goods import arrived_goods, mrns, reported_goods
from customs_portal.pages.written import OperatorForm
from customs_portal.reference.sources import OfficeRow
from declarations.arrivals import Reported
from messaging.formats.ics1.arriving import ArrivedGoods
from messaging.formats.ics2.arriving import IDENTITIES
from risk.filters import MODES

LONGEST_LIST = 60_000
LONGEST_MEANS = 35
LONGEST_FLIGHT = 17
LONGEST_REFERENCE = 22
LONGEST_NOTE = 400
_LINES = forms.Textarea(attrs={"rows": 5, "dir": "auto"})


class MeansForm(PageForm):
    """A means of transport and a reference of one's own."""

    mode = forms.ChoiceField(label=_("Mode of transport"), choices=MODES)
    means = forms.CharField(
        label=_("Means of transport"),
        help_text=_("IMO number, flight number, wagon or licence plate."),
        max_length=LONGEST_MEANS,
        required=False,
    )
    reference = forms.CharField(
        label=_("Reference"),
        help_text=_("Your own, such as the number of the voyage."),
        max_length=LONGEST_REFERENCE,
    )


class ArrivalForm(MeansForm):
    """What is told of every arrival."""

    office = forms.ChoiceField(label=_("Office of arrival"))
    expected_on = forms.DateField(
        label=_("Day on which it was expected"),
        help_text=_("Leave empty if it arrives on time."),
        widget=DayInput(),
        required=False,
    )
    other_office = forms.BooleanField(
        label=_("Another office was declared as office of first entry"), required=False
    )

    def __init__(self, *args: Any, offices: list[OfficeRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"].choices = _named(offices)  # type: ignore[attr-defined]  # a choice


def _named(offices: list[OfficeRow]) -> list[tuple[str, str]]:
    return [(each.reference, f"{each.reference} {each.name}") for each in offices]


class NotifyArrivalForm(OperatorForm, ArrivalForm):
    """An arrival that a trader notifies (UK347A)."""

    arrived_on = forms.DateField(label=_("Day of arrival"), widget=DayInput())
    declarations = forms.CharField(
        label=_("Declarations that arrived"),
        help_text=_(
            "One MRN in a line; item numbers after it if only these items came. Two letters for a "
            "State whose MRN you do not know. Empty: everything declared for this means."
        ),
        widget=_LINES,
        max_length=LONGEST_LIST,
        required=False,
    )
    field_order = (
        "operator", "mode", "means", "office", "arrived_on", "expected_on", "other_office",
        "declarations", "reference",
    )  # fmt: skip

    def clean_declarations(self) -> tuple[ArrivedGoods, ...]:
        """Read the lines."""
        return arrived_goods(self.cleaned_data["declarations"])


class NotifyMeansArrivalForm(OperatorForm):
    """An arrival of a ship or an aircraft that a trader notifies (IE3N06)."""

    mode = forms.ChoiceField(label=_("Mode of transport"))
    means = forms.CharField(
        label=_("Ship or flight"),
        help_text=_("IMO number, ENI number or flight number."),
        max_length=LONGEST_FLIGHT,
    )
    office = forms.ChoiceField(label=_("Actual office of first entry"))
    arrived_at = forms.DateTimeField(label=_("Arrived at"), widget=MomentInput())
    expected_at = forms.DateTimeField(
        label=_("Expected at"),
        help_text=_("As filed. Needed unless you list the filings."),
        widget=MomentInput(),
        required=False,
    )
    filings = forms.CharField(
        label=_("Filings that arrived"),
        help_text=_("One MRN in a line. Empty: everything filed for this ship or flight."),
        widget=_LINES,
        max_length=LONGEST_LIST,
        required=False,
    )
    email = forms.EmailField(label=_("E-mail address for questions"))
    reference = forms.CharField(
        label=_("Reference (LRN)"),
        help_text=_("Your own, used once."),
        max_length=LONGEST_REFERENCE,
    )
    field_order = (
        "operator", "mode", "means", "office", "arrived_at", "expected_at", "filings", "email",
        "reference",
    )  # fmt: skip

    def __init__(self, *args: Any, offices: list[OfficeRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"].choices = _named(offices)  # type: ignore[attr-defined]  # a choice
        self.fields["mode"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (mode, name) for mode, name in MODES if mode in IDENTITIES
        ]

    def clean_filings(self) -> tuple[str, ...]:
        """Read the lines."""
        return tuple(dict.fromkeys(mrns(self.cleaned_data["filings"])))


class RecordArrivalForm(ArrivalForm):
    """An arrival that an officer records."""

    arrived_at = forms.DateTimeField(label=_("Arrived at"), widget=MomentInput())
    goods = forms.CharField(
        label=_("What arrived"),
        help_text=_(
            "One in a line: an MRN with item numbers if only these came; a container or transport "
            "document, and what is in it. Empty: everything declared for this means."
        ),
        widget=_LINES,
        max_length=LONGEST_LIST,
        required=False,
    )
    field_order = (
        "mode", "means", "office", "arrived_at", "expected_on", "other_office", "goods",
        "reference",
    )  # fmt: skip

    def clean_goods(self) -> tuple[Reported, ...]:
        """Read the lines."""
        return reported_goods(self.cleaned_data["goods"])


class FoundGoodsForm(PageForm):
    """Goods that an arrival did not name."""

    goods = forms.CharField(
        label=_("What was found"),
        help_text=_(
            "One in a line: an MRN, a container or a transport document, and what is in it."
        ),
        widget=_LINES,
        max_length=LONGEST_LIST,
    )
    from_outside = forms.BooleanField(
        label=_("Carried from outside the Union: goods without a declaration are held"),
        initial=True,
        required=False,
    )
    note = forms.CharField(label=_("Who found it, and how"), max_length=LONGEST_NOTE)

    def clean_goods(self) -> tuple[Reported, ...]:
        """Read the lines."""
        return reported_goods(self.cleaned_data["goods"])


class DiversionForm(MeansForm):
    """A means that will first arrive in another State (IE323)."""

    expected_on = forms.DateField(
        label=_("Day on which it was expected here"), widget=DayInput(), required=False
    )
    actual_office = forms.CharField(
        label=_("New office of first entry"), help_text=_("Such as BE101000."), max_length=8
    )
    mrns = forms.CharField(
        label=_("Declarations that are diverted"),
        help_text=_(
            "One MRN in a line, and then no means and no day. Empty: everything declared for this "
            "means on that day."
        ),
        widget=_LINES,
        max_length=LONGEST_LIST,
        required=False,
    )
    field_order = (
        "operator", "requester", "mode", "means", "expected_on", "mrns", "actual_office",
        "reference",
    )  # fmt: skip

    def clean_mrns(self) -> tuple[str, ...]:
        """Read the lines."""
        return tuple(dict.fromkeys(mrns(self.cleaned_data["mrns"])))

    def clean_actual_office(self) -> str:
        """Return the office in capitals."""
        return str(self.cleaned_data["actual_office"]).upper()


class RequestDiversionForm(OperatorForm, DiversionForm):
    """A diversion that a trader asks for."""


class RecordDiversionForm(DiversionForm):
    """A diversion that an officer records for whoever asked for it by another way."""

    requester = forms.CharField(
        label=_("EORI number of who asked"),
        help_text=_("The carrier that runs the means, or its representative."),
        max_length=17,
    )

    def clean_requester(self) -> str:
        """Return the number in capitals."""
        return str(self.cleaned_data["requester"]).upper()


def begin_with(query: Mapping[str, str], at: datetime) -> dict[str, Any]:
    """Return with what forms begin: means and mode of the address, this day and time."""
    local = timezone.localtime(at)
    return {
        "mode": query.get("mode", ""),
        "means": query.get("means", "")[:LONGEST_MEANS],
        "arrived_on": local.date(),
        "arrived_at": local.replace(second=0, microsecond=0),
    }

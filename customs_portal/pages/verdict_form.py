"""The form by which an officer answers another State about a hit in its filing."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from customs_portal.findings import Finding
from customs_portal.pages.forms import PageForm
from risk.models import Screening
from risk.models.choices import Severity
from risk.models.screening import LONGEST_TEXT
from risk.services.verdicts import CONFIRMED, NOT_CONFIRMED

RESULTS = ((CONFIRMED, _("Confirm the hit")), (NOT_CONFIRMED, _("No risk: do not confirm it")))
_CHOOSE = [("", _("Choose"))]


class VerdictForm(PageForm):
    """Whether the hit is confirmed, and what the other State is told of the risk."""

    result = forms.ChoiceField(
        label=_("Answer"), choices=RESULTS, widget=forms.RadioSelect, required=False
    )
    risk_area = forms.ChoiceField(
        label=_("Area of the risk"), choices=[*_CHOOSE, *Screening.Area.choices], required=False
    )
    risk_level = forms.ChoiceField(
        label=_("Level"), choices=[*_CHOOSE, *Severity.choices], required=False
    )
    text = forms.CharField(
        label=_("Text to the other State"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea({"rows": 4, "dir": "auto"}),
        required=False,
    )

    def refuse(self, findings: Iterable[Finding]) -> None:
        """Put the findings of a refusal beside the fields that they are about."""
        self.is_valid()
        for finding in findings:
            place = finding.location if finding.location in self.fields else None
            self.add_error(place, finding.text)

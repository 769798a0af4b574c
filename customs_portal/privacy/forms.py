"""Forms of legal holds."""

from django import forms
from django.utils.translation import gettext_lazy as _

from customs_portal.privacy.holds import SHORTEST_REASON, Order
from customs_portal.privacy.models import LegalHold


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(
        label=_("Reason"),
        min_length=SHORTEST_REASON,
        max_length=200,
        help_text=_("Such as the number of the court case. It stands in the audit trail."),
    )


class HoldForm(ReasonForm):
    """What is to be held, and why."""

    subject = forms.ChoiceField(label=_("What is held"), choices=LegalHold.Subject.choices)
    reference = forms.CharField(
        label=_("MRN or EORI"), max_length=18, required=False, help_text=_("Empty for everything.")
    )
    field_order = ("subject", "reference", "reason")

    def order(self) -> Order:
        """Return what was asked for."""
        values = self.cleaned_data
        return Order(
            subject=values["subject"],
            reference=values["reference"].strip().upper(),
            reason=values["reason"].strip(),
        )

"""The forms of the page of a partner."""

from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from customs_portal.pages.forms import MomentInput, PageForm
from messaging.models import PartnerOutage


class OutageForm(PageForm):
    """A planned outage: from, to, why."""

    from_at = forms.DateTimeField(label=_("From"), widget=MomentInput())
    to_at = forms.DateTimeField(label=_("To"), widget=MomentInput())
    reason = forms.CharField(
        label=_("Reason"), max_length=PartnerOutage._meta.get_field("reason").max_length
    )

    def clean_to_at(self) -> datetime:
        """Refuse an end before the beginning."""
        to_at: datetime = self.cleaned_data["to_at"]
        from_at = self.cleaned_data.get("from_at")
        if from_at and to_at <= from_at:
            raise forms.ValidationError(_("It must end after it begins."))
        return to_at


class KeysForm(PageForm):
    """Keys of a partner as it gave them: a JSON Web Key Set, or one key."""

    keys = forms.CharField(
        label=_("Public keys"),
        help_text=_("A JSON Web Key (Ed25519), or a set of at most two."),
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

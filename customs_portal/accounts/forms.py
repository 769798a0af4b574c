"""Forms of accounts."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AdminUserCreationForm
from django.utils.translation import gettext_lazy as _

from customs_portal.accounts.models import User
from customs_portal.clock import now


class NewUserForm(AdminUserCreationForm[User]):
    """A new person with a role."""

    class Meta:
        model = User
        fields = ("username", "role")


class TokenForm(forms.Form):
    """What a token is for, and until when it may be used."""

    label = forms.CharField(label=_("Label"), max_length=70, required=False)
    expires_at = forms.DateTimeField(
        label=_("Ends"),
        required=False,
        help_text=_("Leave empty for no end."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    test = forms.BooleanField(
        label=_("For tests"),
        required=False,
        help_text=_("Messages sent with it are checked and answered, and never registered."),
    )

    def clean_expires_at(self) -> Any:
        """Refuse an end in the past."""
        end = self.cleaned_data["expires_at"]
        if end is not None and end <= now():
            raise forms.ValidationError(_("Choose a time in the future."))
        return end

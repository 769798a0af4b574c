"""Forms of accounts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customs_portal.accounts.models import (
    Mandate,
    Operator,
    OperatorMembership,
    Recusal,
    Substitution,
    User,
)
from customs_portal.accounts.models.operators import EORI
from customs_portal.accounts.models.tokens import OF_OPERATORS
from customs_portal.accounts.policies import OFFICER_ROLES
from customs_portal.accounts.services import LONGEST_LIFE
from customs_portal.clock import now


class InvitedPersonForm(forms.ModelForm[User]):
    """A new person with a role, who sets the password through the link of the invitation."""

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email", "role")

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002  Django's own signature
        """Save the person without a password."""
        self.instance.set_unusable_password()
        return super().save(commit=commit)


class InviteAnewForm(forms.Form):
    """Whether somebody who is invited anew has lost the second step as well."""

    forget_second_step = forms.BooleanField(
        label=_("Remove the second step as well"),
        required=False,
        help_text=_("For somebody who lost phone and recovery codes. Make sure who asks."),
    )


class TokenForm(forms.Form):
    """What a token is for, and until when it may be used."""

    label = forms.CharField(
        label=_("Label"),
        max_length=70,
        required=False,
        help_text=_("Which of your systems has it."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("May"),
        choices=[(scope.value, scope.label) for scope in OF_OPERATORS],
        widget=forms.CheckboxSelectMultiple,
        initial=list(OF_OPERATORS),
    )
    expires_at = forms.DateTimeField(
        label=_("Ends"),
        required=False,
        help_text=_("At most a year from now. Leave empty for a year."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    test = forms.BooleanField(
        label=_("For tests"),
        required=False,
        help_text=_("Messages sent with it are checked and answered, and never registered."),
    )

    def clean_expires_at(self) -> Any:
        """Refuse an end in the past or later than a year."""
        end, at = self.cleaned_data["expires_at"], now()
        if end is not None and end <= at:
            raise forms.ValidationError(_("Choose a time in the future."))
        if end is not None and end > at + LONGEST_LIFE:
            raise forms.ValidationError(_("Choose a time within a year."))
        return end


class MandateForm(forms.ModelForm[Mandate]):
    """Who may represent an operator, for what, and from when until when."""

    representative = forms.CharField(
        label=_("EORI of the representative"), max_length=17, strip=True
    )
    scopes = forms.MultipleChoiceField(
        label=_("May"), choices=Mandate.Scope.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Mandate
        fields = ("representative", "scopes", "valid_from", "valid_to")
        widgets = {
            "valid_from": forms.DateInput(attrs={"type": "date"}),
            "valid_to": forms.DateInput(attrs={"type": "date"}),
        }
        help_texts = {
            "valid_from": _("Leave empty for from now on."),
            "valid_to": _("First day on which it no longer holds. Leave empty for no end."),
        }

    def clean_representative(self) -> Operator:
        """Return the operator of the register with that EORI number."""
        found = Operator.objects.filter(eori=self.cleaned_data["representative"].upper()).first()
        if found is None:
            raise forms.ValidationError(_("The register has no operator with this EORI."))
        return found


class ColleagueForm(forms.Form):
    """A new colleague of an operator."""

    first_name = forms.CharField(label=_("First name"), max_length=150)
    last_name = forms.CharField(label=_("Last name"), max_length=150)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    role = forms.ChoiceField(
        label=_("Role"), choices=OperatorMembership.Role.choices, initial="reader"
    )


class RecusalForm(forms.ModelForm[Recusal]):
    """An operator that an official keeps out of, and why."""

    class Meta:
        model = Recusal
        fields = ("eori", "reason", "valid_from", "valid_to")
        widgets = {
            "valid_from": forms.DateInput(attrs={"type": "date"}),
            "valid_to": forms.DateInput(attrs={"type": "date"}),
        }
        help_texts = {"valid_from": _("Leave empty for from now on.")}

    def clean_eori(self) -> str:
        """Return the number in capitals; an operator outside the register can be named too."""
        eori = str(self.cleaned_data["eori"]).strip().upper()
        EORI(eori)
        return eori


class SubstitutionForm(forms.ModelForm[Substitution]):
    """Who stands in for whom, from when until when; the choices are the caller's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("valid_from", "valid_to"):
            if name in self.fields:
                self.fields[name].required = True

    class Meta:
        model = Substitution
        fields = ("absent", "substitute", "valid_from", "valid_to", "reason")
        widgets = {
            "valid_from": forms.DateInput(attrs={"type": "date"}),
            "valid_to": forms.DateInput(attrs={"type": "date"}),
        }

    def clean(self) -> dict[str, Any]:
        """Refuse that two stand in for each other, or that a person without duty does."""
        cleaned = super().clean() or {}
        if not all(
            cleaned.get(name) for name in ("absent", "substitute", "valid_from", "valid_to")
        ):
            return cleaned
        substitute = cleaned["substitute"]
        crossing = Substitution.objects.exclude(pk=self.instance.pk).filter(
            absent=substitute,
            valid_from__lt=cleaned["valid_to"],
            valid_to__gt=cleaned["valid_from"],
        )
        if crossing.exists():
            self.add_error("substitute", _("This person is absent then and has a substitute."))
        if not (substitute.is_active and substitute.role in OFFICER_ROLES):
            self.add_error("substitute", _("This person does not work on cases."))
        return cleaned

"""The form that begins a rule."""

from django import forms
from django.utils.translation import gettext_lazy as _

from customs_portal.findings import Finding
from risk.models import RiskProfile
from risk.services.drafting import NewRule


class NewRuleForm(forms.Form):
    """What a rule is called for good, and where it belongs."""

    code = forms.CharField(
        label=_("Code"), max_length=16, help_text=_("For good: capital letters, hyphen, digits.")
    )
    title = forms.CharField(label=_("Title"), max_length=120)
    family = forms.CharField(label=_("Family"), max_length=60)
    profile = forms.ModelChoiceField(
        label=_("Risk profile"), queryset=RiskProfile.objects.all(), empty_label=None
    )

    def new_rule(self) -> NewRule:
        """Return what was asked for. To be asked of a valid form only."""
        values = self.cleaned_data
        return NewRule(
            code=values["code"].strip().upper(),
            title=values["title"],
            family=values["family"],
            profile=values["profile"].pk,
        )

    def refuse(self, findings: list[Finding]) -> None:
        """Show why it was refused, each reason at its field."""
        for finding in findings:
            self.add_error(finding.location or None, finding.text)

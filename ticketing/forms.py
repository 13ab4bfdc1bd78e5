"""The one way a form is drawn: label above, hint below, error below with an icon, a summary on top. And a field for addresses."""

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _


class Renderer(TemplatesSetting):
    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"


class EmailField(forms.EmailField):
    """An address, whose refusal shows what one looks like."""

    default_error_messages = {"invalid": _("This is no whole address. Check it: name@example.org")}

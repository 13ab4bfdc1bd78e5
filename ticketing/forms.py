"""The one way a form is drawn: label above, hint below, error below with an icon, a summary on top."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"

"""A page of the admin as a browser has it: what its form would send, typed over and sent."""

from html.parser import HTMLParser


class _Inputs(HTMLParser):
    def __init__(self):
        super().__init__()
        self.sent, self.select, self.text, self.on, self.open = {}, None, None, True, False

    def put(self, name, value):
        if name and "__prefix__" not in name:
            self.sent.setdefault(name, []).append(value)

    def handle_starttag(self, tag, given):
        named = dict(given)
        if tag == "form":
            self.open = named.get("id", "").endswith("_form") and named["id"] != "logout-form"
        if not self.open:
            return
        if tag == "input" and named.get("type") not in {"submit", "button"}:
            if named.get("type") not in {"checkbox", "radio"} or "checked" in named:
                self.put(named.get("name"), named.get("value", "on" if named.get("type") == "checkbox" else ""))
        elif tag == "select":
            self.select = named.get("name")
        elif tag == "option" and self.select and "selected" in named:
            self.put(self.select, named.get("value", ""))
        elif tag == "textarea":
            self.text, self.written = named.get("name"), ""

    def handle_data(self, data):
        if self.text:
            self.written += data

    def handle_endtag(self, tag):
        if tag == "textarea" and self.text:
            self.put(self.text, self.written.removeprefix("\n"))
            self.text = None
        elif tag == "select":
            self.select = None
        elif tag == "form":
            self.open = False


def filled(answer):
    """Return what the page's form would send if somebody pressed Save."""
    page = _Inputs()
    page.feed(answer.content.decode())
    return page.sent


def save(client, url, form=None, **typed):
    """Open the page, type, and save; with `form`, from the page as it was opened before."""
    sent = dict(filled(client.get(url)) if form is None else form)
    for name, value in typed.items():
        if value is None:
            sent.pop(name, None)
        else:
            sent[name] = value
    return client.post(url, sent)


def complaints(answer):
    """Return what the page says of each field, tiers included; a page that went through has none."""
    if answer.status_code != 200:
        return {}
    found = {name: list(errors) for name, errors in answer.context["adminform"].form.errors.items()}
    for inline in answer.context["inline_admin_formsets"]:
        for form in inline.formset.forms:
            found |= {f"{form.prefix}-{name}": list(errors) for name, errors in form.errors.items()}
        if inline.formset.non_form_errors():
            found[inline.formset.prefix] = list(inline.formset.non_form_errors())
    return found

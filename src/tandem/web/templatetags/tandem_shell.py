"""One tag: the library's pages are Django templates, our shell is Jinja, and here they meet."""

from typing import Any

from django import template
from django.conf import settings
from django.template import engines
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag(takes_context=True)
def tandem_shell(context: Any, title: str, content: str, head: str = "", scripts: str = "") -> SafeString:
    """The page around what the library wrote: the whole shell for members, a quiet sheet for visitors."""
    parts = {"page_title": title, "page_head": head, "page_content": content, "page_scripts": scripts}
    frame = engines["jinja2"].get_template("people/sign_in_frame.html")
    page: str = frame.render(parts, request=context["request"])
    return mark_safe(page)  # noqa: S308  Jinja escaped it; the parts come from escaped templates


@register.simple_tag
def mail_is_sent() -> bool:
    """Whether a letter would leave this installation. Otherwise an administrator hands out the link."""
    return settings.ENV.mail_url.startswith("smtp")


@register.filter
def as_control(field: Any) -> SafeString:
    """A form's field with our class and its error's address, as `components/form.html` draws it."""
    attrs = {"aria-describedby": f"{field.auto_id}-more"}
    if field.widget_type not in ("checkbox", "radioselect"):
        attrs["class"] = "in-td"
    if field.errors:
        attrs["aria-invalid"] = "true"
    field.field.widget.attrs.pop("placeholder", None)
    control: SafeString = field.as_widget(attrs=attrs)
    return control

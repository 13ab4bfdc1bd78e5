"""A seat in words, for the pages that list several."""

from django import template
from django.utils import timezone

from orders.models import Ticket
from orders.pages.seat import Seat
from orders.pages.seat import seat as in_words

register = template.Library()


@register.simple_tag
def seat_in_words(ticket: Ticket) -> Seat:
    return in_words(ticket, timezone.now())

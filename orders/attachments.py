"""What letters bring along: tickets to print and the date for a calendar."""

from .models import Order, Ticket

File = tuple[str, bytes, str]  # its name, its bytes, its type


def of_order(order: Order) -> list[File]:
    return []


def of_ticket(ticket: Ticket) -> list[File]:
    return []

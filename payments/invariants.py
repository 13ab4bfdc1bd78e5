"""What must always be true of payments, read from the tables alone."""

from collections.abc import Iterator

from django.db import connection

PAIRS = """('pending', 'awaiting'), ('pending', 'partial'), ('confirming', 'confirming'), ('paid', 'settled'), ('paid', 'review'),
    ('expired', 'awaiting'), ('expired', 'review'), ('expired', 'refunding'), ('expired', 'refunded'), ('cancelled', 'awaiting'),
    ('cancelled', 'review'), ('cancelled', 'settled'), ('cancelled', 'refunding'), ('cancelled', 'refunded')"""

BROKEN = {
    "order {}: it has no payment": """
        SELECT o.id FROM orders_order o WHERE NOT EXISTS (SELECT 1 FROM payments_payment p WHERE p.order_id = o.id)""",
    "order {}: its status and the state of its payment do not go together": f"""
        SELECT o.id FROM orders_order o JOIN payments_payment p ON p.order_id = o.id
        WHERE (o.status, p.state) NOT IN ({PAIRS})""",  # noqa: S608  # a constant
    "order {}: free or given, and it costs something": """
        SELECT o.id FROM orders_order o JOIN payments_payment p ON p.order_id = o.id
        WHERE p.provider IN ('free', 'comp') AND o.total > 0""",
    "order {}: places are held past its deadline by a minute": """
        SELECT o.id FROM orders_order o JOIN payments_payment p ON p.order_id = o.id
        WHERE o.status = 'pending' AND p.provider <> 'usdt' AND o.expires_at < now() - interval '60 seconds'""",
}


def breaches() -> Iterator[str]:
    """Yield every broken promise, in words."""
    with connection.cursor() as cursor:
        for words, query in BROKEN.items():
            cursor.execute(query)
            yield from (words.format(pk) for (pk,) in cursor.fetchall())

"""What must always be true of orders and tickets, read from the tables alone."""

from collections.abc import Iterator

from django.db import connection

BROKEN = {
    "tier {}: it counts other places as sold than its paid orders have": """
        SELECT t.id FROM events_tickettier t
        LEFT JOIN orders_orderitem i ON i.tier_id = t.id
        LEFT JOIN orders_order o ON o.id = i.order_id AND o.status = 'paid'
        GROUP BY t.id HAVING t.sold <> coalesce(sum(i.quantity - i.returned) FILTER (WHERE o.id IS NOT NULL), 0)""",
    "tier {}: it counts other places as held than its orders hold": """
        SELECT t.id FROM events_tickettier t
        LEFT JOIN orders_orderitem i ON i.tier_id = t.id
        LEFT JOIN orders_order o ON o.id = i.order_id AND o.status IN ('pending', 'confirming')
        GROUP BY t.id HAVING t.reserved <> coalesce(sum(i.quantity - i.returned) FILTER (WHERE o.id IS NOT NULL), 0)""",
    "discount code {}: it counts other orders than used it": """
        SELECT c.id FROM events_discountcode c
        LEFT JOIN orders_order o ON o.code_id = c.id AND o.status IN ('pending', 'confirming', 'paid')
        GROUP BY c.id HAVING c.used <> count(o.id)""",
    "order {}: a line of it has more or fewer live tickets than places": """
        SELECT i.order_id FROM orders_orderitem i JOIN orders_order o ON o.id = i.order_id
        LEFT JOIN orders_ticket t ON t.order_id = i.order_id AND t.tier_id = i.tier_id AND t.status IN ('valid', 'used')
        WHERE o.status = 'paid' GROUP BY i.id HAVING count(t.id) <> i.quantity - i.returned""",
    "order {}: not paid, and with tickets that open the door": """
        SELECT DISTINCT o.id FROM orders_order o JOIN orders_ticket t ON t.order_id = o.id
        WHERE o.status <> 'paid' AND t.status IN ('valid', 'used')""",
    "order {}: it has no lines": """
        SELECT o.id FROM orders_order o WHERE NOT EXISTS (SELECT 1 FROM orders_orderitem i WHERE i.order_id = o.id)""",
    "order {}: its lines do not add up to its subtotal": """
        SELECT o.id FROM orders_order o JOIN orders_orderitem i ON i.order_id = o.id
        GROUP BY o.id HAVING sum(i.unit_price * i.quantity) NOT IN (o.subtotal, o.subtotal + o.tax)""",
    "order {}: a line or a ticket of it is of another event": """
        SELECT o.id FROM orders_order o JOIN orders_orderitem i ON i.order_id = o.id JOIN events_tickettier t ON t.id = i.tier_id
        WHERE t.event_id <> o.event_id
        UNION SELECT o.id FROM orders_order o JOIN orders_ticket k ON k.order_id = o.id JOIN events_tickettier t ON t.id = k.tier_id
        WHERE (k.event_id, t.event_id) <> (o.event_id, o.event_id)""",
    "ticket {}: its code is not of its order": """
        SELECT t.id FROM orders_ticket t JOIN orders_order o ON o.id = t.order_id
        WHERE substr(t.code, 5, 10) <> substr(o.reference, 4)""",
    "order {}: its status is not the last one in its history": """
        SELECT o.id FROM orders_order o LEFT JOIN LATERAL (
            SELECT h.new_status FROM ticketing_historyentry h WHERE h.subject_id = o.id AND h.new_status <> ''
            ORDER BY h.id DESC LIMIT 1) last ON true
        WHERE o.status IS DISTINCT FROM last.new_status""",
    "ticket {}: its status is not the last one in its history": """
        SELECT t.id FROM orders_ticket t LEFT JOIN LATERAL (
            SELECT h.new_status FROM ticketing_historyentry h WHERE h.subject_id = t.id AND h.new_status <> ''
            ORDER BY h.id DESC LIMIT 1) last ON true
        WHERE t.status <> coalesce(last.new_status, 'valid')""",
    "ticket {}: it is used, and no admission of it stands": """
        SELECT t.id FROM orders_ticket t WHERE t.status = 'used' AND NOT EXISTS (
            SELECT 1 FROM orders_scan s WHERE s.ticket_id = t.id AND s.verdict = 'admitted' AND s.undone_at IS NULL
            AND s.at = t.used_at)""",
    "ticket {}: it was let in more than once": """
        SELECT s.ticket_id FROM orders_scan s WHERE s.verdict = 'admitted' AND s.undone_at IS NULL
        GROUP BY s.ticket_id HAVING count(*) > 1""",
    "ticket {}: it was let in, and is valid all the same": """
        SELECT t.id FROM orders_ticket t JOIN orders_scan s ON s.ticket_id = t.id
        WHERE t.status = 'valid' AND s.verdict = 'admitted' AND s.undone_at IS NULL""",
    "ticket {}: it was let in at the door of another event": """
        SELECT t.id FROM orders_ticket t JOIN orders_scan s ON s.ticket_id = t.id
        WHERE s.verdict = 'admitted' AND s.event_id <> t.event_id""",
    "ticket {}: a code of it that is dead is its own once more": """
        SELECT t.id FROM orders_ticket t JOIN orders_deadcode d ON d.serial = t.serial OR d.secret = t.secret""",
    "ticket {}: it was passed on more often than codes of it died": """
        SELECT t.id FROM orders_ticket t LEFT JOIN orders_deadcode d ON d.ticket_id = t.id
        GROUP BY t.id HAVING t.transfers > count(d.id)""",
    "event {}: a person has more than one order, and one is the rule": """
        SELECT o.event_id FROM orders_order o WHERE o.single_key <> '' AND o.status IN ('pending', 'confirming', 'paid')
        GROUP BY o.event_id, o.single_key HAVING count(*) > 1""",
}


def breaches() -> Iterator[str]:
    """Yield every broken promise, in words."""
    with connection.cursor() as cursor:
        for words, query in BROKEN.items():
            cursor.execute(query)
            yield from (words.format(pk) for (pk,) in cursor.fetchall())

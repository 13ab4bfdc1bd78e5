"""What must always be true of events, read from the tables alone."""

from collections.abc import Iterator

from django.db import connection

BROKEN = {
    "event {}: its capacity counts other places than its tiers": """
        SELECT e.id FROM events_event e LEFT JOIN events_tickettier t ON t.event_id = e.id
        WHERE e.capacity IS NOT NULL GROUP BY e.id
        HAVING (e.sold, e.reserved) <> (coalesce(sum(t.sold), 0), coalesce(sum(t.reserved), 0))""",
    "event {}: a counter is off its limits": """
        SELECT id FROM events_event WHERE waiting_any < 0 OR sold < 0 OR reserved < 0 OR sold + reserved > coalesce(capacity, 0)""",
    "tier {}: a counter is off its limits": """
        SELECT id FROM events_tickettier
        WHERE sold < 0 OR reserved < 0 OR waiting < 0 OR sold + reserved > quantity OR available <> quantity - sold - reserved""",
    "event {}: public, and without a tier": """
        SELECT e.id FROM events_event e WHERE e.status IN ('published', 'sales_closed')
        AND NOT EXISTS (SELECT 1 FROM events_tickettier t WHERE t.event_id = e.id)""",
    "event {}: public, and deleted": """
        SELECT id FROM events_event WHERE status IN ('published', 'sales_closed') AND deleted_at IS NOT NULL""",
    "event {}: public, and its promoter deleted": """
        SELECT e.id FROM events_event e JOIN accounts_promoter p ON p.id = e.promoter_id
        WHERE e.status IN ('published', 'sales_closed') AND p.deleted_at IS NOT NULL""",
    "event {}: a draft with places sold or held": """
        SELECT DISTINCT e.id FROM events_event e JOIN events_tickettier t ON t.event_id = e.id
        WHERE e.status = 'draft' AND t.sold + t.reserved > 0""",
    "event {}: its status is not the last one in its history": """
        SELECT e.id FROM events_event e JOIN LATERAL (
            SELECT h.new_status FROM ticketing_historyentry h WHERE h.subject_id = e.id AND h.new_status <> ''
            ORDER BY h.at DESC, h.id DESC LIMIT 1) last ON true
        WHERE e.status <> last.new_status""",
    "discount code {}: used more often than it may be": """
        SELECT id FROM events_discountcode WHERE used < 0 OR used > max_uses""",
    "discount code {}: for a tier of another event": """
        SELECT c.id FROM events_discountcode c JOIN events_discountcode_tiers ct ON ct.discountcode_id = c.id
        JOIN events_tickettier t ON t.id = ct.tickettier_id WHERE t.event_id <> c.event_id""",
    "event {}: shows a picture of another event, or one that is not drawn": """
        SELECT e.id FROM events_event e JOIN events_picture p ON p.digest = e.image_id
        WHERE p.event_id <> e.id OR p.original IS NOT NULL""",
    "picture {}: waits for five minutes to be drawn": """
        SELECT id FROM events_picture WHERE original IS NOT NULL AND created_at < now() - interval '5 minutes'""",
    "reminder {}: its sale has begun, and no letter is owed": """
        SELECT r.id FROM events_reminder r JOIN events_event e ON e.id = r.event_id
        WHERE r.sent_at IS NULL AND e.status = 'published' AND e.deleted_at IS NULL AND e.ends_at > now() AND EXISTS (
            SELECT 1 FROM events_tickettier t WHERE t.event_id = e.id AND t.is_active AND NOT t.hidden
            AND t.sale_starts_at < now() - interval '5 minutes' AND (t.sale_ends_at IS NULL OR t.sale_ends_at > now()))
        AND r.created_at < now() - interval '5 minutes'""",
    "reminder {}: its address should be forgotten": """
        SELECT r.id FROM events_reminder r JOIN events_event e ON e.id = r.event_id
        WHERE r.sent_at < now() - interval '8 days' OR e.ends_at < now() - interval '1 day'""",
    "event {}: a price has more decimals than its currency": """
        SELECT DISTINCT e.id FROM events_event e JOIN events_tickettier t ON t.event_id = e.id
        WHERE e.currency = 'IDR' AND t.price <> trunc(t.price)""",
}


def breaches() -> Iterator[str]:
    """Yield every broken promise, in words."""
    with connection.cursor() as cursor:
        for words, query in BROKEN.items():
            cursor.execute(query)
            yield from (words.format(pk) for (pk,) in cursor.fetchall())

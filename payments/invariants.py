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
    "payment {}: in USDT, and nothing was ever quoted": """
        SELECT p.id FROM payments_payment p WHERE p.provider = 'usdt'
        AND NOT EXISTS (SELECT 1 FROM payments_quote q WHERE q.payment_id = p.id)""",
    "payment {}: settled by a chain, which holds less than is enough": """
        SELECT p.id FROM payments_payment p JOIN orders_order o ON o.id = p.order_id
        WHERE p.provider = 'usdt' AND p.state = 'settled' AND o.status = 'paid' AND NOT p.by_hand AND p.touched_height IS NULL
        AND NOT EXISTS (
            SELECT 1 FROM payments_quote q JOIN blockchain_transactions t
            ON t.to_address = p.address_id AND t.chain_id = q.chain_id AND t.token_id = q.token_id AND t.canonical AND t.accepted
            WHERE q.payment_id = p.id GROUP BY q.id HAVING sum(t.amount) >= q.least)""",
    "payment {}: its state is not the last one in its history": """
        SELECT p.id FROM payments_payment p LEFT JOIN LATERAL (
            SELECT h.new_status FROM ticketing_historyentry h WHERE h.subject_id = p.id AND h.new_status <> ''
            ORDER BY h.id DESC LIMIT 1) last ON true
        WHERE p.provider = 'usdt' AND p.state <> coalesce(last.new_status, 'awaiting')""",
    "order {}: its places are held, and every chain it could be paid on was read to three minutes after its time": """
        SELECT o.id FROM orders_order o JOIN payments_payment p ON p.order_id = o.id
        JOIN payments_quote q ON q.payment_id = p.id LEFT JOIN payments_chaincursor c ON c.chain_id = q.chain_id
        WHERE o.status = 'pending' AND p.provider = 'usdt'
        GROUP BY o.id HAVING bool_and(c.at IS NOT NULL AND c.at > o.expires_at + interval '180 seconds')""",
    "address {}: shown to somebody, and of no payment; or of a payment, and taken for unused": """
        SELECT a.address FROM payments_paymentaddress a LEFT JOIN payments_payment p ON p.address_id = a.id
        WHERE a.is_used <> (p.id IS NOT NULL)""",
    "chain {}: its newest block is not where its cursor stands": """
        SELECT c.chain_id FROM payments_chaincursor c LEFT JOIN LATERAL (
            SELECT b.number, b.hash FROM payments_chainblock b WHERE b.chain_id = c.chain_id ORDER BY b.number DESC LIMIT 1) tip ON true
        WHERE (c.number, c.hash) IS DISTINCT FROM (tip.number, tip.hash)""",
    "block {}: it does not follow the one before": """
        SELECT found.hash FROM (
            SELECT hash, parent, number, lag(hash) OVER older AS before, lag(number) OVER older AS number_before
            FROM payments_chainblock WINDOW older AS (PARTITION BY chain_id ORDER BY number)) found
        WHERE number_before IS NOT NULL AND (parent, number) IS DISTINCT FROM (before, number_before + 1)""",
    "transfer {}: it counts, and its block is not in the chain": """
        SELECT t.tx_hash FROM blockchain_transactions t WHERE t.canonical
        AND t.block_number >= (SELECT min(b.number) FROM payments_chainblock b WHERE b.chain_id = t.chain_id)
        AND NOT EXISTS (SELECT 1 FROM payments_chainblock b WHERE b.chain_id = t.chain_id AND b.hash = t.block_hash)""",
    "transaction {}: it counts in two blocks": """
        SELECT t.tx_hash FROM blockchain_transactions t WHERE t.canonical
        GROUP BY t.chain_id, t.tx_hash HAVING count(DISTINCT t.block_hash) > 1""",
}


def breaches() -> Iterator[str]:
    """Yield every broken promise, in words."""
    with connection.cursor() as cursor:
        for words, query in BROKEN.items():
            cursor.execute(query)
            yield from (words.format(pk) for (pk,) in cursor.fetchall())

from importlib import import_module

from django.db import migrations

# Whoever takes an order for paid by hand mostly takes USDT that came late or a little short: then the money is here.
BEFORE = import_module("payments.migrations.0004_sales").SALES
BY_HAND = "p.provider = 'usdt' AND NOT p.by_hand AS is_here"
SEEN = """p.provider = 'usdt' AND (NOT p.by_hand OR EXISTS (
            SELECT 1 FROM blockchain_transactions t JOIN payments_quote q ON q.chain_id = t.chain_id AND q.token_id = t.token_id
            WHERE q.payment_id = p.id AND t.to_address = p.address_id AND t.canonical AND t.accepted AND t.block_at <= p.confirmed_at
        )) AS is_here"""
AFTER = BEFORE.replace(BY_HAND, SEEN)
DROP = "DROP MATERIALIZED VIEW event_sales_summary"
UNIQUE = "CREATE UNIQUE INDEX one_summary_per_event ON event_sales_summary (event_id)"


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0004_sales"),
    ]

    operations = [
        migrations.RunSQL([DROP, AFTER, UNIQUE], [DROP, BEFORE, UNIQUE]),
    ]

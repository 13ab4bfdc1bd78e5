from importlib import import_module

from django.db import migrations

# Whoever takes an order for paid by hand mostly takes USDT that came late or a little short: then as much of it is here as came
# until then, or as came back since, if a loss was written off.
BEFORE = import_module("payments.migrations.0004_sales").SALES
BY_HAND = "p.provider = 'usdt' AND NOT p.by_hand AS is_here"
SEEN = """CASE WHEN p.provider <> 'usdt' THEN 0 WHEN NOT p.by_hand THEN 1 ELSE (
            SELECT least(1, coalesce(max(seen.part), 0)) FROM (
                SELECT sum(t.amount) / q.due AS part FROM payments_quote q JOIN blockchain_transactions t
                ON t.chain_id = q.chain_id AND t.token_id = q.token_id AND t.to_address = p.address_id AND t.canonical AND t.accepted
                WHERE q.payment_id = p.id AND (t.block_at <= p.confirmed_at OR o.paid_at < p.confirmed_at) GROUP BY q.id) seen
        ) END AS here"""
OWED = "sum(CASE WHEN is_here THEN rest - fee ELSE -fee END)"
SHARE = "sum(round(rest * here, 2) - fee)"
AFTER = BEFORE.replace(BY_HAND, SEEN).replace(OWED, SHARE)
DROP = "DROP MATERIALIZED VIEW event_sales_summary"
UNIQUE = "CREATE UNIQUE INDEX one_summary_per_event ON event_sales_summary (event_id)"


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0004_sales"),
    ]

    operations = [
        migrations.RunSQL([DROP, AFTER, UNIQUE], [DROP, BEFORE, UNIQUE]),
    ]

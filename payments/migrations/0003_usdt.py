"""USDT: chains and tokens, addresses, rates, quotes, and the money that was seen."""

from decimal import Decimal

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.datetime
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

import ticketing.bases
from ticketing.triggers import append_only, audited, touched

# Whoever writes, and by whatever road: only the columns that are named may change, and nothing may be deleted.
FROZEN = """
CREATE FUNCTION payments_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free CONSTANT text[] := string_to_array(TG_ARGV[0], ',');
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(OLD) - free <> to_jsonb(NEW) - free THEN
        RAISE EXCEPTION '% keeps its facts', TG_TABLE_NAME USING ERRCODE = 'restrict_violation', CONSTRAINT = 'facts_never_change';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON payments_paymentaddress
    FOR EACH ROW EXECUTE FUNCTION payments_frozen('is_used,used_at,updated_at');
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON blockchain_transactions
    FOR EACH ROW EXECUTE FUNCTION payments_frozen('canonical,updated_at')
"""
USED = """
CREATE FUNCTION payments_stays_used() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'address % was shown to somebody, and is never unused again', OLD.address
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'used_address_stays_used';
END $$;
CREATE TRIGGER stays_used BEFORE UPDATE OF is_used, used_at ON payments_paymentaddress
    FOR EACH ROW WHEN (OLD.is_used AND (NOT NEW.is_used OR NEW.used_at IS DISTINCT FROM OLD.used_at))
    EXECUTE FUNCTION payments_stays_used()
"""
# An order's address is its own for life.
KEPT = """
CREATE FUNCTION payments_keeps_address() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'payment % has its address for life', OLD.id
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'payment_keeps_its_address';
END $$;
CREATE TRIGGER keeps_address BEFORE UPDATE OF address_id ON payments_payment
    FOR EACH ROW WHEN (OLD.address_id IS NOT NULL AND NEW.address_id IS DISTINCT FROM OLD.address_id)
    EXECUTE FUNCTION payments_keeps_address()
"""


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0001_initial"),
        ("payments", "0001_initial"),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name="Quote",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=ticketing.bases.DatabaseUUID7(),
                        default=ticketing.bases.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("due", models.DecimalField(decimal_places=0, max_digits=78, verbose_name="due, in the token's smallest units")),
                ("least", models.DecimalField(decimal_places=0, max_digits=78, verbose_name="enough, in the token's smallest units")),
                ("quoted_at", models.DateTimeField(verbose_name="quoted at")),
                ("deadline", models.DateTimeField(verbose_name="valid until")),
            ],
            options={
                "verbose_name": "quote",
                "verbose_name_plural": "quotes",
            },
        ),
        migrations.CreateModel(
            name="Rate",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=ticketing.bases.DatabaseUUID7(),
                        default=ticketing.bases.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("currency", models.CharField(max_length=4, verbose_name="currency")),
                ("per_usdt", models.DecimalField(decimal_places=8, max_digits=20, null=True, verbose_name="of it for one USDT")),
                ("source", models.CharField(help_text="“median” of several, or “static”.", max_length=20, verbose_name="source")),
                ("fetched_at", models.DateTimeField(verbose_name="fetched at")),
                ("refused", models.CharField(blank=True, max_length=40, verbose_name="refused because")),
            ],
            options={
                "verbose_name": "rate",
                "verbose_name_plural": "rates",
                "indexes": [models.Index(fields=["currency", "-fetched_at"], name="rates_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("currency__in", ["IDR", "USD"])),
                        name="rate_of_known_currency",
                        violation_error_message="A rate is of IDR or USD.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("per_usdt", None), ("per_usdt__gt", 0), _connector="OR"),
                        name="rate_is_positive",
                        violation_error_message="A rate is more than 0.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("refused", ""), _negated=True), ("per_usdt__isnull", False), _connector="OR"),
                        name="accepted_rate_has_value",
                        violation_error_message="An accepted rate has a value.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["median", "static"])),
                        name="rate_source_known",
                        violation_error_message="A rate is the median of several, or static.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RateQuote",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=ticketing.bases.DatabaseUUID7(),
                        default=ticketing.bases.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("source", models.CharField(max_length=40, verbose_name="source")),
                ("per_usdt", models.DecimalField(decimal_places=8, max_digits=20, null=True, verbose_name="of it for one USDT")),
                ("quoted_at", models.DateTimeField(null=True, verbose_name="its own time")),
                ("milliseconds", models.IntegerField(default=0, verbose_name="took")),
                ("reason", models.CharField(blank=True, max_length=40, verbose_name="did not count because")),
            ],
            options={
                "verbose_name": "answer",
                "verbose_name_plural": "answers",
            },
        ),
        migrations.CreateModel(
            name="Token",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=ticketing.bases.DatabaseUUID7(),
                        default=ticketing.bases.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("address", models.CharField(max_length=42, verbose_name="address")),
                ("label", models.CharField(max_length=20, verbose_name="label")),
                ("decimals", models.SmallIntegerField(verbose_name="decimals")),
                ("accepted", models.BooleanField(default=False, verbose_name="accepted")),
                ("position", models.SmallIntegerField(default=0, verbose_name="position")),
            ],
            options={
                "verbose_name": "token",
                "verbose_name_plural": "tokens",
            },
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=ticketing.bases.DatabaseUUID7(),
                        default=ticketing.bases.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("sender", models.CharField(db_column="from_address", max_length=42, verbose_name="from")),
                ("tx_hash", models.CharField(db_index=True, max_length=66, verbose_name="transaction")),
                ("block_number", models.BigIntegerField(verbose_name="block")),
                ("block_hash", models.CharField(max_length=66, verbose_name="hash of the block")),
                ("log_index", models.IntegerField(verbose_name="number in the block")),
                ("amount", models.DecimalField(decimal_places=0, max_digits=78, verbose_name="amount, in the token's smallest units")),
                ("block_at", models.DateTimeField(verbose_name="time of the block")),
                ("canonical", models.BooleanField(default=True, verbose_name="in the chain")),
                ("accepted", models.BooleanField(default=True, verbose_name="accepted")),
            ],
            options={
                "verbose_name": "transfer",
                "verbose_name_plural": "transfers",
                "db_table": "blockchain_transactions",
            },
        ),
        migrations.AddField(
            model_name="payment",
            name="is_late",
            field=models.BooleanField(default=False, editable=False, verbose_name="after the deadline"),
        ),
        migrations.AddField(
            model_name="payment",
            name="is_over",
            field=models.BooleanField(default=False, editable=False, verbose_name="more than was due"),
        ),
        migrations.AddField(
            model_name="payment",
            name="is_reorged",
            field=models.BooleanField(default=False, editable=False, verbose_name="fell out of the chain once"),
        ),
        migrations.AddField(
            model_name="payment",
            name="is_under",
            field=models.BooleanField(default=False, editable=False, verbose_name="settled with a little less"),
        ),
        migrations.AddField(
            model_name="payment",
            name="touched_height",
            field=models.BigIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.CreateModel(
            name="Chain",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=ticketing.bases.DatabaseUUID7(),
                        default=ticketing.bases.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("number", models.BigIntegerField(unique=True, verbose_name="chain id")),
                ("name", models.CharField(max_length=40, verbose_name="name")),
                ("position", models.SmallIntegerField(default=0, verbose_name="position")),
                ("enabled", models.BooleanField(default=False, verbose_name="enabled")),
                (
                    "explorer",
                    models.CharField(
                        blank=True, help_text="Its address, which /tx/ and /address/ follow.", max_length=200, verbose_name="explorer"
                    ),
                ),
                (
                    "small_amount",
                    models.DecimalField(decimal_places=2, default=Decimal("100"), max_digits=12, verbose_name="small until, in USDT"),
                ),
                ("small_depth", models.IntegerField(verbose_name="blocks for a small amount")),
                ("large_depth", models.IntegerField(blank=True, null=True, verbose_name="blocks for a large amount")),
                ("final_depth", models.IntegerField(verbose_name="blocks until final")),
                ("final_tag", models.BooleanField(default=True, verbose_name="its own word for final counts, too")),
                ("query_delay", models.SmallIntegerField(default=1, verbose_name="blocks left unread at the head")),
                ("patience", models.IntegerField(default=300, verbose_name="not sold when unseen for, in seconds")),
            ],
            options={
                "verbose_name": "chain",
                "verbose_name_plural": "chains",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("number__gt", 0)),
                        name="chain_number_positive",
                        violation_error_message="A chain id is more than 0.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="chain_has_name",
                        violation_error_message="A chain needs a name.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("final_depth__gte", models.F("small_depth")),
                            ("patience__gt", 0),
                            ("query_delay__gte", 0),
                            ("small_depth__gte", 1),
                        ),
                        name="chain_depths_make_sense",
                        violation_error_message="At least one block is waited for, and final is no sooner than believed.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("large_depth", None),
                            models.Q(("large_depth__gte", models.F("small_depth")), ("large_depth__lte", models.F("final_depth"))),
                            _connector="OR",
                        ),
                        name="chain_large_depth_between",
                        violation_error_message="A large amount waits no shorter than a small one, and no longer than until final.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("small_amount__gte", 0)),
                        name="chain_small_amount_not_negative",
                        violation_error_message="An amount cannot be less than nothing.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("explorer", ""), ("explorer__startswith", "https://"), _connector="OR"),
                        name="chain_explorer_is_https",
                        violation_error_message="An explorer's address begins with https://.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChainBlock",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=ticketing.bases.DatabaseUUID7(),
                        default=ticketing.bases.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("number", models.BigIntegerField(verbose_name="number")),
                ("hash", models.CharField(max_length=66, verbose_name="hash")),
                ("parent", models.CharField(max_length=66, verbose_name="hash of the one before")),
                ("at", models.DateTimeField(verbose_name="time")),
                (
                    "chain",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="blocks",
                        to="payments.chain",
                        verbose_name="chain",
                    ),
                ),
            ],
            options={
                "verbose_name": "block",
                "verbose_name_plural": "blocks",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("chain", "number"),
                        name="one_block_per_number",
                        violation_error_message="The chain has a block of this number.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("hash__regex", "^0x[0-9a-f]{64}$"), ("number__gte", 0), ("parent__regex", "^0x[0-9a-f]{64}$")),
                        name="block_shape",
                        violation_error_message="A block has a number, its hash, and that of the one before.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChainCursor",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=ticketing.bases.DatabaseUUID7(),
                        default=ticketing.bases.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("number", models.BigIntegerField(verbose_name="block")),
                ("hash", models.CharField(max_length=66, verbose_name="hash")),
                ("at", models.DateTimeField(verbose_name="time of the block")),
                ("final_number", models.BigIntegerField(verbose_name="final until")),
                ("checked_number", models.BigIntegerField(default=-1, verbose_name="looked at again until")),
                ("reached_at", models.DateTimeField(blank=True, null=True, verbose_name="head reached at")),
                ("halted", models.CharField(blank=True, max_length=200, verbose_name="nothing is settled because")),
                (
                    "chain",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="cursor", to="payments.chain", verbose_name="chain"
                    ),
                ),
            ],
            options={
                "verbose_name": "cursor",
                "verbose_name_plural": "cursors",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("final_number__gte", -1),
                            ("final_number__lte", models.F("number")),
                            ("hash__regex", "^0x[0-9a-f]{64}$"),
                            ("number__gte", 0),
                            ("checked_number__gte", -1),
                            ("checked_number__lte", models.F("number")),
                        ),
                        name="cursor_shape",
                        violation_error_message="A cursor stands at a block; nothing after it is final, or was looked at again.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentAddress",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=ticketing.bases.DatabaseUUID7(),
                        default=ticketing.bases.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("address", models.CharField(max_length=42, unique=True, verbose_name="address")),
                ("wallet", models.CharField(help_text="The fingerprint of the wallet's public key.", max_length=8, verbose_name="wallet")),
                ("account", models.IntegerField(verbose_name="account")),
                ("index", models.IntegerField(verbose_name="number")),
                ("private_key", models.CharField(max_length=300, verbose_name="way to its key")),
                ("is_used", models.BooleanField(default=False, editable=False, verbose_name="used")),
                ("used_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="used at")),
            ],
            options={
                "verbose_name": "address",
                "verbose_name_plural": "addresses",
                "indexes": [models.Index(condition=models.Q(("is_used", False)), fields=["wallet", "index"], name="addresses_free")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("address__regex", "^0x[0-9a-f]{40}$")),
                        name="address_shape",
                        violation_error_message="An address is 0x and 40 small hexadecimal digits.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("account__gte", 0), ("index__gte", 0), ("wallet__regex", "^[0-9a-f]{8}$")),
                        name="address_says_where_it_is_from",
                        violation_error_message="An address has its wallet, its account and its number there.",
                    ),
                    models.UniqueConstraint(
                        fields=("wallet", "account", "index"),
                        name="one_address_per_number",
                        violation_error_message="The wallet has an address of this number already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("private_key__regex", "^(hd:v1:[0-9a-f]{8}:m/[0-9'/]+|sealed:v1:[0-9a-z]+:[A-Za-z0-9+/=]+)$"),
                            models.Q(("private_key__regex", "[0-9a-fA-F]{64}"), _negated=True),
                        ),
                        name="address_holds_no_key",
                        violation_error_message="No private key is kept here, but the way to it, or one that cannot be opened here.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("is_used", True), ("used_at__isnull", False)),
                            models.Q(("is_used", False), ("used_at", None)),
                            _connector="OR",
                        ),
                        name="used_address_says_when",
                        violation_error_message="A used address has the time at which it was taken.",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="payment",
            name="address",
            field=models.OneToOneField(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payment",
                to="payments.paymentaddress",
                verbose_name="address",
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(condition=models.Q(("touched_height__isnull", False)), fields=["touched_height"], name="payments_touched"),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("address__isnull", False), ("provider", "usdt")),
                    models.Q(("address", None), models.Q(("provider", "usdt"), _negated=True)),
                    _connector="OR",
                ),
                name="usdt_payment_has_address",
                violation_error_message="A payment in USDT has an address, and no other has one.",
            ),
        ),
        migrations.AddField(
            model_name="quote",
            name="chain",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.chain", verbose_name="chain"
            ),
        ),
        migrations.AddField(
            model_name="quote",
            name="payment",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="quotes",
                to="payments.payment",
                verbose_name="payment",
            ),
        ),
        migrations.AddField(
            model_name="quote",
            name="rate",
            field=models.ForeignKey(
                help_text="None for USDT.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="payments.rate",
                verbose_name="rate",
            ),
        ),
        migrations.AddField(
            model_name="ratequote",
            name="rate",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="quotes", to="payments.rate", verbose_name="round"
            ),
        ),
        migrations.AddField(
            model_name="token",
            name="chain",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tokens",
                to="payments.chain",
                verbose_name="chain",
            ),
        ),
        migrations.AddField(
            model_name="quote",
            name="token",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.token", verbose_name="token"
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="address",
            field=models.ForeignKey(
                db_column="to_address",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transfers",
                to="payments.paymentaddress",
                verbose_name="to",
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="chain",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.chain", verbose_name="chain"
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="token",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.token", verbose_name="token"
            ),
        ),
        migrations.AddConstraint(
            model_name="ratequote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", ""), _negated=True), models.Q(("per_usdt__gt", 0), ("per_usdt__isnull", False)), _connector="OR"
                ),
                name="counted_answer_has_value",
                violation_error_message="An answer that counts has a value of more than 0.",
            ),
        ),
        migrations.AddIndex(
            model_name="token",
            index=models.Index(fields=["chain", "position"], name="tokens_of_chain"),
        ),
        migrations.AddConstraint(
            model_name="token",
            constraint=models.UniqueConstraint(
                fields=("chain", "address"),
                name="one_token_per_address",
                violation_error_message="The chain has a token at this address already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="token",
            constraint=models.CheckConstraint(
                condition=models.Q(("address__regex", "^0x[0-9a-f]{40}$")),
                name="token_address_shape",
                violation_error_message="An address is 0x and 40 small hexadecimal digits.",
            ),
        ),
        migrations.AddConstraint(
            model_name="token",
            constraint=models.CheckConstraint(
                condition=models.Q(("decimals__gte", 2), ("decimals__lte", 30)),
                name="token_decimals_within_reason",
                violation_error_message="A token has 2 to 30 decimals.",
            ),
        ),
        migrations.AddConstraint(
            model_name="token",
            constraint=models.CheckConstraint(
                condition=models.Q(("label", ""), _negated=True), name="token_has_label", violation_error_message="A token needs a label."
            ),
        ),
        migrations.AddIndex(
            model_name="quote",
            index=models.Index(fields=["payment", "-quoted_at"], name="quotes_of_payment"),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=models.CheckConstraint(
                condition=models.Q(("due__gte", models.F("least")), ("least__gt", 0)),
                name="quote_asks_for_something",
                violation_error_message="Something is due, and what is enough is more than nothing.",
            ),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=models.CheckConstraint(
                condition=models.Q(("deadline__gt", models.F("quoted_at"))),
                name="quote_ends_after_start",
                violation_error_message="A quote ends after it starts.",
            ),
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(fields=["chain", "block_number"], name="transfers_by_height"),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.UniqueConstraint(
                fields=("chain", "block_hash", "log_index"),
                name="one_transfer_per_log",
                violation_error_message="This transfer is known already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("canonical", True)),
                expressions=[("chain", "="), ("tx_hash", "="), ("block_hash", "<>")],
                name="transaction_stands_in_one_block",
                violation_error_message="A transaction is in one block only.",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)),
                name="transfer_amount_positive",
                violation_error_message="A transfer is of more than nothing.",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("block_hash__regex", "^0x[0-9a-f]{64}$"), ("sender__regex", "^0x[0-9a-f]{40}$"), ("tx_hash__regex", "^0x[0-9a-f]{64}$")
                ),
                name="transfer_hashes_shape",
                violation_error_message="Hashes and addresses are 0x and small hexadecimal digits.",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(("block_number__gte", 0), ("log_index__gte", 0)),
                name="transfer_has_its_place",
                violation_error_message="A transfer has its block and its number there.",
            ),
        ),
        touched("payments_chain"),
        touched("payments_token"),
        touched("payments_paymentaddress"),
        touched("blockchain_transactions"),
        touched("payments_chainblock"),
        touched("payments_chaincursor"),
        audited("payments_chain"),
        audited("payments_token"),
        append_only("payments_rate"),
        append_only("payments_ratequote"),
        append_only("payments_quote"),
        migrations.RunSQL(FROZEN, "DROP FUNCTION payments_frozen() CASCADE"),
        migrations.RunSQL(USED, "DROP FUNCTION payments_stays_used() CASCADE"),
        migrations.RunSQL(KEPT, "DROP FUNCTION payments_keeps_address() CASCADE"),
    ]

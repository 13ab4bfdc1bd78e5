"""The ground floor: ids, the triggers that every table may use, history, audit, outbox and counters."""

import django.db.models.functions.datetime
from django.db import migrations, models

import ticketing.bases
from ticketing.triggers import append_only, touched

UUID7 = """
CREATE FUNCTION ticketing_uuid7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
    -- 48 bits of milliseconds, the version, 12 bits of the millisecond's parts, and the rest of a random UUID
    SELECT (
        lpad(to_hex(moment / 1000), 12, '0') || '7'
        || lpad(to_hex(moment % 1000 * 4096 / 1000), 3, '0')
        || substr(replace(gen_random_uuid()::text, '-', ''), 17)
    )::uuid
    FROM (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS moment) AS now
$$
"""

TOUCH = """
CREATE FUNCTION ticketing_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END $$
"""

# The switch is set for test databases only, whose tables are emptied between tests. It opens TRUNCATE, never
# UPDATE or DELETE, and the application's role may not truncate anyway.
APPEND_ONLY = """
CREATE FUNCTION ticketing_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_setting('app.allow_truncate', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""

# A key that only the owner can read, so that a digest of a small secret (an address) cannot be guessed backwards.
DIGEST = """
CREATE TABLE ticketing_digestkey (key bytea PRIMARY KEY);
INSERT INTO ticketing_digestkey
    VALUES (sha256(decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex')));
CREATE FUNCTION ticketing_digest(value text) RETURNS text
LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT substr(encode(sha256(key || sha256(key || convert_to(value, 'UTF8'))), 'hex'), 1, 32)
    FROM public.ticketing_digestkey
$$
"""

AUDIT = """
CREATE FUNCTION ticketing_audit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    omitted CONSTANT text[] := string_to_array(TG_ARGV[0], ',');
    masked CONSTANT text[] := TG_ARGV[1];
    old_values jsonb;
    new_values jsonb;
    name text;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        old_values := to_jsonb(OLD) - omitted;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        new_values := to_jsonb(NEW) - omitted;
    END IF;
    IF TG_OP = 'UPDATE' AND old_values = new_values THEN
        RETURN NULL;
    END IF;
    FOREACH name IN ARRAY masked LOOP
        IF old_values ->> name <> '' THEN
            old_values := jsonb_set(old_values, ARRAY[name], to_jsonb(public.ticketing_digest(old_values ->> name)));
        END IF;
        IF new_values ->> name <> '' THEN
            new_values := jsonb_set(new_values, ARRAY[name], to_jsonb(public.ticketing_digest(new_values ->> name)));
        END IF;
    END LOOP;
    INSERT INTO public.ticketing_auditlog ("user", action, "table", record, old_values, new_values, ip, request_id)
    VALUES (
        nullif(current_setting('app.user', true), '')::uuid,
        CASE TG_OP WHEN 'INSERT' THEN 'CREATE' ELSE TG_OP END,
        TG_TABLE_NAME,
        coalesce(new_values, old_values) ->> 'id',
        old_values,
        new_values,
        coalesce(public.ticketing_digest(nullif(current_setting('app.ip', true), '')), ''),
        coalesce(current_setting('app.request_id', true), '')
    );
    RETURN NULL;
END $$
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.RunSQL(UUID7, "DROP FUNCTION ticketing_uuid7()"),
        migrations.RunSQL(TOUCH, "DROP FUNCTION ticketing_touch()"),
        migrations.RunSQL(APPEND_ONLY, "DROP FUNCTION ticketing_append_only()"),
        migrations.RunSQL(DIGEST, "DROP FUNCTION ticketing_digest(text); DROP TABLE ticketing_digestkey"),
        migrations.RunSQL(AUDIT, "DROP FUNCTION ticketing_audit()"),
        migrations.CreateModel(
            name="AuditLog",
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
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="when")),
                ("user", models.UUIDField(help_text="who did it, if a person did", null=True, verbose_name="by whom")),
                (
                    "action",
                    models.CharField(
                        choices=[("CREATE", "create"), ("UPDATE", "update"), ("DELETE", "delete"), ("EXPORT", "export")],
                        max_length=6,
                        verbose_name="what",
                    ),
                ),
                ("table", models.CharField(max_length=63, verbose_name="table")),
                ("record", models.CharField(max_length=63, verbose_name="record")),
                ("old_values", models.JSONField(null=True)),
                ("new_values", models.JSONField(null=True)),
                ("ip", models.CharField(blank=True, help_text="keyed digest of the address it came from", max_length=32)),
                ("request_id", models.CharField(blank=True, max_length=32, verbose_name="request")),
            ],
            options={
                "verbose_name": "audit entry",
                "verbose_name_plural": "audit log",
                "indexes": [
                    models.Index(fields=["table", "record", "at"], name="audit_record"),
                    models.Index(fields=["user", "at"], name="audit_user"),
                    models.Index(fields=["at"], name="audit_at"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("action__in", ["CREATE", "UPDATE", "DELETE", "EXPORT"])), name="audit_action_known"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EmailMessage",
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
                ("subject_type", models.CharField(max_length=60)),
                ("subject_id", models.UUIDField()),
                (
                    "kind",
                    models.CharField(
                        help_text="app.name: the function in that app's emails that writes it", max_length=60, verbose_name="kind"
                    ),
                ),
                ("occasion", models.CharField(blank=True, help_text="empty for once-only letters", max_length=60)),
                ("to", models.EmailField(max_length=254, verbose_name="to")),
                ("language", models.CharField(max_length=5)),
                ("details", models.JSONField(blank=True, default=dict)),
                ("due_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="due at")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="tries")),
                ("last_error", models.CharField(blank=True, max_length=200, verbose_name="last error")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent at")),
                ("failed_at", models.DateTimeField(blank=True, null=True, verbose_name="given up at")),
            ],
            options={
                "verbose_name": "letter",
                "verbose_name_plural": "letters",
                "indexes": [
                    models.Index(condition=models.Q(("failed_at", None), ("sent_at", None)), fields=["due_at"], name="letters_waiting"),
                    models.Index(fields=["to", "created_at"], name="letters_to"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("subject_id", "kind", "occasion"), name="one_letter_per_occasion"),
                    models.CheckConstraint(
                        condition=models.Q(("sent_at", None), ("failed_at", None), _connector="OR"), name="letter_sent_or_failed_not_both"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoryEntry",
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
                ("subject_type", models.CharField(max_length=60, verbose_name="to what")),
                ("subject_id", models.UUIDField()),
                ("action", models.CharField(max_length=60, verbose_name="what")),
                ("old_status", models.CharField(blank=True, max_length=30)),
                ("new_status", models.CharField(blank=True, max_length=30)),
                ("actor", models.CharField(help_text="user:<id>, system, or a role such as buyer", max_length=60)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="when")),
                ("details", models.JSONField(blank=True, default=dict, verbose_name="details")),
            ],
            options={
                "verbose_name": "history entry",
                "verbose_name_plural": "history",
                "indexes": [
                    models.Index(fields=["subject_id", "at"], name="history_subject"),
                    models.Index(fields=["action", "at"], name="history_action"),
                    models.Index(fields=["actor", "at"], name="history_actor"),
                    models.Index(fields=["at"], name="history_at"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RateCount",
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
                ("key", models.CharField(max_length=64)),
                ("stretch", models.BigIntegerField()),
                ("count", models.PositiveIntegerField(default=1)),
            ],
            options={
                "indexes": [models.Index(fields=["created_at"], name="rate_counts_by_age")],
                "constraints": [models.UniqueConstraint(fields=("key", "stretch"), name="one_count_per_stretch")],
            },
        ),
        append_only("ticketing_historyentry"),
        append_only("ticketing_auditlog"),
        touched("ticketing_emailmessage"),
        touched("ticketing_ratecount"),
    ]

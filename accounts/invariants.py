"""What must always be true of people, read from the tables alone."""

from collections.abc import Iterator

from django.db import connection

BROKEN = {
    "promoter {}: its owner is a member too": """
        SELECT p.id FROM accounts_promoter p JOIN accounts_promotermember m ON m.promoter_id = p.id AND m.user_id = p.owner_id""",
    "invitation {}: accepted after it had run out": """
        SELECT id FROM accounts_invitation WHERE accepted_at > expires_at""",
    "user {}: deleted, and still owns an approved promoter": """
        SELECT u.id FROM accounts_user u JOIN accounts_promoter p ON p.owner_id = u.id
        WHERE u.deleted_at IS NOT NULL AND p.approved_at IS NOT NULL AND p.deleted_at IS NULL""",
    "user {}: staff without a role of staff, or the other way round": """
        SELECT u.id FROM accounts_user u WHERE (u.is_staff OR u.is_superuser) <> (u.is_superuser OR EXISTS (
            SELECT 1 FROM accounts_user_groups ug JOIN auth_group g ON g.id = ug.group_id
            WHERE ug.user_id = u.id AND g.name IN ('superadmin', 'admin', 'moderator')))""",
    "user {}: group promoter or gate does not follow from the teams": """
        WITH wanted AS (
            SELECT owner_id AS person, 'promoter' AS name FROM accounts_promoter
            WHERE approved_at IS NOT NULL AND deleted_at IS NULL
            UNION
            SELECT m.user_id, CASE m.role WHEN 'gate' THEN 'gate' ELSE 'promoter' END FROM accounts_promotermember m
            JOIN accounts_promoter p ON p.id = m.promoter_id WHERE p.approved_at IS NOT NULL AND p.deleted_at IS NULL
        ), held AS (
            SELECT ug.user_id AS person, g.name FROM accounts_user_groups ug JOIN auth_group g ON g.id = ug.group_id
            WHERE g.name IN ('promoter', 'gate')
        )
        (SELECT person FROM (TABLE wanted EXCEPT TABLE held) missing) UNION (SELECT person FROM (TABLE held EXCEPT TABLE wanted) extra)""",
}


def breaches() -> Iterator[str]:
    """Yield every broken promise, in words."""
    with connection.cursor() as cursor:
        for words, query in BROKEN.items():
            cursor.execute(query)
            yield from (words.format(pk) for (pk,) in cursor.fetchall())

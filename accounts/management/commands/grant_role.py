"""Give somebody a role of staff, or take it away."""

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts import actions, roles
from accounts.models import User
from ticketing.errors import DomainError

NOTHING_TO_DO = 2


class Command(BaseCommand):
    help = (
        "Give a person one role of staff; `user` takes it away. Promoters and gate staff follow from their teams. "
        "Exit code 2 when nothing had to change. Example: python manage.py grant_role sari@example.org admin"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the person's address, who has an account already")
        parser.add_argument("role", choices=[*roles.STAFF, roles.NOBODY])
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].lower()).first()
        if user is None:
            raise CommandError(f"Nobody has the address {options['email']}.")
        before = roles.role_of(user)
        with transaction.atomic():
            try:
                changed = actions.grant_role(
                    user_id=user.pk, role=options["role"], by=None, at=timezone.now(), language=settings.LANGUAGE_CODE
                )
            except DomainError as refusal:
                raise CommandError(str(refusal)) from refusal
            transaction.set_rollback(options["dry_run"])
        if not changed:
            raise CommandError(f"{user.email} is {before} already.", returncode=NOTHING_TO_DO)
        self.stdout.write(f"{user.email}: {before} → {options['role']}")
        if options["dry_run"]:
            self.stdout.write("Nothing was kept: this was a dry run.")

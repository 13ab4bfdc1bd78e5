"""Make a promoter that is approved, for somebody who has an account."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts import actions
from accounts.models import Promoter, User
from ticketing.errors import DomainError

NOTHING_TO_DO = 2


def amount(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error


class Command(BaseCommand):
    help = (
        "Make an approved promoter. Exit code 2 when the person runs one of that name already. "
        'Example: python manage.py create_promoter olive@example.org "Radio Hujan" --fee-percent 2.5'
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the owner's address, who has an account already")
        parser.add_argument("name", help="as buyers read it")
        for name in ("fee-percent", "fee-fixed", "tax-percent"):
            parser.add_argument(f"--{name}", type=amount, help="of its events (default: what the site has)")
        parser.add_argument("--dry-run", action="store_true", help="say what would be made, and make nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        owner = User.objects.filter(email=options["email"].lower()).first()
        if owner is None:
            raise CommandError(f"Nobody has the address {options['email']}.")
        if Promoter.objects.approved().filter(owner=owner, name=options["name"]).exists():
            raise CommandError(f"{owner.email} runs {options['name']} already.", returncode=NOTHING_TO_DO)
        details = {name: options[name] for name in ("name", "fee_percent", "fee_fixed", "tax_percent")}
        details["contact_email"] = owner.email
        now, language = timezone.now(), settings.LANGUAGE_CODE
        try:
            Promoter(owner=owner, applied_at=now, **details).full_clean(exclude=["slug"], validate_unique=False)
            with transaction.atomic():
                made = actions.open_promoter(owner=owner, by=None, at=now, language=language, **details)
                transaction.set_rollback(options["dry_run"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{made.name} is approved; {owner.email} owns it.")
        if options["dry_run"]:
            self.stdout.write("Nothing was kept: this was a dry run.")

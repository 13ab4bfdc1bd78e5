"""Make a new installation ready, or an existing one up to date. Safe to run at every deployment."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, CommandParser, call_command

from ticketing import roles


class Command(BaseCommand):
    help = "Migrate, give the database roles their rights, make the first superuser. Example: python manage.py init_site --no-input"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-input", action="store_true", help="ask nothing; make no superuser")
        parser.add_argument("--dry-run", action="store_true", help="list the migrations that would run, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            call_command("migrate", plan=True, stdout=self.stdout)
            return
        call_command("migrate", interactive=False, verbosity=options["verbosity"], stdout=self.stdout)
        if roles.grant():
            self.stdout.write("Database roles have their rights.")
        else:
            self.stdout.write(f"The database has no roles {roles.APP} and {roles.READONLY}; deploy/postgres-roles.sh makes them.")
        if get_user_model().objects.filter(is_superuser=True).exists():
            self.stdout.write("There is a superuser.")
        elif options["no_input"]:
            self.stdout.write("There is no superuser yet: python manage.py createsuperuser")
        else:
            call_command("createsuperuser", stdout=self.stdout)

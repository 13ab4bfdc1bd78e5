"""Run the whole system on this machine: `python manage.py up`, or `make run`."""

from io import StringIO
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, call_command
from django.db import DatabaseError, connections
from django.utils import timezone

from ticketing.environment import Environment
from ticketing.local.places import LocalProblem
from ticketing.local.postgres import APP
from ticketing.local.supervisor import Supervisor
from ticketing.rooms import furnished


class Command(BaseCommand):
    help = (
        "Start PostgreSQL, Valkey, the web server, a worker and the beat; migrate; fill an empty demo; "
        "stop everything on Ctrl-C. Example: PORT=8001 STATE_DIR=var2 python manage.py up"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        supervisor = Supervisor(
            settings.PLACES,
            port=settings.PORT,
            with_chain=settings.LOCAL_CHAIN,
            web_workers=settings.WEB_WORKERS,
            web_threads=settings.WEB_THREADS,
            worker_concurrency=settings.WORKER_CONCURRENCY,
        )
        code = supervisor.run(prepare=self._prepare, describe=self._describe)
        if code:
            raise SystemExit(code)

    def _prepare(self) -> None:
        try:
            call_command("migrate", verbosity=0, interactive=False)
            if settings.DEMO and not get_user_model().objects.exists():
                call_command("seed_demo", stdout=StringIO())
            for room in furnished("demo") if settings.DEMO else ():
                getattr(room, "begin", lambda **_: None)(at=timezone.now())
        except DatabaseError as error:
            why = f"The database could not be made ready: {' '.join(str(error).split())}"
            raise LocalProblem(settings.PLACES.full_disk() or why) from error
        finally:
            connections.close_all()

    def _describe(self, port: int) -> tuple[str, dict[str, Any]]:
        address = f"http://localhost:{port}"
        lines = ["", f"  {settings.SITE_NAME} runs at   {address}/"]
        if settings.DEMO:
            lines += [f"  Mail arrives at   {address}/demo/mailbox/"]
            lines += [f"  Play money is at  {address}/demo/wallet/"] if settings.LOCAL_CHAIN else []
            lines += [f"  Staff sign in at  {address}/admin/", "", "  Demo sign-ins:"]
            for room in furnished("demo"):
                for email, password, who in getattr(room, "sign_ins", list)():
                    lines.append(f"    {email:<26} {password:<16} {who}")
        lines += ["", f"  State lives in    {settings.PLACES.state}", "  Stop with         Ctrl-C", ""]
        record = {
            "web": f"http://127.0.0.1:{port}",
            "database_url": Environment().text("DATABASE_URL", settings.PLACES.database_url(APP)),
            "redis_url": settings.REDIS_URL,
        }
        for room in furnished("demo") if settings.DEMO else ():
            record |= getattr(room, "record", dict)()
        return "\n".join(lines), record

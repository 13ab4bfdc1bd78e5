"""Sessions that are over, and what was kept about them."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef


@transaction.atomic
def forget_ended_sessions(*, at: datetime) -> None:
    """Delete sessions past their time, and the address and browser of every session that is gone."""
    Session.objects.filter(expire_date__lt=at).delete()
    UserSession.objects.filter(~Exists(Session.objects.filter(session_key=OuterRef("session_key")))).delete()

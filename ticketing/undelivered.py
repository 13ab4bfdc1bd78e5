"""Why a letter did not go out, in words that name the mend. They are read from the error that was kept, which is cut of addresses."""

import re
from typing import Any

from django.utils.translation import gettext_lazy as _

# The first that fits tells. A mail server answers with a code and often a finer one, as in "550, b'5.1.1 no such user"; its words vary.
_TOLD: tuple[tuple[re.Pattern[str], Any], ...] = tuple(
    (re.compile(pattern), says)
    for pattern, says in (
        (r"^SMTP(Authentication|NotSupported)", _("The mail server did not let this site sign in. Whoever runs it must check EMAIL_URL.")),
        (r"^SSL", _("No safe connection to the mail server came about. Whoever runs this site must check EMAIL_URL.")),
        (
            r"^(SMTPServerDisconnected|SMTPConnect|SMTPHelo|gaierror|Timeout|Connection|BrokenPipe|OSError)",
            _("The mail server was away. If it stays so, whoever runs this site must check EMAIL_URL and the server."),
        ),
        (r"^SMTPSenderRefused", _("The mail server takes no letters from this site’s address. Whoever runs it must check MAIL_FROM.")),
        (r"(?i)^SMTP.*\brelay", _("The mail server passes nothing on for this site. Whoever runs it must check EMAIL_URL.")),
        (
            r"(?i)^SMTP.*(\b5\.7\.\d|spam|junk|polic(y|ies)|block|black ?list|reputation|\bSPF\b|DKIM|DMARC)",
            _("Refused as spam, or against a rule over there. Whoever runs this site must check SPF, DKIM, DMARC and block lists."),
        ),
        (r"(?i)^SMTP.*(\b[45]\.2\.2|\b552\b|quota|mailbox (is )?full)", _("The mailbox is full. Ask for another address, or wait.")),
        (
            r"(?i)^SMTP.*(\b5\.1\.\d|user unknown|unknown user|no such|not exist|not found)|^SMTPRecipientsRefused.*\b(550|551|553)\b",
            _("There is no such mailbox. Ask for the right address and correct it, and the letter can be sent again."),
        ),
        (r"^SMTP.*\(4\d\d\b", _("The mail server asked to come back later.")),
        (r"^SMTP", _("The mail server refused the letter. Whoever runs this site sees what it said.")),
        (
            r"(Header|Unicode\w*Error)",
            _("The address, or a name in the letter, has a sign that no letter can carry. Correct it, and the letter can be sent again."),
        ),
    )
)


def why(error: str) -> Any:
    return next(
        (says for pattern, says in _TOLD if pattern.search(error)), _("The letter could not be written. The log of the worker says why.")
    )

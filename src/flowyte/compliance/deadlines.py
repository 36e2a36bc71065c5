"""By when a person must have an answer. Pure; engineering of the rules, not advice.

GDPR Art. 12(3): one month from receipt. CCPA regulations (11 CCR § 7021): receipt confirmed within 10 business days,
answered within 45 calendar days.
"""

import calendar
from datetime import datetime, timedelta
from typing import Literal

Regime = Literal["gdpr", "ccpa"]
CCPA_DAYS = 45
CCPA_BUSINESS_DAYS = 10
REMIND_BEFORE = timedelta(days=7)


def answer_by(regime: Regime, received: datetime) -> datetime:
    """The same day of the next month, or its last one."""
    if regime == "ccpa":
        return received + timedelta(days=CCPA_DAYS)
    year, month = (received.year + 1, 1) if received.month == 12 else (received.year, received.month + 1)
    return received.replace(year=year, month=month, day=min(received.day, calendar.monthrange(year, month)[1]))


def confirm_by(regime: Regime, received: datetime) -> datetime | None:
    """Saturdays and Sundays do not count; holidays do, so that the date is never too late."""
    if regime == "gdpr":
        return None
    left, day = CCPA_BUSINESS_DAYS, received
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day

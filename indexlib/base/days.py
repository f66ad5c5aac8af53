"""Days as people write them."""

from __future__ import annotations

import datetime
import re

from indexlib.base import wording as w

#: Day, month, year with any of the usual signs between them; or year, month, day.
WRITTEN = (re.compile(r"(?P<d>\d{1,2})\s*[/.-]\s*(?P<m>\d{1,2})\s*[/.-]\s*(?P<y>\d{4}|\d{2})"),
           re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"),
           re.compile(r"(?:ng\w+ )?(?P<d>\d{1,2}) th\w+ (?P<m>\d{1,2}),? n\w+ (?P<y>\d{4})", re.IGNORECASE))  # in words


def day_of(text: str) -> datetime.date | None:
    """The day that a text names, day before month; none if it names none.

    Examples
    --------
    >>> day_of("30/6/2025"), day_of("30-6-25"), day_of("2025-06-30") == day_of("ngày 30 tháng 6 năm 2025")
    (datetime.date(2025, 6, 30), datetime.date(2025, 6, 30), True)
    >>> day_of("6/30/2025"), day_of("cuối tháng 6")
    (None, None)
    """
    for form in WRITTEN:
        if found := form.fullmatch(" ".join(text.split())):
            day, month, year = (int(found[x]) for x in "dmy")
            try:
                return datetime.date(year + 2000 if year < 100 else year, month, day)
            except ValueError:
                return None
    return None


def day_text(day: datetime.date | None) -> str:
    """A day as day/month/year; a dash if there is none.

    Examples
    --------
    >>> day_text(datetime.date(2026, 9, 5))
    '05/09/2026'
    """
    return w.NONE if day is None else f"{day.day:02}/{day.month:02}/{day.year}"

"""Dates counted back from today: pure Python. Months and days are "ago", see ``kinds.py``."""

from datetime import datetime, time, timedelta

from dateutil.relativedelta import relativedelta


def month_start(today, month):
    return today.replace(day=1) - relativedelta(months=month)


def workdays(today, month):
    """Return the working days of a month: Monday to Friday, closed between the years."""
    day = month_start(today, month)
    end = month_start(today, month - 1)
    days = [day + timedelta(days=offset) for offset in range((end - day).days)]
    return [day for day in days if is_workday(day)]


def is_workday(day):
    return day.weekday() < 5 and (day.month, day.day) not in {(12, 25), (12, 26), (1, 1)}


def past_workdays(today, month):
    """Return the working days of a month before today."""
    return [day for day in workdays(today, month) if day < today]


def last_workday(today, month):
    """Return the last working day of a month, the day of its invoice; for past months."""
    return workdays(today, month)[-1]


def days_ago(today, days):
    return today - timedelta(days=days)


def workday_ago(today, days):
    """Return the day ``days`` ago; at a weekend, the working day next to it, on its side of today.

    What lies in the past stays there, and what is planned stays ahead.
    """
    day, step = days_ago(today, days), timedelta(days=-1 if days >= 0 else 1)
    while not is_workday(day):
        day += step
    return day


def moment_ago(now, days):
    """Return a moment in office hours; the fraction of ``days`` is the time of the day.

    9 is late in the afternoon nine days ago, 9.9 the morning of the same day.
    """
    if days < 2:
        return now - timedelta(days=days)
    day = workday_ago(now.date(), int(days))
    return datetime.combine(day, time(8)) + timedelta(hours=9 * (1 - days % 1))


def in_office_hours(moment):
    """Return the moment, or nine o'clock of the next working day when it is late."""
    while not is_workday(moment.date()) or moment.hour >= 18:
        moment = datetime.combine(moment.date() + timedelta(days=1), time(9, 5))
    return moment


def months_between(today, day):
    """Return how many calendar months ``day`` lies before the running month."""
    return (today.year - day.year) * 12 + today.month - day.month

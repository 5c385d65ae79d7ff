"""Turns a kind of client into what happens on each day, with noise of its own. Pure Python.

``make_events(kind, seed, base)`` returns {table: [row]}; days are those of ``data_fates_kinds``.
"""

import random
from datetime import timedelta

from data_fates_kinds import WEEKS_PER_MONTH, get_value

LAST = 366
COST = 45.0
# How regular a client is: the shape of the time between two mails. One of each in turn.
STYLES = ("regular", "even", "bursts")


def make_events(kind, seed, base):
    """``base``: the date of day 0; a month is invoiced on its last day."""
    rng = random.Random(f"{kind.name}/{seed}")
    life = Life(kind, rng, STYLES[seed % len(STYLES)], base, get_size(kind, seed))
    life.live()
    return life.rows


def get_size(kind, seed):
    """Clients of one kind differ in size: in hours, and in what was agreed."""
    return random.Random(f"size of {kind.name}/{seed}").uniform(0.8, 1.25)


class Life:
    def __init__(self, kind, rng, style, base, size):
        self.kind, self.rng, self.style, self.base = kind, rng, style, base
        self.size = size
        self.rows = {
            name: []
            for name in ("mails", "meetings", "hours", "tasks", "invoices", "feedback", "issues")
        }
        self.last = min(LAST, kind.ends if kind.leaves else LAST)
        self.debt = {}
        self.month_hours, self.months = 0.0, 0

    def live(self):
        for day in range(self.kind.starts, self.last):
            away = any(first <= day <= last for first, last in self.kind.away)
            if day % 7 < 5 and not away:
                self.write(day)
                self.meet(day)
                self.plan(day)
                self.speak(day)
            if day % 7 == 4:
                self.work(day, away)
            if (self.base + timedelta(days=day + 1)).day == 1:
                self.bill(day)
        if self.kind.issue is not None:
            self.rows["issues"].append({"day": self.kind.issue})

    def happens(self, name, per_day, regular=True):
        """Return how often it happens on this day; ``per_day`` in the mean."""
        if per_day <= 0:
            return 0
        if name not in self.debt:
            pause = self.pause(regular)
            self.debt[name] = [self.rng.random() * pause, pause]
        state, count = self.debt[name], 0
        state[0] += per_day
        while state[0] >= state[1]:
            state[0] -= state[1]
            state[1] = self.pause(regular)
            count += 1
        return count

    def pause(self, regular):
        if not regular or self.style == "even":
            return self.rng.expovariate(1)
        if self.style == "regular":
            return max(0.2, self.rng.gauss(1, 0.25))
        return self.rng.choice((0.15, 0.2, 0.3, 1.5, 2.85))

    def at(self, name, day):
        return get_value(getattr(self.kind, name), day)

    def write(self, day):
        rng = self.rng
        for _mail in range(self.happens("mails", self.at("mails", day) / 5)):
            thread, hour = rng.randrange(6), rng.uniform(8, 12)
            person = self.get_person(day)
            asks = rng.random() < 0.7
            self.add_mail(day, hour, thread, person, asks)
            if asks and rng.random() < self.at("answered", day):
                self.add_mail(day + rng.choice((0, 0, 1, 1, 2)), hour + 4, thread, None, False)
        for _mail in range(self.happens("ours", self.at("ours", day) / 5)):
            self.add_mail(day, rng.uniform(8, 17), rng.randrange(6), None, True)

    def add_mail(self, day, hour, thread, person, asks):
        if day < self.last:
            self.rows["mails"].append(
                {"day": day, "hour": hour, "thread": thread, "person": person, "asks": asks}
            )

    def get_person(self, day):
        here = [
            (number, share)
            for number, (share, leaves) in enumerate(self.kind.people)
            if leaves is None or day < leaves
        ]
        numbers, shares = zip(*here, strict=True)
        return self.rng.choices(numbers, shares)[0]

    def meet(self, day):
        per_day = self.at("meetings", day) / WEEKS_PER_MONTH / 5
        for _meeting in range(self.happens("meetings", per_day)):
            self.rows["meetings"].append({"day": day, "person": self.get_person(day)})

    def work(self, day, away):
        hours = 0 if away else self.at("hours", day) * self.size * self.rng.uniform(0.75, 1.25)
        if hours >= 0.25:
            self.month_hours += hours
            self.rows["hours"].append({"day": day, "hours": round(hours * 4) / 4})

    def plan(self, day):
        per_day = self.at("tasks", day) / WEEKS_PER_MONTH / 5
        for _task in range(self.happens("tasks", per_day, regular=False)):
            due = day + self.rng.randint(8, 20)
            late = self.rng.random() < self.at("late", due)
            done = due + (
                max(1, round(self.rng.gauss(self.kind.delay, self.kind.delay / 3)))
                if late
                else -self.rng.randint(0, 4)
            )
            self.rows["tasks"].append(
                {"day": day, "due": due, "done": done if done < LAST else None,
                 "hours": round(self.kind.estimate * self.rng.uniform(0.5, 1.5) * 2) / 2}
            )  # fmt: skip

    def speak(self, day):
        rng = self.rng
        for kind in ("complaints", "pressure", "praise"):
            for _word in range(self.happens(kind, self.at(kind, day) / 21.7, regular=False)):
                row = {"day": day, "kind": kind, "rating": "5" if kind == "praise" else None}
                if kind == "complaints":
                    settled = self.at("settled", day)
                    row["rating"] = self.kind.rating if rng.random() < 0.6 else None
                    if settled is not None:
                        # answered soon; what takes long is the end of it
                        answered = day + max(0.2, min(settled, 4) * rng.uniform(0.3, 1))
                        row["answered"] = answered
                        row["resolved"] = answered + settled * rng.uniform(0.8, 1.6)
                self.rows["feedback"].append(row)

    def bill(self, day):
        kind, hours = self.kind, self.month_hours
        self.month_hours, self.months = 0.0, self.months + 1
        month = self.months
        price = self.at("price", day)
        retainer = (kind.agreed or get_value(kind.hours, -365) * WEEKS_PER_MONTH) * price
        amount = {
            "hourly": hours * price,
            "retainer": retainer * self.size,
            "yearly": 12 * retainer * self.size if month % 12 == 1 else 0,
            "milestones": 3 * retainer * self.size if month % 3 == 2 else 0,
            "none": 0,
        }[kind.billing]
        if amount < 1:
            return
        late = self.rng.gauss(self.at("pays", day), kind.erratic)
        due = day + 14
        paid = due + max(-10, round(late))
        discount = self.rng.random() < self.at("discount", day)
        self.rows["invoices"].append(
            {"day": day, "due": due, "paid": paid if paid < LAST else None,
             "amount": round(amount, 2), "discount": 15 if discount else 0}
        )  # fmt: skip

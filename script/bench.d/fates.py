"""Does the night warn of the clients that leave, early, and leave the others alone?

Clients of 54 kinds with a known fate, several of each with noise of their own (``data_fates*.py``),
go through a year of real nights. Half of the kinds was for choosing the settings, the other half is
what counts: the figures of ``--json`` are of that one. ``FATES_DAYS`` makes it shorter, for a look.

An *alarm* is a move to At risk that is proposed. ``hit``: the part of the clients that leave, other
than suddenly, with an alarm in the 90 days before; ``placebo``: the same windows laid over clients
that stay. ``false_per_client_year``: alarms that begin where none is right. ``lead_days``: from the
first right alarm to the end, median of the hits. ``auc_60``: how often a client 60 days before its
end stands above one that stays, where the product lists who needs attention (``health_attention``);
``score``: how often its score is lower; ``light``: the same of a traffic light, the worst of
(days since contact / 45, (60 - margin %) / 40, open complaints / 2), each 0 to 1, plus 0.1 times
their sum. All rankings are asked about the same pairs on the same nights, those that each of them
can rank (``auc_pairs_60``: how many). ``first_reason_right``: the first cause of the first right
alarm was expected.
``quiet_alarms``: alarms on yearly, seasonal, tiny, new and internal clients, which are to be none.
"""

import os
import random
import statistics
import sys
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

sys.path.append(str(Path(__file__).parent))

import data_fates
from data_fates_events import COST, LAST, make_events

DATA = "fates"
DAYS = int(os.environ.get("FATES_DAYS", LAST))
EVERY = int(os.environ.get("FATES_EVERY", 1))
WINDOW = 90
HORIZONS = (30, 60, 90)
ROUNDS = 400
SEED = 20261129


def run(env, _clients):
    people = {key: (kind, seed) for key, kind, seed in data_fates.get_clients()}
    nights = simulate(env, people)
    base = data_fates.get_base(env.cr)
    lights = {key: Light(kind, seed, base) for key, (kind, seed) in people.items()}
    halves = split({kind.name: kind for kind, _seed in people.values()})
    figures = {}
    for name, kinds in halves.items():
        keys = [key for key, (kind, _seed) in people.items() if kind.name in kinds]
        found = Figures(keys, people, nights, lights)
        figures[name] = found
        print_half(name, found)
    report = figures["reported"]
    print_kinds(people, nights)
    return {
        **report.get_all(),
        "seed": SEED,
        "kinds": len({kind.name for kind, _seed in people.values()}),
        "replicas": data_fates.REPLICAS,
    }


def split(kinds):
    """Return {half: names}: every other kind, of those that stay and of those that leave."""
    halves = {"chosen": set(), "reported": set()}
    for group in (False, True):
        names = [name for name, kind in kinds.items() if kind.leaves == group]
        random.Random(SEED).shuffle(names)
        halves["chosen"].update(names[::2])
        halves["reported"].update(names[1::2])
    return halves


# The nights


def simulate(env, people):
    """Return {client: {day: Night}} of a year of nights, by the code of the scheduled action."""
    reset(env)
    base = data_fates.get_base(env.cr)
    company = env.ref("base.main_company")
    nights = defaultdict(dict)
    for day in range(0, DAYS, EVERY):
        here = [key for key, (kind, _seed) in people.items() if is_here(kind, day)]
        env["client.health.run"]._run_night({company: here}, base + timedelta(days=day))
        env.cr.commit()
        env.invalidate_all()
        env.cr.execute(
            """
            SELECT r.id, s.score, s.band, s.coverage, r.health_attention,
                   p.phase = 'at_risk', first.code
              FROM client_relationship r
              JOIN client_health_snapshot s ON s.relationship_id = r.id AND s.date = %s
         LEFT JOIN client_relationship_stage p ON p.id = r.health_proposed_stage_id
         LEFT JOIN LATERAL (
                    SELECT rule.code FROM client_health_warning w
                      JOIN client_health_warning_rule rule ON rule.id = w.rule_id
                     WHERE w.relationship_id = r.id AND w.date_end IS NULL AND rule.proposes
                       AND w.date_counts IS NOT NULL
                     ORDER BY rule.sequence, rule.id LIMIT 1) first ON true
             WHERE r.id = ANY (%s)
            """,
            [base + timedelta(days=day), here],
        )
        for key, *figures, first in env.cr.fetchall():
            nights[key][day] = Night(*figures, first)
    failures = env["client.job.failure"].search([])
    if failures:
        raise ValueError(f"Failed: {failures.mapped('error')}")
    return nights


class Night:
    def __init__(self, score, band, coverage, attention, alarm, first):
        self.score, self.band, self.coverage = score, band, coverage
        self.attention = attention
        self.alarm, self.first = bool(alarm), first if alarm else None


def is_here(kind, day):
    return kind.starts <= day and (kind.ends is None or day < kind.ends)


def reset(env):
    env["client.job.failure"].search([]).unlink()
    env.cr.execute(
        """
        DELETE FROM client_health_snapshot; DELETE FROM client_health_warning;
        DELETE FROM mail_activity WHERE res_model = 'client.relationship';
        UPDATE client_relationship
           SET health_score = NULL, health_known = NULL, health_band = NULL,
               health_attention = NULL, health_attention_shared = NULL,
               health_proposed_stage_id = NULL, health_proposal_reason = NULL
        """
    )
    env.cr.commit()
    env.invalidate_all()


class Light:
    """The baselines of one client, from what was made up, not from what we read of it."""

    def __init__(self, kind, seed, base):
        rows = make_events(kind, seed, base)
        self.contacts = sorted(
            [row["day"] for row in rows["mails"] if row["person"] is not None]
            + [row["day"] for row in rows["meetings"]]
        )
        self.rows = rows

    def get_days(self, day):
        before = [one for one in self.contacts if one <= day]
        return day - before[-1] if before else 45

    def get_margin(self, day):
        since = day - 365
        paid = sum(row["amount"] for row in self.rows["invoices"] if since < row["day"] <= day)
        cost = COST * sum(row["hours"] for row in self.rows["hours"] if since < row["day"] <= day)
        return 100 * (paid - cost) / paid if paid else 60

    def get_open(self, day):
        return sum(
            row["kind"] == "complaints" and row["day"] <= day < row.get("resolved", LAST)
            for row in self.rows["feedback"]
        )

    def get_light(self, day):
        parts = [
            min(max(part, 0), 1)
            for part in (
                self.get_days(day) / 45,
                (60 - self.get_margin(day)) / 40,
                self.get_open(day) / 2,
            )
        ]
        return max(parts) + 0.1 * sum(parts)


# The figures


class Figures:
    def __init__(self, keys, people, nights, lights):
        self.people, self.nights, self.lights = people, nights, lights
        self.stay = [key for key in keys if not people[key][0].leaves]
        self.leave = [key for key in keys if self.is_over(key) and not people[key][0].sudden]
        self.sudden = [key for key in keys if self.is_over(key) and people[key][0].sudden]

    def is_over(self, key):
        kind = self.people[key][0]
        return kind.leaves and kind.ends <= DAYS

    def get_kind(self, key):
        return self.people[key][0]

    def is_right(self, key, day):
        kind = self.get_kind(key)
        return (
            kind.trouble is not None
            and day >= kind.trouble
            and (kind.healed is None or day < kind.healed)
        )

    def get_starts(self, key):
        """Return [(day, first reason)] of the alarms of a client, as they begin."""
        starts, before = [], False
        for day, night in sorted(self.nights[key].items()):
            if night.alarm and not before:
                starts.append((day, night.first))
            before = night.alarm
        return starts

    def is_alarmed(self, key, first, last):
        return any(first <= day < last and night.alarm for day, night in self.nights[key].items())

    def is_hit(self, key):
        end = self.get_kind(key).ends
        return self.is_alarmed(key, end - WINDOW, end)

    def get_placebo(self, leave, stay):
        ends = {self.get_kind(key).ends for key in leave}
        windows = [
            (key, end)
            for key in stay
            for end in ends
            if self.nights[key]
            and min(self.nights[key]) <= end - WINDOW
            # a trouble that heals deserves its alarm
            and not (self.get_kind(key).trouble is not None)
        ]
        return mean(self.is_alarmed(key, end - WINDOW, end) for key, end in windows)

    def get_false(self, leave, stay):
        wrong = sum(
            not self.is_right(key, day) for key in leave + stay for day, _first in
            self.get_starts(key)
        )  # fmt: skip
        days = sum(not self.is_right(key, day) for key in leave + stay for day in self.nights[key])
        return wrong / (days * EVERY / 365) if days else 0

    def get_first(self, key):
        """Return (day, first reason) of the first right alarm, also one that began before."""
        trouble = self.get_kind(key).trouble
        for day, night in sorted(self.nights[key].items()):
            if night.alarm and day >= (trouble or 0):
                return day, night.first
        return None

    def get_lead(self, leave):
        leads = [
            self.get_kind(key).ends - first[0]
            for key in leave
            if self.is_hit(key) and (first := self.get_first(key))
        ]
        return statistics.median(leads) if leads else 0

    def get_right(self, leave, stay):
        firsts = [
            (key, self.get_first(key))
            for key in leave + stay
            if self.get_kind(key).trouble is not None
        ]
        return mean(first[1] in self.get_kind(key).first for key, first in firsts if first)

    def get_pairs(self, leave, stay, horizon):
        """Return [(one that leaves, one that stays, night)] that every ranking can rank.

        A ranking that leaves out what it doesn't know would be asked easier questions.
        """
        days = {key: get_night(self.get_kind(key).ends - horizon) for key in leave}
        known = {
            (key, day)
            for day in {*days.values()}
            for key in {*leave, *stay}
            if all(rank(key, day) is not None for rank in self.get_ranks().values())
        }
        return [
            (key, other, day)
            for key, day in days.items()
            for other in stay
            if {(key, day), (other, day)} <= known
        ]

    def get_ranks(self):
        return {
            "auc": self.rank_attention,
            "score_auc": self.rank_score,
            "band_auc": self.rank_band,
            "light_auc": self.rank_light,
            "days_auc": self.rank_days,
            "margin_auc": self.rank_margin,
            "random_auc": self.rank_random,
        }

    def get_aucs(self, leave, stay):
        """Return {figure: value} of all rankings on the same pairs, and how many these are."""
        pairs = {horizon: self.get_pairs(leave, stay, horizon) for horizon in HORIZONS}
        aucs = {
            f"{name}_{horizon}": get_auc(rank, pairs[horizon])
            for name, rank in self.get_ranks().items()
            for horizon in HORIZONS
        }
        return aucs | {f"auc_pairs_{horizon}": len(found) for horizon, found in pairs.items()}

    def rank_attention(self, key, day):
        night = self.nights[key].get(day)
        return None if night is None else night.attention

    def rank_score(self, key, day):
        night = self.nights[key].get(day)
        return None if night is None or night.score is None else -night.score

    def rank_band(self, key, day):
        """The band first, then the score: as the list of clients is looked at."""
        night = self.nights[key].get(day)
        if night is None or night.score is None:
            return None
        return (("healthy", "watch", "risk").index(night.band), -night.score)

    def rank_light(self, key, day):
        return self.lights[key].get_light(day)

    def rank_days(self, key, day):
        return self.lights[key].get_days(day)

    def rank_margin(self, key, day):
        return -self.lights[key].get_margin(day)

    def rank_random(self, key, day):
        return random.Random(f"{key}/{day}").random()

    def get_green_last(self, leave):
        """Return the part of those that leave that were green on their last night."""
        return mean(self.nights[key][max(self.nights[key])].band == "healthy" for key in leave)

    def get_flapping(self, leave, stay):
        """Return how often an alarm begins again within 30 days of the one before, per year."""
        again = days = 0
        for key in leave + stay:
            starts = [day for day, _first in self.get_starts(key)]
            again += sum(b - a <= 30 for a, b in zip(starts, starts[1:], strict=False))
            days += len(self.nights[key]) * EVERY
        return again / (days / 365) if days else 0

    def get_all(self, leave=None, stay=None):
        leave = self.leave if leave is None else leave
        stay = self.stay if stay is None else stay
        figures = {
            "hit": mean(self.is_hit(key) for key in leave),
            "placebo": self.get_placebo(leave, stay),
            "false_per_client_year": self.get_false(leave, stay),
            "lead_days": self.get_lead(leave),
            **self.get_aucs(leave, stay),
            "first_reason_right": self.get_right(leave, stay),
            "green_on_last_day": self.get_green_last(leave),
            "quiet_alarms": sum(
                len(self.get_starts(key)) for key in stay if self.get_kind(key).quiet
            ),
            "flapping_per_client_year": self.get_flapping(leave, stay),
            "coverage": mean(
                night.coverage for key in leave + stay for night in self.nights[key].values()
            ),
        }
        return {name: round(value, 3) for name, value in figures.items()}

    def get_intervals(self, names):
        """Return {name: (low, high)}, 95 %, by drawing kinds again; replicas differ less."""
        rng, draws = random.Random(SEED), defaultdict(list)
        groups = [group_by_kind(keys, self.people) for keys in (self.leave, self.stay)]
        for _round in range(ROUNDS // 4):
            drawn = [
                [key for _kind in group for key in group[rng.choice([*group])]] if group else []
                for group in groups
            ]
            for name, value in self.get_some(*drawn).items():
                draws[name].append(value)
        return {
            name: (sorted(draws[name])[len(draws[name]) // 40], sorted(draws[name])[-1 - len(
                draws[name]) // 40])
            for name in names
        }  # fmt: skip

    def get_some(self, leave, stay):
        return {
            "hit": mean(self.is_hit(key) for key in leave),
            "placebo": self.get_placebo(leave, stay),
            "false_per_client_year": self.get_false(leave, stay),
            "lead_days": self.get_lead(leave),
            "first_reason_right": self.get_right(leave, stay),
            "green_on_last_day": self.get_green_last(leave),
        }


def get_night(day):
    """Return the last day with a night up to this one."""
    return day - day % EVERY


def get_auc(rank, pairs):
    """Return how often a ranking puts the one that leaves before the other; a tie is a half."""
    points = {(key, day) for *both, day in pairs for key in both}
    ranks = {point: rank(*point) for point in points}
    both = [(ranks[key, day], ranks[other, day]) for key, other, day in pairs]
    return mean((own > other) + (own == other) / 2 for own, other in both)


def group_by_kind(keys, people):
    groups = defaultdict(list)
    for key in keys:
        groups[people[key][0].name].append(key)
    return groups


def mean(values):
    values = [float(value) for value in values]
    return sum(values) / len(values) if values else 0.0


def print_half(name, found):
    print(f"\n{name}: {len(found.leave)} leave, {len(found.sudden)} suddenly, "
          f"{len(found.stay)} stay")  # fmt: skip
    figures = found.get_all()
    some = ("hit", "placebo", "false_per_client_year", "lead_days", "first_reason_right",
            "green_on_last_day")  # fmt: skip
    intervals = found.get_intervals(some) if found.leave and found.stay else {}
    for label, value in figures.items():
        low, high = intervals.get(label, (None, None))
        print(f"  {label:28} {value:8}" + (f"   {low:.2f} … {high:.2f}" if low is not None else ""))


def print_kinds(people, nights):
    """Say of each kind what the nights did: the part alarmed, and when, and why."""
    print("\nkind                        alarms  days and first reasons; bands of the last night")
    found = Figures([*people], people, nights, {})
    for name, keys in group_by_kind([*people], people).items():
        starts = [f"{day}:{first}" for key in keys for day, first in found.get_starts(key)]
        kind = people[keys[0]][0]
        mark = (f"trouble {kind.trouble}" if kind.trouble else "") + (
            f" ends {kind.ends}" if kind.leaves else ""
        )
        bands = " ".join(
            str(nights[key][max(nights[key])].band or "-")[0] for key in keys if nights[key]
        )
        print(f"{name:27} {len(starts):4}    {mark:22} {bands}   {' '.join(starts[:8])}")

"""Day one: does a firm with three years of untidy work see its truth at once?

A firm is made from a seed in a database without the addon (``data_dayone*.py``: who is a client,
and what is wrong with whom, is known from there alone). The addon is installed, set up with what
the set-up page proposes, and lives through its first night and a week.

``setup_precision``, ``setup_recall``: of the partners ticked, and of the real clients; those who
are gone count in neither. ``lists``: the page "What your records say", each list against the
truth. What a person could argue about counts as neither found nor false; a list of which nothing
is to be found is right when it is empty.
``first_finding_s``: from the start of the installation until the page holds a true finding.
``activities_first_day_max``: activities of one person that are due on the first day. ``mails``:
e-mails in the queue after the week. ``false_alarms_after_week``: part of the clients in At risk, or
proposed for it, that have no trouble.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from datetime import time as clock
from pathlib import Path

sys.path.append(str(Path(__file__).parent))

import data_dayone
from data_dayone_firm import as_plain
from data_dayone_kinds import NIGHTS, TROUBLE

from odoo import Command
from odoo.api import Environment
from odoo.modules.registry import Registry
from odoo.tests import freeze_time

BARE = True
SEED = int(os.environ.get("CLIENT_HEALTH_SEED", 1))
CRONS = (
    "intake",
    "profitability",
    "ask_value",
    "feedback_silence",
    "health",
    "reboot",
    "status_draft",
    "agreement_review",
    "finding",
)
# What stood for a list before the page was there: warnings of these rules.
RULES = {
    "losing": ("loss", "loss_year"),
    "silent": ("silent", "fading"),
    "discounts": ("price",),
    "rate_fallen": ("margin_falling",),
    "over_hours": ("over_agreed",),
    "pays_later": ("payment",),
}


def run(env, partners):
    today = date.today()
    begin = time.perf_counter()
    firm, model = data_dayone.make(env, partners, SEED, today)
    env.cr.commit()
    truth = keep_truth(as_plain(firm.truth))
    figures = {"seed": SEED, "firm_s": seconds_since(begin)}
    begin = time.perf_counter()
    install(env.cr.dbname)
    figures["install_s"] = seconds_since(begin)
    with Registry.new(env.cr.dbname).cursor() as cr:
        figures |= Day(cr, truth, begin, today).live(model)
    return figures


def keep_truth(truth):
    """Write the truth to a file of its own, before there is any result; return it as read."""
    path = Path(os.environ.get("CLIENT_HEALTH_TRUTH") or tempfile.mkdtemp()) / "truth.json"
    path.write_text(json.dumps(truth, indent=1))
    return json.loads(path.read_text())


def install(database):
    odoo = os.environ["CLIENT_HEALTH_ODOO"].split()
    command = [*odoo, "-d", database, "-i", "client_health", "--stop-after-init", "--no-http",
               "--log-level", "error"]  # fmt: skip
    subprocess.run(command, check=True)


def seconds_since(begin):
    return round(time.perf_counter() - begin, 1)


class Day:
    def __init__(self, cr, truth, begin, today):
        self.truth, self.begin, self.today = truth, begin, today
        root = Environment(cr, 1, {})
        manager = root.ref("base.user_admin")
        groups = ("group_client_manager", "group_client_profitability")
        manager.group_ids = [Command.link(root.ref(f"client_health.{name}").id) for name in groups]
        cr.commit()
        company = root.ref("base.main_company")
        self.root = root
        self.env = root(user=manager.id, context={"allowed_company_ids": [company.id]})
        self.mails = root["mail.mail"].search_count([])
        self.kinds = {int(key): one for key, one in truth["partners"].items()}
        self.clients = {key for key, one in self.kinds.items() if one["client"]}
        self.gone = set(truth["lists"]["gone"].get("res.partner", ()))

    def live(self, model):
        figures = self.set_up()
        lists, first = self.look()
        figures["first_finding_s"] = first
        self.backfill(figures)
        figures["activities_first_day_max"] = self.count_activities(self.today)
        self.print_lists("first day", lists)
        begin = time.perf_counter()
        for night in range(1, NIGHTS + 1):
            data_dayone.add_days(self.root, model, night - 1, night)
            self.spend_night(self.today + timedelta(days=night))
            if night == 1:
                figures["first_night_s"] = seconds_since(begin)
        figures["week_s"] = seconds_since(begin)
        with freeze_time(datetime.combine(self.today + timedelta(days=NIGHTS), clock(9))):
            after, _first = self.look()
        self.print_lists("after the week", after)
        figures |= self.count_alarms()
        figures["lists"] = get_shares(lists)
        figures["lists_after_week"] = get_shares(after)
        figures["mails"] = self.root["mail.mail"].search_count([]) - self.mails
        figures["activities_any_day_max"] = self.count_activities()
        figures["activities_per_person"] = self.count_all_activities()
        figures["failed_jobs"] = self.root["client.job.failure"].search_count([])
        return figures

    # Set-up

    def set_up(self):
        begin = time.perf_counter()
        Setup = self.env["client.setup"]
        setup = Setup.browse(Setup.action_open()["res_id"])
        proposal_s = seconds_since(begin)
        ticked = set(setup.line_ids.filtered("is_client").partner_id.ids) - self.gone
        self.print_setup(setup, ticked)
        setup.action_apply()
        self.env.cr.commit()
        self.run_crons("setup", "health", "setup")
        wrong = ticked - self.clients
        return {
            "proposal_s": proposal_s,
            "setup_s": seconds_since(begin),
            "setup_precision": share(len(ticked - wrong), len(ticked)),
            "setup_recall": share(len(ticked & self.clients), len(self.clients)),
        }

    def get_kind(self, key):
        return self.kinds.get(key, {}).get("kind", "?")

    def print_setup(self, setup, ticked):
        print(f"\nset-up: {len(setup.line_ids)} proposed, {len(ticked)} ticked (without the gone)")
        for label, keys in (
            ("ticked, no client", ticked - self.clients),
            ("not ticked, a client", self.clients - ticked),
            ("gone, ticked", self.gone & set(setup.line_ids.filtered("is_client").partner_id.ids)),
        ):
            kinds = Counter(self.kinds.get(key, {}).get("kind", "not ours") for key in keys)
            print(f"  {label}: {dict(kinds)}")
        notes = Counter(
            (line.left_out or line.hint, line.is_client, self.get_kind(line.partner_id.id))
            for line in setup.line_ids
            if line.left_out or line.hint
        )
        for (note, ticked_too, kind), count in sorted(notes.items(), key=str):
            print(f"  {note:16} {'ticked' if ticked_too else 'not   '} {kind}: {count}")

    def backfill(self, figures):
        begin = time.perf_counter()
        self.run_crons("health_backfill")
        figures["backfill_s"] = seconds_since(begin)

    def run_crons(self, *names):
        for name in names:
            cron = self.root.ref(f"client_health.ir_cron_client_{name}", raise_if_not_found=False)
            if cron:
                cron.with_user(cron.user_id).ir_actions_server_id.with_context(
                    allowed_company_ids=None
                ).run()
                self.root.cr.commit()
                self.root.invalidate_all()

    def spend_night(self, day):
        with freeze_time(datetime.combine(day, clock(4))):
            self.run_crons(*CRONS)

    # The page

    def look(self):
        """Return ({list: {"precision", "recall", "found"}}, seconds to the first true finding)."""
        has_page = "client.finding" in self.env
        found = self.read_findings() if has_page else self.read_warnings()
        first = seconds_since(self.begin)
        lists = {}
        for name in self.truth["lists"]:
            # a list that is not there found nothing of what there is to find
            keys, model = found.get(name, (set(), next(iter(self.truth["lists"][name]), "")))
            lists[name] = self.compare(name, keys, model)
        return lists, first if any(
            one["recall"] and one["found"] for one in lists.values()
        ) else None

    def compare(self, name, keys, model):
        expected = self.get_expected(name, "lists", model)
        right = keys & expected
        wrong = keys - expected - self.get_expected(name, "may", model)
        kinds = Counter(self.kinds.get(key, {}).get("kind", "?") for key in wrong)
        missed = Counter(self.kinds.get(key, {}).get("kind", "?") for key in expected - keys)
        return {
            "precision": share(len(right), len(right) + len(wrong)),
            "recall": share(len(right), len(expected)),
            "found": len(keys),
            "wrong": dict(kinds.most_common(5)),
            "missed": dict(missed.most_common(5)),
        }

    def get_expected(self, name, part, model):
        expected = self.truth[part][name].get(model, ())
        if name == "without_salesperson" and part == "lists":
            # as the page can see it: who got a salesperson at set-up has one
            clients = self.env["client.relationship"].search([("user_id", "=", False)])
            return set(clients.partner_id.ids)
        return set(expected)

    def read_findings(self):
        return {
            one["code"]: self.get_keys(one["res_model"], one["ids"])
            for one in self.env["client.finding"].get_findings()
            if one.get("ids")
        }

    def get_keys(self, model, ids):
        """Return ({what the truth names}, its model) of the records of a finding."""
        records = self.root[model].with_context(active_test=False).browse(ids)
        if model in ("hr.employee", "project.project"):
            return set(records.ids), model
        if model == "account.analytic.line":
            return set(records.employee_id.ids), "hr.employee"
        if model == "project.task":
            return set(records.project_id.ids), "project.project"
        if model == "mail.message":
            return {get_address(one.email_from) for one in records}, "email"
        for name in ("email_from", "email", "address"):
            if model != "res.partner" and name in records._fields:
                return {get_address(value) for value in records.mapped(name)}, "email"
        for name in ("commercial_partner_id", "partner_id"):
            if name in records._fields:
                return set(records[name].ids), "res.partner"
        return set(records.ids), model

    def read_warnings(self):
        found = defaultdict(set)
        for one in self.root["client.health.warning"].search([("date_end", "=", False)]):
            for name, codes in RULES.items():
                if one.rule_id.code in codes:
                    found[name].add(one.relationship_id.partner_id.id)
        return {name: (keys, "res.partner") for name, keys in found.items()}

    def print_lists(self, title, lists):
        print(f"\n{title}")
        for name, one in lists.items():
            print(
                f"  {name:26} precision {one['precision']:5}  recall {one['recall']:5}  "
                f"found {one['found']:4}  wrong {one['wrong']}  missed {one['missed']}"
            )

    # Quiet

    def count_activities(self, day=None):
        """Return the most activities that one person has on one day, or is due on ``day``."""
        counts = Counter(
            (one.user_id, one.date_deadline)
            for one in self.root["mail.activity"].search([("create_date", ">=", self.today)])
            if day is None or one.date_deadline <= day
        )
        if day is not None:
            people = Counter()
            for (user, _day), count in counts.items():
                people[user] += count
            counts = people
        return max(counts.values(), default=0)

    def count_all_activities(self):
        activities = self.root["mail.activity"].search([("create_date", ">=", self.today)])
        print("\nactivities:", dict(Counter(one.activity_type_id.name for one in activities)))
        return dict(Counter(one.user_id.name for one in activities))

    def count_alarms(self):
        """Compare who is at risk, or proposed for it, with who has a trouble."""
        in_trouble = {
            key for name in TROUBLE for key in self.truth["lists"][name].get("res.partner", ())
        }
        may = {key for name in TROUBLE for key in self.truth["may"][name].get("res.partner", ())}
        alarmed = set(
            self.root["client.relationship"]
            .search(
                [
                    "|",
                    ("phase", "=", "at_risk"),
                    ("health_proposed_stage_id.phase", "=", "at_risk"),
                ]
            )
            .partner_id.ids
        )
        wrong = alarmed - in_trouble - may
        kinds = Counter(self.kinds.get(key, {}).get("kind") for key in wrong)
        print(f"\nalarms after the week: {len(alarmed)}, false: {dict(kinds)}")
        return {
            "alarms_after_week": len(alarmed),
            "false_alarms_after_week": share(len(wrong), len(alarmed), none=0),
        }


def share(part, whole, none=1.0):
    return round(part / whole, 3) if whole else none


def get_shares(lists):
    return {name: {key: one[key] for key in ("precision", "recall")} for name, one in lists.items()}


def get_address(text):
    return (text or "").rsplit("<", 1)[-1].strip("<> ").lower()

"""What the builders share: the company, the people, the clients, and what was built so far."""

from datetime import datetime, time

from odoo import fields
from odoo.fields import Command

from ..stories import CLIENTS
from . import when
from .past import set_created

# Demo users of Odoo itself who work in the agency; where they are missing, Leo does it.
ODOO_USERS = {"admin": "base.user_admin", "marc": "base.user_demo"}

# Accounts that no chart has: {name: (code, name, type)}
ACCOUNTS = {
    "media": ("141500", "Media Spend Passed On", "asset_current"),
    "bad_debts": ("681000", "Bad Debts", "expense"),
    "deferred": ("212500", "Fees Paid in Advance", "liability_current"),
}

# Days by which all that lies ahead is put off.
AHEAD = 65

CONTEXT = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notify_force_send": False,
    "mail_activity_quick_update": True,
    "no_mail_to_attendees": True,
    "dont_notify": True,
}


def pick(fact, names):
    """Return the columns of a fact that are called as the fields that they are for."""
    return {name: getattr(fact, name) or False for name in names.split()}


class Scene:
    """The stage on which the stories are played. Builders take it and add to it."""

    def __init__(self, env):
        self.company = env.ref("base.main_company")
        context = {**env.context, **CONTEXT, "allowed_company_ids": self.company.ids}
        # Made by a person: nobody would believe an agency whose every note is OdooBot's.
        self.env = env(user=env.ref("base.user_admin"), su=True, context=context)
        self.company = self.company.with_env(self.env)
        self.today = fields.Date.today()
        self.now = fields.Datetime.now()
        self.stories = [client for client in CLIENTS if not self._is_built(client)]
        self.projects = {}
        self.tasks = {}
        # The lines of the timesheets, as planned; {(client key, month): lines}.
        self.lines = []
        self.month_lines = {}
        self.sale_lines = {}
        self.timesheets = self.env["account.analytic.line"]
        self.relationships = {}
        self.meetings = []

    def _is_built(self, client):
        """A client with a project has its story already."""
        projects = self.env["project.project"].with_context(active_test=False)
        return bool(
            projects.search_count([("partner_id", "=", self.client(client.key).id)], limit=1)
        )

    def ref(self, name):
        return self.env.ref(f"client_health_demo.demo_{name}")

    def client(self, key):
        return self.ref(f"client_{key}")

    def contact(self, key, number):
        return self.ref(f"contact_{key}_{number}")

    def user(self, login):
        if login not in ODOO_USERS:
            return self.ref(f"user_{login}")
        return self.env.ref(ODOO_USERS[login], raise_if_not_found=False) or self.ref("user_leo")

    def employee(self, login):
        if login not in ODOO_USERS:
            return self.ref(f"employee_{login}")
        domain = [("user_id", "=", self.user(login).id), ("company_id", "=", self.company.id)]
        return self.env["hr.employee"].search(domain, limit=1) or self.ref("employee_leo")

    def account(self, name):
        """Return an account of the agency that its chart does not have, made when it is missing."""
        code, label, kind = ACCOUNTS[name]
        accounts = self.env["account.account"]
        domain = [("code", "=", code), ("company_ids", "in", self.company.ids)]
        return accounts.search(domain, limit=1) or accounts.create(
            {"code": code, "name": label, "account_type": kind}
        )

    def partner(self, client, who):
        """Return who speaks: a number is a contact of the client, a login one of us."""
        if isinstance(who, int):
            return self.contact(client.key, who)
        return self.user(who).partner_id

    def contacts(self, client, numbers):
        return self.env["res.partner"].union(*(self.contact(client.key, who) for who in numbers))

    def project(self, client, number):
        """Return a project of the client; of no number, none."""
        if number is None:
            return self.env["project.project"]
        return self.projects[client.key, number]

    def day(self, days):
        """Return the working day so many days ago; None: unknown."""
        return None if days is None else when.workday_ago(self.today, days)

    def planned(self, days):
        """Return the day of something that is still to be done.

        It is late already, as the story says, or lies months ahead: nothing turns late by itself
        while somebody looks at the demo.
        """
        return self.day(days if days > 0 else days - AHEAD)

    def at(self, days, hour, minute=0):
        return None if days is None else datetime.combine(self.day(days), time(hour, minute))

    def moment(self, days):
        """Return a moment in office hours; see ``when.moment_ago``."""
        return when.moment_ago(self.now, days)

    def each(self, kind):
        """Yield (client, fact) of what is to be built of a kind."""
        for client in self.stories:
            for fact in getattr(client, kind):
                yield client, fact

    def each_project(self):
        """Yield (client, number, its project in the story) of what is to be built."""
        for client in self.stories:
            for number, project in enumerate(client.projects):
                yield client, number, project

    def is_billable(self, task):
        """Return whether a task (client key, project, effort, task) belongs to paid work."""
        client = next(client for client in self.stories if client.key == task[0])
        return client.projects[task[1]].efforts[task[2]].billable

    def start_of(self, client, project):
        """Return the first day of work: the month's first, or the day after the order."""
        start = when.month_start(self.today, project.start)
        won = [deal.closed for deal in client.deals if deal.stage == "won"]
        return max(start, when.days_ago(self.today, max(won, default=10000) - 1))

    def post(self, values, hour):
        """Make documents or entries of days that are not locked, oldest first, and post them."""
        values = [one for one in values if one["date"] > self.locked_until]
        moves = self.env["account.move"].create(sorted(values, key=lambda one: one["date"]))
        moves.action_post()
        set_created(moves, [datetime.combine(move.date, time(hour)) for move in moves])
        return moves

    def prepare_move(self, kind, day, partner, lines, **values):
        """Return the values of a document of the agency; ``lines`` are values of its lines."""
        name = "line_ids" if kind == "entry" else "invoice_line_ids"
        if kind != "entry":
            values |= {"partner_id": partner.id, "invoice_date": day}
        return {
            "move_type": kind,
            "company_id": self.company.id,
            "date": day,
            name: [Command.create(line) for line in lines],
            **values,
        }

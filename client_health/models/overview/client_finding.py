from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import format_amount, format_list

from ...const import ALL_GROUP, MONEY_GROUP, USER_GROUP
from ...engine import period, stage_rules
from ...engine.figures import format_number
from ...engine.health.signals import Reader
from ...engine.health.warnings import LIMIT, get_level
from ...engine.health.warnings.gone import read_gone
from ...engine.overview import findings, records
from ...engine.profitability.margin import UNKNOWN
from ...engine.reading import OWN

NAMED = 3
CLIENT = "client.relationship"


class ClientFinding(models.AbstractModel):
    """What the records of a firm say about its clients, at this moment: one finding per question.

    Nothing is stored but a number per week. Another addon adds a finding by its code in
    ``_get_codes`` and a method ``_find_<code>(facts)``, which returns a dict made by ``_make``, or
    None where nothing can be known. It reads of many clients what it needs in a fixed number of
    statements; ``facts`` (``engine.overview.findings.Facts``) has what several need: the company,
    the clients that the user may read, their months.
    """

    _name = "client.finding"
    _description = "What Your Records Say"

    @api.model
    def _get_codes(self):
        """Return {code: weight} in the order of the page: what matters most has most weight.

        The weight is multiplied by the part of the revenue that the clients of a line stand for.
        """
        return {
            "losing": 4,
            "silent": 3,
            "pays_later": 2,
            "over_hours": 2,
            "rate_fallen": 2,
            "discounts": 1.5,
            "gone": 1,
            "hours_without_cost": 1,
            "projects_without_customer": 1,
            "without_salesperson": 0.5,
            "unknown_senders": 0.3,
        }

    # What is shown

    @api.model
    def get_findings(self):
        """Return the findings of the current company: a list of dicts, see ``_make``.

        Each of the clients, projects, … that the user may read. Without access to profitability,
        lines of money say that they are not shown, and name neither a client nor a number.
        """
        self._check_user()
        facts = self._get_facts()
        lines = []
        for code, weight in self._get_codes().items():
            line = getattr(self, f"_find_{code}")(facts)
            if line:
                lines.append({"code": code, **self._get_texts(code), **line})
                lines[-1]["weight"] *= weight
        self._add_changes(lines)
        return lines

    @api.model
    def _check_user(self):
        """What is found is read in SQL, of the clients that the user may read."""
        if not self.env.su and not self.env.user.has_group(USER_GROUP):
            raise AccessError(self.env._("You need access to Client Health to see this."))

    @api.model
    def _get_facts(self):
        company = self.env.company
        clients = self.env[CLIENT].search(
            [("company_id", "=", company.id), ("phase", "!=", stage_rules.ENDED)]
        )
        return findings.Facts(self.env, company, clients, self._sees_money())

    # Parts of a line

    @api.model
    def _make(self, model, ids, sentence, money=False, weight=0.0, **values):
        """Return a line: ``count`` records, ``ids`` of them, ``sentence`` and how to open them.

        ``open`` and ``action`` (with its ``label``) are actions of Odoo, for the list of what was
        found, and for all of it at once; ``calls``: instead, calls are planned.

        :param money: only for users with access to profitability
        :param weight: part of the revenue of the clients that it is about, 0 to 1
        """
        ids = list(ids)
        line = {
            "count": len(ids),
            "ids": ids,
            "res_model": model,
            "sentence": sentence,
            "money": money,
            "locked": False,
            "weight": float(weight) if ids else 0.0,
            "open": self._get_list_action(model, ids) if ids else False,
            "action": False,
            "label": False,
            "calls": False,
        }
        return line | values

    @api.model
    def _get_list_action(self, model, ids, view=None):
        """Return Odoo's own list of these records."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env["ir.model"]._get(model).name,
            "res_model": model,
            "views": [(view.id if view else False, "list"), (False, "form")],
            "domain": [("id", "in", ids)],
        }

    @api.model
    def _sees_money(self):
        return self.env.su or self.env.user.has_group(MONEY_GROUP)

    @api.model
    def _make_locked(self, model):
        """Return the line of a user who may not see what it is about."""
        sentence = self.env._("Shown to colleagues with access to profitability.")
        return self._make(model, (), sentence, money=True, locked=True)

    @api.model
    def _make_clients(self, facts, found, none, some, calls=None, texts=None, **values):
        """Return a line of clients, the weightiest first, with three of them by name.

        :param found: {client id: how much}
        :param none: the sentence when there is none
        :param some: the sentence otherwise; ``%(names)s`` are the clients, with ``texts``
        :param calls: the code with which the button calls ``plan_calls``
        """
        ids = sorted(found, key=lambda key: (-found[key], key))
        if not ids:
            return self._make(CLIENT, ids, none, **values)
        names = self._get_names([facts.clients[key]["name"] for key in ids])
        total = sum(max(client["revenue"], 0) for client in facts.clients.values())
        part = sum(max(facts.clients[key]["revenue"], 0) for key in ids)
        share = part / total if total else len(ids) / len(facts.clients)
        if calls:
            values |= {"label": self.env._("Plan calls"), "calls": calls}
        sentence = some % {"names": names, **(texts or {})}
        return self._make(CLIENT, ids, sentence, weight=share, **values)

    @api.model
    def _get_names(self, names):
        """Return "A, B and C", or "A, B, C and 4 others"."""
        if len(names) > NAMED + 1:
            others = self.env._("%s others", format_number(self.env, len(names) - NAMED))
            names = [*names[:NAMED], others]
        return format_list(self.env, names)

    @api.model
    def _get_window(self, xmlid, label, **context):
        """Return a button that opens one of our windows with what it is about."""
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        return {"label": label, "action": dict(action, context=context), "calls": False}

    @api.model
    def _format_money(self, facts, amount):
        """Return an amount without cents: a sum of a year is no invoice."""
        currency = facts.company.currency_id
        return format_amount(self.env, round(amount), currency, trailing_zeroes=False)

    @api.model
    def _get_rule(self, code):
        """Return the numbers of a warning, also where a firm switched it off."""
        # sudo: numbers that are compared with, see client.health.warning.rule
        rules = self.env["client.health.warning.rule"].sudo().with_context(active_test=False)
        return rules.search([("code", "=", code)], limit=1)._to_engine()

    @api.model
    def _read_warning(self, facts, code):
        """Return the readings of a warning that are beyond its limit, {client id: ``Reading``}."""
        rule = self._get_rule(code)
        signal = self.env["client.health.warning.rule"]._get_warnings()[code]
        clients = facts.relationships
        if not clients:
            return {}
        with Reader(self.env, clients, facts.today, ()) as reader:
            readings, _error = reader.read_apart(code, signal, clients, rule)
        return {
            key: reading
            for key, reading in readings.items()
            if get_level(rule, reading.value) >= LIMIT
        }

    # The findings

    @api.model
    def _find_losing(self, facts):
        if not self._sees_money():
            return self._make_locked(CLIENT)
        found = findings.read_losing(facts)
        amount = sum(found.values())
        return self._make_clients(
            facts,
            found,
            self.env._("No client costs more than it pays, over 12 months."),
            self.env._("%(names)s cost you %(amount)s in 12 months."),
            texts={"amount": self._format_money(facts, amount)},
            calls="losing",
            money=True,
            amount=amount,
        )

    @api.model
    def _find_silent(self, facts):
        """The warning *silent*, as it is: it was made for this question."""
        found = self._read_warning(facts, "silent")
        return self._make_clients(
            facts,
            {key: reading.detail["days"] for key, reading in found.items()},
            self.env._("No client that you work for is silent for longer than usual."),
            self.env._("You work for %(names)s: no word for longer than usual."),
            calls="silent",
        )

    @api.model
    def _find_discounts(self, facts):
        return self._make_clients(
            facts,
            records.read_discounts(facts),
            self.env._("No client gets a discount in most months."),
            self.env._("In most months there is a discount for %(names)s."),
            calls="discounts",
        )

    @api.model
    def _find_rate_fallen(self, facts):
        if not self._sees_money():
            return self._make_locked(CLIENT)
        return self._make_clients(
            facts,
            findings.read_rate_fallen(facts),
            self.env._("An hour of work brings in as much as before."),
            self.env._("An hour of work brings in less than before for %(names)s."),
            calls="rate_fallen",
            money=True,
        )

    @api.model
    def _find_over_hours(self, facts):
        """Over the agreed hours, as the warning; over those usual, or billed by the hour.

        The warning looks at one quarter for what is usual, this at a year and at what is chance.
        """
        found = {
            key: reading.value
            for key, reading in self._read_warning(facts, "over_agreed").items()
            if reading.detail.get("yardstick") != OWN
        }
        if self._sees_money():
            # that nothing pays for them follows from the revenue
            found = findings.read_over_usual(facts) | findings.read_over_billed(facts) | found
        return self._make_clients(
            facts,
            found,
            self.env._("No client gets more hours than agreed or usual."),
            self.env._("More hours than agreed or usual, unpaid: %(names)s."),
            calls="over_hours",
        )

    @api.model
    def _find_pays_later(self, facts):
        """The warning *payment*, of invoices of this year, and the habit of the last invoices."""
        if not self._sees_money():
            return self._make_locked(CLIENT)
        year_ago = facts.today - period.YEAR
        found = {
            key: reading.value
            for key, reading in self._read_warning(facts, "payment").items()
            if reading.date > year_ago
        }
        return self._make_clients(
            facts,
            found | records.read_pays_later(facts),
            self.env._("No client pays later than usual."),
            self.env._("%(names)s: paying later than usual."),
            calls="pays_later",
            money=True,
        )

    @api.model
    def _find_gone(self, facts):
        """By the client's own pauses; for nine months, as the move to *Ended* asks for."""
        quiet, known = records.read_gone_quiet(facts)
        clients = facts.relationships.browse(known)
        # other than there: who was active on a few days only never was what could be gone
        gone = read_gone(self.env, clients, facts.today) if clients else {}
        line = self._make_clients(
            facts,
            {key: facts.clients[key]["revenue"] for key in {*gone, *quiet}},
            self.env._("No client left without a word."),
            self.env._("Nothing happens any more with %(names)s: no work, invoice or word."),
            calls="gone",
        )
        ended = self.env["client.relationship.stage"]._get_first_stage(stage_rules.ENDED)
        if not ended or len(gone) < line["count"] or not gone:
            return line
        return line | self._get_window(
            "client_health.client_stage_move_action",
            self.env._("Ended?"),
            default_relationship_ids=line["ids"],
            default_stage_id=ended.id,
        )

    @api.model
    def _find_hours_without_cost(self, facts):
        if not self._sees_money():
            return self._make_locked("hr.employee")
        rows = records.read_hours_without_cost(facts)
        ids = [row[0] for row in rows]
        if not ids:
            return self._make("hr.employee", ids, self.env._("All hours have a cost."), money=True)
        if not (opened := self._open_employees(facts, ids)):
            return None  # the hours of colleagues on clients that the user may not read
        hidden = [client for client in facts.clients.values() if client["state"] == UNKNOWN]
        sentence = self.env._(
            "People whose hours have no cost: %(names)s. Unknown margins of clients: %(clients)s.",
            names=self._get_names([row[1] for row in rows]),
            clients=format_number(self.env, len(hidden)),
        )
        return self._make(
            "hr.employee",
            ids,
            sentence,
            money=True,
            weight=len(hidden) / max(len(facts.clients), 1),
            hidden=len(hidden),
            **opened,
        )

    @api.model
    def _open_employees(self, facts, ids):
        """Return how to open them: to enter their cost, or where that is not allowed, to see why.

        Odoo lets officers of Employees alone read and enter a cost, which counts for later hours.
        Managers assume one for these hours.
        """
        assume = {}
        if self.env["client.assumed.cost"].has_access("create"):
            assume = self._get_window(
                "client_health.client_cost_assume_action", self.env._("Assume their cost")
            )
        if self.env["hr.employee"].has_access("write"):
            view = self.env.ref("client_health.client_finding_view_employee_list")
            action = self._get_list_action("hr.employee", ids, view)
            enter = {"action": action, "label": self.env._("Enter their cost")}
            return {"open": action} | (assume or enter)
        if not self.env["client.profitability.finding"].has_access("read"):
            return None
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_profitability_finding_action"
        )
        domain = [("company_id", "=", facts.company.id), ("kind", "=", "no_cost")]
        return {"open": dict(action, domain=domain, context={"group_by": "employee_id"})} | assume

    @api.model
    def _find_projects_without_customer(self, facts):
        Project = self.env["project.project"]
        if not Project.has_access("read"):
            return None
        rows = records.read_projects_without_customer(facts)
        # what the user may read, the most hours first
        readable = Project.search([("id", "in", [row[0] for row in rows])])
        hours = {row[0]: row[1] for row in rows if row[0] in readable._ids}
        if not hours:
            return self._make(Project._name, (), self.env._("All work has a client."))
        total = sum(month.hours for months in facts.months.values() for month in months)
        sentence = self.env._(
            "%(hours)s hours in 12 months are nobody's: %(names)s.",
            hours=format_number(self.env, sum(hours.values())),
            names=self._get_names([Project.browse(key).display_name for key in hours]),
        )
        action = self._get_list_action(
            Project._name,
            list(hours),
            self.env.ref("client_health.client_finding_view_project_list"),
        )
        return self._make(
            Project._name,
            hours,
            sentence,
            weight=sum(hours.values()) / (total + sum(hours.values())),
            open=action,
            **(
                {"action": action, "label": self.env._("Enter their customers")}
                if Project.has_access("write")
                else {}
            ),
        )

    @api.model
    def _find_without_salesperson(self, facts):
        clients = facts.relationships.filtered_domain([("has_salesperson", "=", False)])
        line = self._make_clients(
            facts,
            {client.id: facts.clients[client.id]["revenue"] for client in clients},
            self.env._("Every client has a salesperson."),
            self.env._("Nobody is in charge of %(names)s."),
        )
        if not clients or not self.env.user.has_group(ALL_GROUP):
            return line
        return line | self._get_window(
            "client_health.client_salesperson_change_action",
            self.env._("Hand over"),
            default_relationship_ids=line["ids"],
        )

    @api.model
    def _find_unknown_senders(self, facts):
        self.env.flush_all()
        ids = [row[0] for row in records.read_unknown_senders(facts)]
        Message = self.env["mail.message"]
        messages = Message.search([("id", "in", ids)]) if ids else Message
        if not messages:
            sentence = self.env._("All who wrote to you are known.")
            return self._make(Message._name, (), sentence)
        sentence = self.env._(
            "%(count)s people who wrote within half a year are no contacts.",
            count=format_number(self.env, len(messages)),
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_unknown_sender_action"
        )
        action = dict(action, domain=[("id", "in", messages.ids)])
        return self._make(
            Message._name,
            messages.ids,
            sentence,
            weight=0.5,
            open=action,
            action=action,
            label=self.env._("Assign them"),
        )

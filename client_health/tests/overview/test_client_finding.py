from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import SQL

from ...const import ACTIVITY_FINDING
from ...engine.overview import records
from ..health.test_health_tours import HealthTourCommon
from ..profitability.common_money import MoneyCommon, month_ago

MONEY = {"losing", "rate_fallen", "pays_later", "hours_without_cost"}


class FindingCommon(MoneyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rel = cls._create_relationship(cls.client, company_id=cls.company.id)
        cls.other = cls._create_relationship(cls.other_client, company_id=cls.company.id)
        cls.company.sudo().client_profitability_date = fields.Datetime.now()
        cls.Finding = cls.env["client.finding"]

    @classmethod
    def _fill(cls, relationship, months):
        """Write months of the ledger: {months ago: (revenue, labour cost, hours)}."""
        cls.env.flush_all()
        for ago, (revenue, cost, hours) in months.items():
            cls.env.cr.execute(
                SQL(
                    """
                    INSERT INTO client_profitability
                           (company_id, partner_id, relationship_id, project_id, date, revenue,
                            labour_cost, other_cost, pass_through, pass_through_cost, margin,
                            hours, billable_hours, uncosted_hours, overhead)
                    VALUES (%s, %s, %s, %s, %s, %s, %s, 0, 0, 0, %s, %s, 0, 0, 0)""",
                    relationship.company_id.id,
                    relationship.partner_id.id,
                    relationship.id,
                    None,
                    month_ago(ago, 1),
                    revenue,
                    cost,
                    revenue - cost,
                    hours,
                )
            )

    def _get(self, code, user=None):
        lines = self.Finding.with_user(user or self.manager).get_findings()
        return next(line for line in lines if line["code"] == code)

    def assertFound(self, code, records, user=None):
        line = self._get(code, user)
        self.assertEqual(set(line["ids"]), set(records.ids), line)
        self.assertEqual(line["count"], len(records))
        return line


@tagged("post_install", "-at_install")
class TestFindings(FindingCommon):
    """Each line against records of which the truth is known."""

    def test_losing_from_documents(self):
        self._invoice(self.client, [100], month_ago(2))
        self._spend(self.project, 10, month_ago(2))
        self._invoice(self.other_client, [900], month_ago(2))
        self._spend(self._create_project("Shop", self.other_client), 10, month_ago(2))
        self._rebuild()
        line = self.assertFound("losing", self.rel)
        self.assertIn("Blue Harbour cost you", line["sentence"])
        self.assertIn("300", line["sentence"])
        self.assertEqual(line["amount"], 300)
        self.assertEqual(self.rel.client_margin, -300, "the figure of the client")

    def test_no_loss(self):
        """The year paid in the month before, work of last month, and what a branch invoices."""
        work = {ago: (0, 400, 10) for ago in range(1, 13)}
        self._fill(self.rel, work | {26: (6000, 0, 0), 14: (6000, 400, 10), 13: (0, 400, 10)})
        self._fill(self.rel, {38: (6000, 0, 0)})
        self._fill(self.other, {3: (500, 400, 10), 2: (0, 400, 10), 1: (0, 400, 10)})
        self.assertFound("losing", self.rel.browse())
        branch = self._create_company("Branch", "EUR")
        third = self._create_relationship(self.vendor, company_id=self.company.id)
        self._fill(third, {ago: (0, 400, 10) for ago in range(1, 9)})
        self.assertFound("losing", third)
        self._invoice(self.vendor, [9000], month_ago(3), company=branch)
        self.assertFound("losing", third.browse())

    def test_declared_loss(self):
        self._fill(self.rel, {ago: (100, 400, 10) for ago in range(1, 9)})
        self.assertFound("losing", self.rel)
        self.env["client.health.declaration"].create(
            {
                "relationship_id": self.rel.id,
                "kind": "loss",
                "reason": "The first of its trade",
                "date_end": fields.Date.add(fields.Date.today(), days=90),
            }
        )
        self.assertFound("losing", self.rel.browse())

    def test_rate_fallen(self):
        falling = {ago: (60 * ago + 400, 400, 10) for ago in range(1, 13)}
        noisy = {ago: ((600, 1400)[ago % 2], 400, 10) for ago in range(1, 13)}
        self._fill(self.rel, falling)
        self._fill(self.other, noisy)
        self.assertFound("rate_fallen", self.rel)
        self.assertFound("over_hours", self.rel.browse())

    def test_over_usual(self):
        self._fill(
            self.rel, {ago: (1000, 400, 20 if ago < 4 else 10 + ago % 2) for ago in range(1, 13)}
        )
        # who pays for more gets more
        self._fill(
            self.other,
            {
                ago: (2000, 400, 20) if ago < 4 else (1000, 400, 10 + ago % 2)
                for ago in range(1, 13)
            },
        )
        self.assertFound("over_hours", self.rel)

    def test_over_usual_is_no_season(self):
        busy = {ago: (1000, 400, 20 if ago % 12 in (1, 2, 3) else 10) for ago in range(1, 25)}
        self._fill(self.rel, busy)
        self.assertFound("over_hours", self.rel.browse())

    def test_over_billed(self):
        """By the hour: half again as many are worked; the others bill what they work."""
        hour = self.env.ref("uom.product_uom_hour")
        for ago in range(1, 7):
            for partner, quantity in ((self.client, 10), (self.other_client, 15)):
                move = self._invoice(partner, [100], month_ago(ago), post=False)
                move.invoice_line_ids.write({"product_uom_id": hour.id, "quantity": quantity})
                move.action_post()
        self._fill(self.rel, {ago: (1000, 400, 15) for ago in range(1, 13)})
        self._fill(self.other, {ago: (1500, 400, 15) for ago in range(1, 13)})
        self.assertFound("over_hours", self.rel)

    def test_discounts(self):
        for ago in range(1, 7):
            move = self._invoice(self.client, [100], month_ago(ago), post=False)
            move.invoice_line_ids.discount = 10 if ago < 5 else 0
            move.action_post()
            move = self._invoice(self.other_client, [100], month_ago(ago), post=False)
            move.invoice_line_ids.discount = 1 if ago < 6 else 10
            move.action_post()
        self.assertFound("discounts", self.rel)

    def test_later(self):
        """Pairs of days late and paid: usual, always late, erratic, later, open, too few."""
        usual = [(days, True) for days in (0, 2, 3, 5, 1, 4)]
        erratic = [(days, True) for days in (0, 40, 5, 60, 20, 35)]
        late = [(days, True) for days in (44, 45, 47, 46)]
        self.assertEqual(records._get_later(usual, [(3, True), (6, True)]), 0)
        self.assertEqual(records._get_later(late, late), 0)
        self.assertEqual(records._get_later(erratic, [(45, True), (50, True)]), 0)
        self.assertGreater(records._get_later(usual, [(30, True), (42, True)]), 30)
        self.assertGreater(records._get_later(usual, [(30, True), (60, False)]), 30)
        self.assertEqual(records._get_later(usual, [(30, True), (1, False)]), 0)
        self.assertEqual(records._get_later(usual[:3], late), 0)

    def test_pays_later_from_documents(self):
        bank = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        bank.inbound_payment_method_line_ids.payment_account_id = bank.default_account_id
        for relationship, slow in ((self.rel, 40), (self.other, 0)):
            for ago in range(1, 10):
                day = fields.Date.today() - timedelta(days=30 * ago + 60)
                move = self._invoice(
                    relationship.partner_id,
                    [100],
                    day,
                    invoice_date_due=day,
                    invoice_payment_term_id=False,
                )
                paid = day + timedelta(days=slow if ago < 3 else ago % 3)
                self.env["account.payment.register"].with_context(
                    active_model="account.move", active_ids=move.ids
                ).create({"payment_date": paid, "journal_id": bank.id})._create_payments()
        self.assertFound("pays_later", self.rel)

    def test_gone_by_its_own_pauses(self):
        for days in range(130, 300, 14):
            self._spend(self.project, 2, fields.Date.today() - timedelta(days=days))
        yearly = self._create_project("Check", self.other_client)
        for days in (130, 340, 550, 760, 900, 1000):
            self._spend(yearly, 2, fields.Date.today() - timedelta(days=days))
        line = self.assertFound("gone", self.rel)
        self.assertEqual(line["calls"], "gone")

    def test_people_without_cost(self):
        self._spend(self.project, 30, month_ago(1), employee=self.intern)
        self._spend(self.project, 30, month_ago(1))
        self._rebuild()
        line = self.assertFound("hours_without_cost", self.intern)
        self.assertIn("Ben", line["sentence"])
        self.assertEqual(line["hidden"], 1)

    def test_projects_without_customer(self):
        lost = self._create_project("Campaign")
        inside = self._create_project("Inside", allow_billable=False)
        for project in (lost, inside, self.project):
            self._spend(project, 20, month_ago(1))
        self._rebuild()
        self.assertFound("projects_without_customer", lost)

    def test_billable_says_nothing_where_it_is_not_used(self):
        lost = self._create_project("Campaign", allow_billable=False)
        # as an import leaves it: Odoo takes the customer from projects that are unticked
        self.env.flush_all()
        self.env.cr.execute("UPDATE project_project SET allow_billable = false")
        self.env.invalidate_all()
        self._spend(lost, 20, month_ago(1))
        self._rebuild()
        self.assertFound("projects_without_customer", lost)

    def test_without_salesperson(self):
        self.rel.user_id = False
        line = self.assertFound("without_salesperson", self.rel)
        self.assertEqual(line["action"]["context"], {"default_relationship_ids": self.rel.ids})

    def test_unknown_senders(self):
        lead = self.env["crm.lead"].create({"name": "New", "company_id": self.company.id})
        known = self.env["res.partner"].create(
            {"name": "Kim", "parent_id": self.client.id, "email": "kim@harbour.example"}
        )
        messages = self.env["mail.message"].create(
            [
                {
                    "model": record._name,
                    "res_id": record.id,
                    "message_type": "email",
                    "subtype_id": self.env.ref("mail.mt_comment").id,
                    "email_from": address,
                    "author_id": False,
                    "body": "<p>Hello</p>",
                }
                for record, address in (
                    (self.project, "Stranger <who@nowhere.example>"),
                    (self.project, "who@nowhere.example"),
                    (self.project, known.email),
                    (lead, "prospect@elsewhere.example"),
                )
            ]
        )
        self.assertFound("unknown_senders", messages[1])


@tagged("post_install", "-at_install")
class TestFindingPage(FindingCommon, HttpCase):
    """Who sees what, when, and at what price."""

    def test_without_money(self):
        self._fill(self.rel, {ago: (100, 400, 10) for ago in range(1, 9)})
        lines = {line["code"]: line for line in self.Finding.with_user(self.seller).get_findings()}
        self.assertEqual({code for code, line in lines.items() if line["locked"]}, MONEY)
        for code in MONEY:
            self.assertFalse(lines[code]["ids"] or lines[code]["count"] or lines[code]["weight"])
            self.assertNotIn("Blue Harbour", lines[code]["sentence"])
        self.rel.user_id = self.other.user_id = False
        line = self._get("without_salesperson", self.seller)
        self.assertEqual(line["weight"], 0.5, "by the number of clients, not by their revenue")

    def test_own_clients_only(self):
        self._fill(self.rel, {ago: (100, 400, 10) for ago in range(1, 9)})
        self._fill(self.other, {ago: (100, 400, 10) for ago in range(1, 9)})
        self.rel.user_id = self.controller
        self.assertFound("losing", self.rel, self.controller)
        self.assertFound("losing", self.rel + self.other)

    def test_other_company(self):
        elsewhere = self._create_company("South", "EUR")
        self.manager.company_ids |= elsewhere
        far = self._create_relationship(self.client, company_id=elsewhere.id, user_id=False)
        self.env["client.profitability"]._rebuild(elsewhere)
        self.assertFound("without_salesperson", far.browse())
        south = self.Finding.with_user(self.manager).with_company(elsewhere)
        lines = {line["code"]: line for line in south.get_findings()}
        self.assertEqual(lines["without_salesperson"]["ids"], far.ids)

    def test_outsiders(self):
        for user in (self.portal, self._create_employee_user()):
            for method in ("get_findings", "get_page", "set_dismissed"):
                with self.assertRaises(AccessError):
                    getattr(self.Finding.with_user(user), method)()
        with self.assertRaises(AccessError):
            self.Finding.with_user(self.seller).set_dismissed()

    def _create_employee_user(self):
        return self.env["res.users"].create(
            {
                "name": "Employee",
                "login": "ch_employee",
                "group_ids": [(6, 0, self.env.ref("base.group_user").ids)],
                "company_id": self.company.id,
                "company_ids": [(6, 0, self.company.ids)],
            }
        )

    def test_what_is_offered_opens(self):
        """For every role, whatever a line offers: its records, its views, its window."""
        lost = self._create_project("Campaign")
        self._spend(lost, 20, month_ago(1), employee=self.intern)
        self._spend(self.project, 20, month_ago(1), employee=self.intern)
        self._rebuild()
        self._fill(self.other, {ago: (100, 400, 10) for ago in range(2, 9)})
        (self.rel + self.other).write({"team_id": False, "user_id": False})
        officer = self.manager.copy({"login": "ch_officer"})
        officer.group_ids += self.env.ref("hr.group_hr_user")
        opened = 0
        for user in (self.owner, self.seller, self.controller, self.manager, officer):
            for line in self.Finding.with_user(user).get_findings():
                for action in filter(None, (line["open"], line["action"])):
                    model = self.env[action["res_model"]].with_user(user)
                    model.get_views([tuple(view[:2]) for view in action["views"]])
                    if action.get("domain"):
                        found = model.search(action["domain"])
                        self.assertTrue(found, (user.login, line["code"]))
                        found.read(["display_name"])
                    opened += 1
        self.assertGreater(opened, 12)

    def test_calls(self):
        """For the salespersons, once, of what one may write, and without a word of money."""
        self.rel.user_id = self.colleague
        clients = self.rel + self.other
        plan = self.Finding.with_user(self.seller).plan_calls
        mails = self.env["mail.mail"].search_count([])
        self.assertIn("2 calls are planned, for 2 people", plan("losing", clients.ids))
        self.assertIn("0 calls", plan("losing", clients.ids))
        calls = clients.activity_search([ACTIVITY_FINDING])
        self.assertEqual(calls.user_id, self.owner + self.colleague)
        self.assertEqual({*calls.mapped("summary")}, {"Money got worse"})
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        owner = self.Finding.with_user(self.owner)
        calls.unlink()
        owner.plan_calls("silent", clients.ids)
        self.assertEqual(
            clients.activity_search([ACTIVITY_FINDING]).mapped("res_id"), self.other.ids
        )
        with self.assertRaises(AccessError):
            self.Finding.with_user(self.portal).plan_calls("silent", clients.ids)

    def test_what_comes_first(self):
        page = self.Finding.with_user(self.manager).get_page
        self.assertEqual(page()["state"], "ready")
        self.company.sudo().client_profitability_date = False
        self.assertEqual(page()["state"], "waiting")
        (self.rel + self.other).unlink()
        self.assertEqual(page()["state"], "empty")
        self.assertTrue(page()["first"]["action"])
        self.assertFalse(self.Finding.with_user(self.seller).get_page()["first"]["action"])

    def test_what_matters_most(self):
        self._fill(self.rel, {ago: (100, 400, 10) for ago in range(1, 9)})
        self.rel.user_id = False
        self.env["client.profitability"]._refresh_figures(self.company)
        page = self.Finding.with_user(self.manager).get_page()
        self.assertEqual(page["top"], ["losing", "without_salesperson"])

    def test_finding_of_another_addon(self):
        """A code with its weight, and a method of that name; None: nothing can be known."""
        finding = type(self.Finding)
        found = {self.rel.id: 1}
        with (
            patch.object(finding, "_get_codes", lambda *_args: {"orders": 2, "unknown": 1}),
            patch.object(
                finding,
                "_find_orders",
                lambda model, facts: model._make_clients(facts, found, "None", "Ask %(names)s."),
                create=True,
            ),
            patch.object(finding, "_find_unknown", lambda *_args: None, create=True),
        ):
            [line] = self.Finding.with_user(self.manager).get_findings()
        self.assertEqual(line["sentence"], "Ask Blue Harbour.")
        self.assertEqual(line["weight"], 1.0)

    def test_dismissed(self):
        finding = self.Finding.with_user(self.manager)
        finding.set_dismissed()
        self.assertTrue(self.Finding.with_user(self.seller).get_page()["is_dismissed"])
        finding.set_dismissed(False)
        self.assertFalse(finding.get_page()["is_dismissed"])

    def test_steps(self):
        """Only once a night has looked; each with a step, and what it opens is there."""
        measures = self.env["client.health.measure"].with_company(self.company).search([])
        self.assertFalse(self.Finding._get_unfed())
        measures[0].sudo().date_known = fields.Date.today()
        unfed = self.Finding._get_unfed()
        self.assertNotIn(measures[0].code, [one["code"] for one in unfed])
        self.assertEqual(len(unfed), len(measures) - 1)
        self.assertEqual(set(self.Finding._get_steps()), set(measures.mapped("code")))
        for one in unfed:
            self.assertTrue(one["step"])
            self.assertTrue(not one["action"] or self.env.ref(one["action"]))

    def test_week_by_week(self):
        self.rel.user_id = False
        week = fields.Date.today() - timedelta(days=7)
        with patch.object(type(self.Finding), "_get_day", lambda *_args: week):
            self.env.ref("client_health.ir_cron_client_finding").method_direct_trigger()
        self.assertEqual(
            self.company.client_finding_weeks[week.isoformat()]["without_salesperson"],
            {"count": 1, "ids": self.rel.ids},
        )
        self.other.user_id = False
        line = self._get("without_salesperson")
        self.assertIn("1 more than on", line["change"])
        self.assertEqual(line["new_ids"], self.other.ids)
        (self.rel + self.other).user_id = self.owner
        self.assertIn("1 fewer than on", self._get("without_salesperson")["change"])
        self.assertNotIn("change", self._get("without_salesperson", self.seller))

    def test_only_so_many_weeks(self):
        for number in range(10):
            day = fields.Date.today() - timedelta(days=7 * number)
            with patch.object(type(self.Finding), "_get_day", lambda *_args, day=day: day):
                self.Finding._remember(self.company)
        self.assertEqual(len(self.company.client_finding_weeks), 8)

    def test_queries(self):
        """As many for 50 clients as for 5."""
        counts = []
        for number in (5, 45):
            clients = self._create_clients(number)
            for client in clients:
                self._fill(client, {ago: (100, 400, 10) for ago in range(1, 9)})
            clients[:2].user_id = False
            self.env.flush_all()
            finding = self.Finding.with_user(self.manager)
            finding.get_page()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            finding.get_page()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

    def test_tour(self):
        """A number opens Odoo's list, a button what to do about all of it."""
        self.manager.group_ids += self.env.ref("sales_team.group_sale_manager")
        self.rel.user_id = False
        self.start_tour("/odoo/client-findings", "client_health_finding_page", login="ch_manager")


@tagged("post_install", "-at_install")
class TestFirstSteps(HealthTourCommon):
    def test_first_steps(self):
        """What the records say, the board, the reasons of a score, the first action."""
        before = self.env["mail.activity"].search_count([])
        self.start_tour("/odoo/client-findings", "client_health_first_steps", login="ch_manager")
        self.assertEqual(self.env["mail.activity"].search_count([]), before + 1)

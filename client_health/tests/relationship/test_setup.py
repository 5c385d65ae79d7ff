from unittest.mock import patch

from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, Form, tagged

from ...engine import intake
from ...engine.clock import get_today
from ...engine.workload import spread
from .test_intake import IntakeCommon


class SetupCommon(IntakeCommon):
    """A firm with some regular clients: three invoices a year of 3,000 in all, and hours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = get_today(cls.company)
        cls.worker = cls.env["hr.employee"].create(
            {"name": "Wanda Worker", "work_email": "wanda@firm.example", "hourly_cost": 40}
        )
        cls.regulars = [cls._create_regular(f"Regular {number}") for number in range(4)]

    @classmethod
    def _create_regular(cls, name, **vals):
        partner = cls._create_partner(name, **vals)
        for months_ago in (1, 4, 8):
            cls._invoice(partner, 1000, months_ago=months_ago)
        cls._work(partner, days_ago=20)
        return partner

    @classmethod
    def _invoice(cls, partner, amount, months_ago=1, move_type="out_invoice", company=None):
        move = cls._create_move(partner, move_type, months_ago, post=False)
        move.invoice_line_ids.price_unit = amount
        move.action_post()
        return move

    @classmethod
    def _work(cls, partner, days_ago=None):
        """Make a project that began two years ago, with hours if any."""
        project = cls.env["project.project"].create(
            {
                "name": f"Site of {partner.name}",
                "partner_id": partner.id,
                "company_id": cls.company.id,
                "date_start": cls.today - relativedelta(years=2),
                "date": cls.today + relativedelta(years=2),
            }
        )
        if days_ago is not None:
            cls.env["account.analytic.line"].create(
                {
                    "name": "Work",
                    "project_id": project.id,
                    "employee_id": cls.worker.id,
                    "unit_amount": 5,
                    "date": cls.today - relativedelta(days=days_ago),
                }
            )
        return project

    def _propose(self, **vals):
        """Return {partner: line} of a new proposal of the manager."""
        self.setup = self.env["client.setup"].with_user(self.manager).create(vals)
        self.setup.action_propose()
        return {line.partner_id: line for line in self.setup.line_ids}

    def _check(self, line, left_out=False, hint=False):
        self.assertEqual((line.left_out, line.hint), (left_out, hint), line.partner_id.name)
        self.assertEqual(line.is_client, not left_out)


@tagged("post_install", "-at_install")
class TestProposal(SetupCommon):
    def test_a_regular_client_with_its_figures(self):
        line = self._propose()[self.regulars[0]]
        self._check(line)
        self.assertEqual((line.invoices, line.hours), (3, 5))
        self.assertEqual(line.last_date, self.today - relativedelta(days=20))
        self.assertEqual(line.sudo().revenue, 3000)

    def test_one_small_invoice_is_no_client(self):
        small, large = self._create_partner("Bought a book"), self._create_partner("One large job")
        self._invoice(small, 90)
        self._invoice(large, 5000)
        lines = self._propose()
        self._check(lines[small], "single")
        self._check(lines[large])

    def test_one_invoice_with_work_beside_it_is_a_client(self):
        partner = self._create_partner("Just begun")
        self._invoice(partner, 90)
        self._work(partner, days_ago=3)
        self._check(self._propose()[partner])

    def test_projects_without_hours(self):
        idle, busy, new = (self._create_partner(name) for name in ("Idle", "Busy", "New"))
        self._work(idle, days_ago=250)
        self._work(busy, days_ago=100)
        self._work(new).date_start = self.today - relativedelta(days=30)
        lines = self._propose()
        self._check(lines[idle], "idle")
        self._check(lines[busy])
        self._check(lines[new])

    def test_a_project_that_nobody_closed_is_no_client(self):
        past, lately = self._create_partner("Years ago"), self._create_partner("This year")
        for partner, first in ((past, 15), (lately, 7)):
            for months_ago in range(first, first + 3):
                self._invoice(partner, 900, months_ago)
            self._work(partner)
        lines = self._propose()
        self._check(lines[past], "idle")
        self._check(lines[lately], hint="ended")

    def test_a_won_opportunity_that_nothing_followed(self):
        old, new = self._create_partner("Won long ago"), self._create_partner("Won lately")
        for partner in (old, new):
            lead = self.env["crm.lead"].create(
                {"name": "Deal", "partner_id": partner.id, "type": "opportunity"}
            )
            with patch.object(type(self.env["crm.lead"]), "_open_client_relationships"):
                lead.action_set_won()
            if partner == old:
                lead.date_closed = fields.Datetime.now() - relativedelta(days=120)
        lines = self._propose()
        self._check(lines[old], "lead")
        self._check(lines[new])

    def test_colleagues_by_name_and_by_address(self):
        by_name = self._create_partner("Wanda Worker", is_company=False)
        by_email = self._create_partner("W. W.", is_company=False, email="Wanda@firm.example")
        firm = self._create_partner("Wanda Worker")
        for partner in (by_name, by_email, firm):
            self._invoice(partner, 2000)
        lines = self._propose()
        self._check(lines[by_name], "internal")
        self._check(lines[by_email], "internal")
        self.assertNotEqual(lines[firm].left_out, "internal", "A firm of that name is none")

    def test_a_supplier_that_is_a_client_too(self):
        both = self._create_regular("Both")
        supplier = self._create_partner("Freelancer", is_company=False)
        self._invoice(supplier, 100)
        for partner in (both, supplier):
            for months_ago in range(1, 6):
                self._invoice(partner, 1500, months_ago, "in_invoice")
        lines = self._propose()
        self._check(lines[both], hint="both")
        self._check(lines[supplier], "supplier")

    def test_twins(self):
        first, second, third = self.regulars[:3]
        first.vat, second.email = "BE0477472701", "office@second.example"
        contact = self.env["res.partner"].create(
            {"name": "Cleo", "parent_id": third.id, "email": "cleo@third.example"}
        )
        twins = {
            self._create_partner("By tax number", vat="BE 0477.472.701"): first,
            self._create_partner("By address", email="Office@second.example"): second,
            self._create_partner("REGULAR  2"): third,
            self._create_partner("Cleo", is_company=False, email=contact.email): third,
        }
        for partner in twins:
            self._invoice(partner, 800)
        lines = self._propose()
        for partner, twin in twins.items():
            self._check(lines[partner], "duplicate")
            self.assertEqual(lines[partner].same_partner_id, twin)
            self._check(lines[twin])
        action = lines[[*twins][0]].action_merge()
        self.assertEqual(set(action["context"]["active_ids"]), {[*twins][0].id, first.id})
        with self.assertRaises(UserError):
            lines[first].action_merge()

    def test_an_address_that_everybody_has_makes_no_twins(self):
        partners = [
            self._create_partner(f"Placeholder {number}", email="info@placeholder.example")
            for number in range(8)
        ]
        for partner in partners:
            self._invoice(partner, 4000)
        lines = self._propose()
        for partner in partners:
            self._check(lines[partner])

    def test_a_subsidiary_belongs_to_its_firm(self):
        subsidiary = self._create_regular("Plant South", parent_id=self.regulars[0].id)
        line = self._propose()[subsidiary]
        self._check(line, "subsidiary")
        self.assertEqual(line.same_partner_id, self.regulars[0])

    def test_a_subsidiary_of_somebody_else_is_a_client_itself(self):
        parent = self._create_partner("Holding that we only pay")
        self._invoice(parent, 10)
        self._invoice(parent, 900, move_type="in_invoice")
        subsidiary = self._create_regular("Its plant", parent_id=parent.id)
        lines = self._propose()
        self._check(lines[parent], "supplier")
        self._check(lines[subsidiary])
        self.assertFalse(lines[subsidiary].same_partner_id)

    def test_an_archived_contact_with_current_invoices(self):
        current, past = self._create_regular("Archived"), self._create_partner("Archived long ago")
        self._invoice(past, 500, months_ago=9)
        (current | past).action_archive()
        lines = self._propose()
        self._check(lines[current], hint="archived")
        self.assertNotIn(past, lines)

    def test_invoiced_by_a_branch(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        partner = self._create_partner("Of the branch")
        self._work(partner, days_ago=10)
        move = self._invoice(partner, 500)
        self.env.flush_all()
        self.cr.execute(
            "UPDATE account_move SET company_id = %s WHERE id = %s", [branch.id, move.id]
        )
        self.env.invalidate_all()
        self._check(self._propose()[partner], hint="branch")

    def test_who_may_have_ended_stands_apart(self):
        ended, quarterly = self._create_partner("Ended"), self._create_partner("Quarterly")
        for months_ago in (7, 8, 9):
            self._invoice(ended, 900, months_ago)
        for months_ago in (4, 8, 12):
            self._invoice(quarterly, 900, months_ago)
        lines = self._propose(months=13)
        self._check(lines[ended], hint="ended")
        self._check(lines[quarterly])
        self.assertEqual(self.setup.ended_count, 1)
        clients = self.setup.line_ids.search(
            [("setup_id", "=", self.setup.id), ("is_client", "=", True)]
        )
        self.assertEqual(clients[-1], lines[ended], "Behind all others")

    def test_queries_do_not_grow_with_the_partners(self):
        counts = []
        for size in (5, 50):
            for number in range(size):
                self._invoice(self._create_partner(f"S{size} {number}"), 5000)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.Intake._get_candidates(self.company, 12)
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0], f"queries at 5 and 50: {counts}")


@tagged("post_install", "-at_install")
class TestRules(BaseCase):
    """What ``judge`` says, without records."""

    today = fields.Date.today()

    def _make_row(self, **vals):
        names = ("last_invoice", "last_hours", "last_project", "last_won", "usual_pause")
        counts = ("invoices", "invoices_ever", "elsewhere", "projects", "won", "bills")
        return {
            **dict.fromkeys(names),
            **dict.fromkeys((*counts, "revenue", "billed", "hours", "recent_hours"), 0),
            **dict.fromkeys(("internal", "archived", "records_hours"), False),
            **dict.fromkeys(("parent_id", "twin_id", "typical")),
            **vals,
        }

    def _judge(self, **vals):
        return intake.judge(self._make_row(**vals), self.today)

    def test_a_firm_that_records_no_hours_has_no_idle_projects(self):
        old = self.today - relativedelta(years=2)
        self.assertFalse(self._judge(projects=1, last_project=old).left_out)
        verdict = self._judge(projects=1, last_project=old, records_hours=True)
        self.assertEqual(verdict.left_out, "idle")

    def test_nothing_is_small_without_regular_clients(self):
        row = {"invoices": 1, "invoices_ever": 1, "revenue": 10, "last_invoice": self.today}
        self.assertFalse(self._judge(**row).left_out)
        self.assertEqual(self._judge(**row, typical=1000).left_out, "single")

    def test_a_left_out_one_has_no_hint_and_the_reverse(self):
        for invoices in range(5):
            for bills in (0, 9):
                for days in (0, 70, 100, 400):
                    last = self.today - relativedelta(days=days)
                    verdict = self._judge(
                        invoices=invoices,
                        invoices_ever=invoices,
                        projects=1,
                        last_project=last,
                        last_invoice=invoices and last,
                        bills=bills,
                        billed=bills * 10,
                        revenue=invoices * 15,
                        records_hours=True,
                        typical=1000,
                    )
                    self.assertFalse(verdict.left_out and verdict.hint)


@tagged("post_install", "-at_install")
class TestWorkload(BaseCase):
    @given(
        st.integers(0, 80),
        st.integers(1, 60),
        st.integers(1, 6),
        st.dictionaries(st.integers(0, 20), st.integers(0, 9)),
    )
    def test_no_day_gets_more_than_it_can_take(self, count, days, most, taken):
        found = spread(count, days, most, taken)
        self.assertEqual(len(found), count)
        for day in set(found):
            self.assertLessEqual(taken.get(day, 0) + found.count(day), most)

    @given(st.integers(1, 80), st.integers(1, 60), st.integers(1, 6))
    def test_the_first_comes_first_and_no_gap_is_left(self, count, days, most):
        found = spread(count, days, most)
        self.assertEqual(found, sorted(found))
        self.assertEqual(found[0], 0)
        if count <= days * most:
            self.assertLess(found[-1], days)
            self.assertLessEqual(max(map(found.count, found)), -(-count // days))


@tagged("post_install", "-at_install")
class TestSetupPage(SetupCommon):
    def test_salespersons(self):
        own, other = self.regulars[:2]
        own.user_id = self.seller
        lines = self._propose(user_id=self.owner.id)
        self.assertEqual(lines[own].user_id, self.seller)
        self.assertFalse(lines[other].user_id)
        self.assertTrue(self.setup.unassigned_count)
        self.setup.action_apply()
        self._run_job("ir_cron_client_setup")
        self.assertEqual(self._get_relationship(own).user_id, self.seller)
        self.assertEqual(self._get_relationship(other).user_id, self.owner)

    def test_who_made_the_invoice_is_proposed(self):
        move = self._invoice(self.regulars[0], 100, months_ago=0)
        move.invoice_user_id = self.colleague
        self.assertEqual(self._propose()[self.regulars[0]].user_id, self.colleague)

    def test_many_at_once(self):
        lines = self._propose()
        action = self.setup.action_open_lines()
        found = self.env["client.setup.line"].with_user(self.manager).search(action["domain"])
        self.assertEqual(found, self.setup.line_ids)
        chosen = lines[self.regulars[0]] | lines[self.regulars[1]]
        chosen.action_untick()
        self.assertFalse(any(chosen.mapped("is_client")))
        chosen.action_tick()
        self.assertTrue(all(chosen.mapped("is_client")))
        self.setup.action_apply()
        with self.assertRaisesRegex(UserError, "has been started"):
            chosen.action_untick()
        with self.assertRaises(AccessError):
            lines[self.regulars[0]].with_user(self.seller).action_untick()

    def test_the_form(self):
        self._propose()
        with Form(self.setup) as form:
            form.user_id = self.owner
            form.schedule = False
        self.assertEqual(self.setup.user_id, self.owner)

    def test_the_past_is_shown_while_it_is_computed(self):
        self.company.client_setup_date = self.company.client_health_backfill_date = False
        self._propose()
        self.assertEqual(self.setup.history_progress, 0)
        self.setup.action_apply()
        self._run_job("ir_cron_client_setup")
        self.setup.invalidate_recordset()
        self.assertEqual(self.setup.history_progress, 0)
        self.company.client_health_backfill_date = self.today - relativedelta(weeks=52)
        self.setup.invalidate_recordset()
        self.assertAlmostEqual(self.setup.history_progress, 50, delta=1)
        self.company.client_health_backfill_date = self.today - relativedelta(weeks=110)
        self.setup.invalidate_recordset()
        self.assertEqual(self.setup.history_progress, 100)


@tagged("post_install", "-at_install")
class TestQuietStart(SetupCommon):
    def _start(self, count):
        """Set up with so many more clients of one salesperson; return the clients."""
        for number in range(count):
            self._work(self._create_partner(f"Client {number}", user_id=self.owner.id), days_ago=9)
        self._propose(user_id=self.owner.id)
        self.setup.action_apply()
        self._run_job("ir_cron_client_setup")
        clients = self.env["client.relationship"].search(
            [("partner_id", "in", self.setup.line_ids.filtered("is_client").partner_id.ids)]
        )
        self.assertFalse(clients.activity_ids, "Nobody knows yet who is worst")
        return clients

    def _plan(self):
        self._run_job("ir_cron_client_health")
        self._run_job("ir_cron_client_setup")

    def test_check_ins_are_spread_and_one_greeting_comes(self):
        mails = self.env["mail.mail"].search_count([])
        clients = self._start(40)
        self._plan()
        self.assertTrue(self.setup.is_planned)
        todo = self.env.ref("mail.mail_activity_data_todo")
        greetings = clients.activity_ids.filtered(lambda one: one.activity_type_id == todo)
        self.assertEqual(len(greetings.filtered(lambda one: one.user_id == self.owner)), 1)
        own = clients.activity_ids.filtered(lambda one: one.user_id == self.owner)
        per_day = {day: len(group) for day, group in own.grouped("date_deadline").items()}
        self.assertLessEqual(max(per_day.values()), 5)
        checks = own - greetings
        self.assertEqual(len(checks.mapped("res_id")), len(set(checks.mapped("res_id"))))
        self.assertGreater(min(checks.mapped("date_deadline")), self.today)
        self.assertGreater(len(set(checks.mapped("date_deadline"))), 15)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        before = len(clients.activity_ids)
        self._run_job("ir_cron_client_setup")
        self.assertEqual(len(clients.activity_ids), before, "Once")

    def test_the_worst_come_first(self):
        clients = self._start(6)
        self._run_job("ir_cron_client_health")
        worst = clients.filtered(lambda rel: rel.user_id == self.owner)[3]
        worst.sudo().health_attention = 99
        self._run_job("ir_cron_client_setup")
        call = self.env.ref("mail.mail_activity_data_call")
        own = clients.activity_ids.filtered(
            lambda one: one.user_id == self.owner and one.activity_type_id == call
        )
        first = min(own.mapped("date_deadline"))
        self.assertIn(
            worst.id, own.filtered(lambda one: one.date_deadline == first).mapped("res_id")
        )

    def test_who_may_have_ended_gets_no_check_in(self):
        ended = self._create_partner("Ended")
        for months_ago in (7, 8, 9):
            self._invoice(ended, 900, months_ago)
        self._start(1)
        self._plan()
        self.assertFalse(self._get_relationship(ended).activity_ids)

    def test_proposals_of_one_night_are_spread_too(self):
        clients = self._start(9)
        own = clients.filtered(lambda rel: rel.user_id == self.owner)
        users = {rel: self.owner for rel in own}
        dates = own._spread_days(users)
        per_day = {}
        for day in dates.values():
            per_day[day] = per_day.get(day, 0) + 1
        self.assertLessEqual(max(per_day.values()), 4)
        self.assertTrue(all(day.weekday() < 5 for day in dates.values()))


@tagged("post_install", "-at_install")
class TestDayOneData(SetupCommon):
    def test_the_addon_loads_no_story(self):
        """Neither clients nor goals nor feedback: that is the work of the demo addon."""
        own = self.env["ir.model.data"].search(
            [
                ("module", "=", "client_health"),
                ("model", "in", ("client.relationship", "client.goal", "client.feedback")),
            ]
        )
        self.assertFalse(own)
        module = self.env["ir.module.module"].search([("name", "=", "client_health")])
        manifest = self.env["ir.module.module"].get_module_info(module.name)
        self.assertFalse(manifest.get("demo"))

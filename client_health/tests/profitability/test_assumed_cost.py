import io
import zipfile
from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import SQL, mute_logger

from ...engine.clock import get_today
from .common_money import MoneyCommon, month_ago


class AssumedCommon(MoneyCommon):
    """10 hours of the intern, who has no cost, in each of three months, invoiced at 1,000."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.relationship = cls._create_relationship(cls.client, company_id=cls.company.id)
        for months in (7, 5, 1):
            cls._invoice(cls.client, [(1000, {cls.project: 100})], month_ago(months))
            cls._spend(cls.project, 10, month_ago(months), cls.intern)
        cls.Ledger._rebuild(cls.company)
        cls.Assumed = cls.env["client.assumed.cost"].with_user(cls.manager)

    def _assume(self, cost=30, first=8, last=0, employee=None, **vals):
        """Assume a cost from the month ``first`` to the month ``last`` before this one."""
        return self.Assumed.create(
            {
                "employee_id": (employee or self.intern).id,
                "company_id": self.company.id,
                "cost": cost,
                "date_from": month_ago(first, 1),
                "date_to": month_ago(last, 28),
                **vals,
            }
        )

    def _get_months(self):
        """Return {months of the ledger: (labour, assumed, hours, uncosted, assumed hours)}."""
        self.env.invalidate_all()
        return [
            (
                row.labour_cost,
                row.assumed_cost,
                row.hours,
                row.uncosted_hours,
                row.assumed_hours,
            )
            for row in self._get_rows().sorted("date")
        ]

    def _get_stored_margin(self):
        self.env.flush_all()
        [[value]] = self.env.execute_query(
            SQL("SELECT client_margin FROM client_relationship WHERE id = %s", self.relationship.id)
        )
        return value

    def assertReconciled(self):
        """No month has a difference, whatever is assumed."""
        self.env.invalidate_all()
        rows = self.env["client.reconciliation"].search([("company_id", "=", self.company.id)])
        self.assertTrue(rows)
        self.assertEqual({*rows.mapped("difference")}, {0.0})
        return rows


@tagged("post_install", "-at_install")
class TestAssumedCost(AssumedCommon):
    def test_of_some_days_only(self):
        """To the cent: the hours of its days at its cost, all others as they were."""
        free = (0, 0, 10, 10, 0)
        self.assertEqual(self._get_months(), [free] * 3)
        lines = self.env["account.analytic.line"].search([("employee_id", "=", self.intern.id)])
        before = lines.mapped("amount")
        self._assume(33.33, 5, 2)
        self.assertEqual(self._get_months(), [free, (333.3, 333.3, 10, 0, 10), free])
        self.env.invalidate_all()
        self.assertEqual(lines.mapped("amount"), before, "Odoo's lines stay as they are")

    def test_each_line_is_rounded_as_a_timesheet(self):
        for _line in range(3):
            self._spend(self.project, 0.25, month_ago(3), self.intern)
        self._rebuild()
        self._assume(10.03, 3, 3)  # 2.5075 are 2.51
        self.assertEqual(self._get_months()[2], (7.53, 7.53, 0.75, 0, 0.75))
        self.assertEqual(self._rebuild(), {"rows": 4, "added": 0, "changed": 0, "removed": 0})

    def test_hours_in_days(self):
        line = self._spend(self.project, 1, month_ago(3), self.intern)
        line.product_uom_id = self.env.ref("uom.product_uom_day")
        self._rebuild()
        self._assume(10, 3, 3)
        self.assertEqual(self._get_months()[2], (80, 80, 8, 0, 8))

    def test_a_cost_of_its_own_stays(self):
        """Hours with a cost keep it, of the same person as well; a colleague's stay free."""
        self.intern.hourly_cost = 50
        self._spend(self.project, 2, month_ago(3), self.intern)
        self._spend(self.project, 1, month_ago(3), self._create_employee("Cleo", 0.0))
        self._spend(self.project, 1, month_ago(3))
        self._rebuild()
        self._assume(30)
        assumed = (300, 300, 10, 0, 10)
        self.assertEqual(self._get_months(), [assumed, assumed, (140, 0, 4, 1, 0), assumed])

    def test_without_project_of_a_client(self):
        """Where the customer is that of the task, which is summed another way."""
        internal = self._create_project("Internal")
        task = self.env["project.task"].create(
            {"name": "By mail", "project_id": internal.id, "partner_id": self.other_client.id}
        )
        self._spend(internal, 2, "2023-03-10", self.intern, task_id=task.id)
        self._spend(internal, 3, "2023-03-10", self.intern)
        self._assume(20, date_from="2023-03-10", date_to="2023-03-10")
        ledger = self._get_ledger()
        both = {"labour_cost", "assumed_cost", "hours", "assumed_hours"}
        for client, hours in ((self.other_client, 2), (self.env["res.partner"], 3)):
            values = ledger[client, internal, "2023-03"]
            self.assertEqual(values.keys(), both)
            self.assertEqual((values["labour_cost"], values["hours"]), (20 * hours, hours))

    def test_unknown_margin_becomes_known_and_back(self):
        self.assertEqual(self.relationship.client_margin_state, "unknown")
        self.assertIsNone(self._get_stored_margin())
        assumed = self._assume(30)
        self.env.invalidate_all()
        for record in (self.relationship, self.client, self.project):
            self.assertEqual(record.client_margin_state, "known")
            self.assertEqual(record.client_margin, 3000 - 900)
            self.assertEqual(record.client_labour_cost, 900)
            self.assertEqual(record.client_uncosted_hours, 0)
            self.assertEqual(record.client_assumed_hours, 30)
            self.assertEqual(record.client_assumed_share, 100)
        self.assertEqual(self._get_stored_margin(), 2100)
        assumed.cost = 40
        self.env.invalidate_all()
        self.assertEqual(self.relationship.client_margin, 1800)
        assumed.unlink()
        self.env.invalidate_all()
        self.assertEqual(self.relationship.client_margin_state, "unknown")
        self.assertEqual(self.relationship.client_assumed_hours, 0)
        self.assertIsNone(self._get_stored_margin())

    def test_mark(self):
        """The share of the hours, on the form, and only where there is one."""
        self._spend(self.project, 10, month_ago(1))
        self._assume(30)
        self.env.invalidate_all()
        self.assertEqual(self.relationship.client_assumed_share, 75)
        fresh = self._create_relationship(self.other_client, company_id=self.company.id)
        self.assertEqual(fresh.client_assumed_share, 0)
        for record in (self.relationship, self.client, self.project):
            arch = record.with_user(self.manager).get_view(view_type="form")["arch"]
            self.assertIn("client_assumed_share", arch)
        book = (
            self.env["client.review"]
            .with_user(self.manager)
            ._get_workbook(self.relationship.with_user(self.manager))
        )
        with zipfile.ZipFile(io.BytesIO(book)) as sheets:
            words = b"".join(map(sheets.read, sheets.namelist()))
        self.assertIn(b"75 % of the hours had no cost and count at an assumed one", words)
        facts = self.relationship.with_user(self.manager).get_client_facts()[0]["facts"]
        self.assertEqual({one["name"]: one["value"] for one in facts}["client_assumed_hours"], 30)

    def test_shown_only_where_there_is_one(self):
        """In the lists of the ledger and of who earns."""
        earners = self.env.ref("client_health.client_relationship_view_list_earners").id
        for used in (False, True):
            if used:
                self._assume()
            for model, kind, view in (
                ("client.profitability", "pivot", None),
                ("client.profitability", "list", None),
                ("client.relationship", "list", earners),
            ):
                screen = self.env[model].with_user(self.controller)
                arch = screen.get_view(view, kind)["arch"]
                self.assertEqual("assumed_hours" in arch, used, (model, kind))

    def test_reconciliation_stays(self):
        self.assertReconciled()
        self._assume(33.33, 5, 0)
        rows = self.assertReconciled()
        self.assertEqual(sum(rows.mapped("assumed_cost")), 666.6)
        self.assertEqual(sum(rows.mapped("labour_cost_ledger")), 0)

    def test_no_finding_of_these_hours(self):
        domain = [("kind", "=", "no_cost"), ("company_id", "=", self.company.id)]
        finding = self.env["client.profitability.finding"]
        self.assertEqual(sum(finding.search(domain).mapped("hours")), 30)
        self._assume(30, 5, 5)
        self.env.invalidate_all()
        self.assertEqual(sum(finding.search(domain).mapped("hours")), 20)

    def test_of_the_company_of_the_timesheet(self):
        """In its currency; a colleague of both companies has a cost in each."""
        other = self._create_company("Northlight Alps", "CHF")
        self.manager.company_ids |= other
        project = self._create_project("Alps", self.client, company_id=other.id, account_id=False)
        plan = self.env["account.analytic.plan"].create({"name": "Alps"})
        project.account_id = self.env["account.analytic.account"].create(
            {"name": "Alps", "plan_id": plan.id, "company_id": other.id}
        )
        abroad = self._create_employee("Dora", 0.0, other)
        self._spend(project, 2, month_ago(5), abroad)
        self.Ledger._rebuild(other)
        self._assume(30)
        self.assertFalse(self._get_rows(other).labour_cost)
        self.Assumed = self.Assumed.with_context(allowed_company_ids=[self.company.id, other.id])
        assumed = self._assume(70, employee=abroad, company_id=other.id)
        self.assertEqual(assumed.currency_id.name, "CHF")
        row = self._get_rows(other)
        self.assertEqual((row.labour_cost, row.assumed_hours, row.uncosted_hours), (140, 2, 0))
        self.assertEqual(row.currency_id.name, "CHF")
        self.assertEqual(sum(self._get_rows().mapped("labour_cost")), 900)
        assumed.company_id = self.company
        self.env.invalidate_all()
        self.assertFalse(self._get_rows(other).labour_cost)

    def test_who_may(self):
        """Managers alone: it says what a colleague costs. The mark is for all who see money."""
        assumed = self._assume()
        self.env.invalidate_all()
        # a manager who is no officer of Employees chooses a person and sees the name
        spec = {"cost": {}, "employee_id": {"fields": {"display_name": {}}}}
        [values] = assumed.web_read(spec)
        self.assertEqual((values["cost"], values["employee_id"]["display_name"]), (30, "Ben"))
        found = self.env["hr.employee"].with_user(self.manager).name_search("Ben")
        self.assertIn(self.intern.id, [row[0] for row in found])
        for user in (self.owner, self.seller, self.controller, self.portal):
            for name in ("read", "write", "create", "unlink"):
                self.assertFalse(assumed.with_user(user).has_access(name), user.login)
            with self.assertRaises(AccessError):
                self.env["client.cost.assume"].with_user(user).create({})
        self.relationship.user_id = self.controller
        self.assertEqual(self.relationship.with_user(self.controller).client_assumed_hours, 30)
        with self.assertRaises(AccessError):
            self.relationship.with_user(self.seller).client_assumed_hours  # noqa: B018
        with self.assertRaises(AccessError):
            self._get_rows().with_user(self.manager).assumed_hours = 1

    def test_of_a_company_one_is_not_in(self):
        assumed = self._assume()
        self.manager.write(
            {
                "company_ids": [Command.unlink(self.company.id)],
                "company_id": (self.manager.company_ids - self.company)[:1].id,
            }
        )
        manager = self.manager.with_context(allowed_company_ids=self.manager.company_ids.ids)
        self.assertFalse(assumed.with_env(manager.with_user(manager).env).has_access("read"))

    def test_wrong_ones(self):
        self._assume(30, 8, 4)
        for vals in (
            {"cost": 0, "first": 3},
            {"cost": -1, "first": 3},
            {"first": 2, "last": 3},
            {"first": 4, "last": 0},  # a month twice
        ):
            with (
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self._assume(**vals)
        self._assume(30, 3, 0)
        self._assume(30, 8, 0, self.employee)

    def test_before_the_first_rebuild(self):
        """Nothing is built that nobody asked for: the night, or the set-up, builds it."""
        self.company.sudo().client_profitability_date = False
        self._assume()
        self.assertFalse(self.company.client_profitability_date)
        self.assertEqual(self._get_months()[0], (0, 0, 10, 10, 0))

    def test_queries(self):
        """A ledger takes as many statements with 50 assumed costs as without."""
        counts = []
        for number in (0, 5, 45):
            employees = [self._create_employee(f"E{number}-{n}", 0.0) for n in range(number)]
            self.Assumed.create(
                [
                    {"employee_id": one.id, "cost": 9, "company_id": self.company.id}
                    for one in employees
                ]
            )
            self._rebuild()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._rebuild()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts, counts[:1] * 3)


@tagged("post_install", "-at_install")
class TestAssumeWindow(AssumedCommon):
    """What *People without a cost* offers."""

    def _get_line(self, user):
        lines = self.env["client.finding"].with_user(user).get_findings()
        return next((line for line in lines if line["code"] == "hours_without_cost"), None)

    def _open(self):
        line = self._get_line(self.manager)
        self.assertEqual(line["label"], "Assume their cost")
        self.assertEqual(line["action"]["res_model"], "client.cost.assume")
        return Form(
            self.env["client.cost.assume"]
            .with_user(self.manager)
            .with_company(self.company)
            .with_context(**line["action"]["context"])
        )

    def test_one_save(self):
        other = self._create_employee("Cleo", 0.0)
        self._spend(self.project, 9, month_ago(2), other)
        self._rebuild()
        window = self._open()
        with window.line_ids.edit(0) as line:
            self.assertEqual((line.employee_id, line.hours), (self.intern, 30))
            line.cost = 25.5
        self.assertEqual(len(window.line_ids), 2)
        window.save().action_save()
        assumed = self.Assumed.search([("company_id", "=", self.company.id)])
        self.assertEqual((assumed.employee_id, assumed.cost), (self.intern, 25.5))
        today = get_today(self.company)
        self.assertEqual(assumed.date_to, today)
        self.assertEqual(assumed.date_from, fields.Date.subtract(today, years=2))
        self.env.invalidate_all()
        self.assertEqual(self.relationship.client_assumed_hours, 30)
        self.assertEqual(self._get_line(self.manager)["ids"], other.ids, "who is left")

    def test_nothing_entered(self):
        with self.assertRaisesRegex(UserError, "cost of one person"):
            self._open().save().action_save()

    def test_later_again(self):
        """What was assumed before stays; the new one begins the day after."""
        first = self._assume(20, 8, 4)
        with self._open() as window, window.line_ids.edit(0) as line:
            self.assertEqual(line.hours, 10, "of the last month")
            line.cost = 30
        window.save().action_save()
        second = self.Assumed.search([("company_id", "=", self.company.id)]) - first
        self.assertEqual(second.date_from, first.date_to + timedelta(days=1))
        self.assertEqual([month[0] for month in self._get_months()], [200, 200, 300])

    def test_who_is_asked(self):
        officer = self.controller.copy({"login": "ch_officer"})
        officer.group_ids += self.env.ref("hr.group_hr_user")
        self.assertEqual(self._get_line(officer)["label"], "Enter their cost")
        self.assertFalse(self._get_line(self.owner)["action"])
        both = self.manager.copy({"login": "ch_both"})
        both.group_ids += self.env.ref("hr.group_hr_user")
        line = self._get_line(both)
        self.assertEqual(line["label"], "Assume their cost")
        self.assertEqual(line["open"]["res_model"], "hr.employee", "the second choice")

import doctest

from odoo.exceptions import AccessError
from odoo.tests import BaseCase, Form, tagged

from ...engine.profitability import completion
from .common_money import MoneyCommon, month_ago


class TestCompletionRules(BaseCase):
    def test_doctests(self):
        outcome = doctest.testmod(completion)
        self.assertGreater(outcome.attempted, 4)
        self.assertEqual(outcome.failed, 0)


@tagged("post_install", "-at_install")
class TestCompletion(MoneyCommon):
    """A fixed price of 3,000, of which 1,000 is invoiced; 10 hours at 40 so far, 100 of bills."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.relationship = cls._create_relationship(cls.client, cls.owner)
        cls.order = cls._create_order(cls.client, 3000)
        cls.project.sale_line_id = cls.order.order_line
        cls._invoice(
            cls.client,
            [(1000, {cls.project: 100})],
            month_ago(14),
        ).invoice_line_ids.sale_line_ids = cls.order.order_line
        cls._bill([(100, {cls.project: 100})], month_ago(2))
        cls.task = cls._create_task(30)
        cls._spend(cls.project, 10, month_ago(13), task_id=cls.task.id)
        cls.Ledger._rebuild(cls.company)
        cls.env.invalidate_all()

    @classmethod
    def _create_task(cls, hours, **vals):
        return cls.env["project.task"].create(
            {"name": "Task", "project_id": cls.project.id, "allocated_hours": hours, **vals}
        )

    def assertCompletion(self, project=None, **expected):
        self.env.flush_all()
        self.env.invalidate_all()
        project = (project or self.project).with_user(self.manager)
        actual = {name: project[f"client_{name}"] for name in expected}
        self.assertEqual(actual, expected)

    def test_beside_today(self):
        self.assertCompletion(
            completion_state="known",
            total_revenue=1000,
            total_cost=500,
            total_margin=500,
            total_margin_rate=50,
            total_margin_band="below_target",
            total_hours=10,
            planned_hours=20,
            planned_cost=800,
            ordered=2000,
            expected_revenue=3000,
            expected_cost=1300,
            expected_margin=1700,
            expected_hours=30,
            expected_margin_band="below_target",
        )
        self.assertAlmostEqual(
            self.project.with_user(self.manager).client_expected_margin_rate, 100 * 1700 / 3000, 2
        )

    def test_a_price_for_which_no_work_is_planned(self):
        """The margin would be too good: 2,000 at 90 an hour take 22 hours, 20 are planned."""
        self.assertCompletion(completion_note=False)
        self.task.state = "1_done"
        self.assertCompletion(planned_hours=0, ordered=2000)
        note = self.project.with_user(self.manager).client_completion_note
        self.assertIn("about 22 hours; 0 are planned", note)
        # what is delivered is done: only its invoice is missing
        line = self.order.order_line
        line.product_id.write({"invoice_policy": "delivery", "service_type": "manual"})
        line.qty_delivered = 1
        self.assertCompletion(completion_note=False, ordered=2000)

    def test_closed_and_overspent_tasks_plan_nothing(self):
        self._create_task(100, state="1_done")
        self._create_task(100, state="1_canceled")
        late = self._create_task(1)
        self._spend(self.project, 5, month_ago(1), task_id=late.id)
        self._create_task(0)
        self.assertCompletion(planned_hours=20)
        self.task.state = "1_done"
        self.assertCompletion(planned_hours=0, expected_cost=500)

    def test_the_plan_of_a_task_is_that_of_its_sub_tasks(self):
        child = self._create_task(15, parent_id=self.task.id)
        self.assertCompletion(planned_hours=20)
        self._spend(self.project, 4, month_ago(1), task_id=child.id)
        self.assertCompletion(planned_hours=16)
        # below a closed task, and below one without a plan, the sub-tasks' own plans count
        self.task.state = "1_done"
        self.assertCompletion(planned_hours=11)
        self.task.write({"state": "01_in_progress", "allocated_hours": 0})
        self._create_task(7, parent_id=child.id)
        self.assertCompletion(planned_hours=11)

    def test_other_projects_tasks_are_theirs(self):
        shop = self._create_project("Shop", self.client)
        self._create_task(50, parent_id=self.task.id, project_id=shop.id)
        self._spend(self.project, 10, month_ago(2))
        self._rebuild()
        self.assertCompletion(planned_hours=20)
        self.assertCompletion(shop, planned_hours=50, completion_state="known", planned_cost=2000)

    def test_a_down_payment_is_taken_off_by_share(self):
        order = self._create_order(self.client, 600)
        shop, app = (self._create_project(name, self.client) for name in ("Shop", "App"))
        line = order.order_line
        shop.sale_line_id = line
        app.sale_line_id = line.copy({"order_id": order.id, "price_unit": 200})
        self._create_down_payment(order, 25).action_post()
        self.assertCompletion(shop, ordered=600 - 150)
        self.assertCompletion(app, ordered=200 - 50)

    def test_a_line_of_two_projects_is_of_neither(self):
        self._create_project("Shop", self.client).sale_line_id = self.order.order_line
        self.assertCompletion(ordered=0, expected_revenue=1000)

    def test_hours_are_billed_as_far_as_they_are_planned(self):
        shop = self._create_project("Shop", self.client)
        order = self._create_order(self.client, 100, confirm=False)
        order.order_line.product_id.write(
            {"invoice_policy": "delivery", "service_type": "timesheet"}
        )
        order.order_line.write({"product_uom_qty": 50, "price_unit": 100})
        order.action_confirm()
        shop.sale_line_id = order.order_line
        task = self._create_task(20, project_id=shop.id)
        self._spend(shop, 8, month_ago(1), task_id=task.id)
        order.order_line.qty_delivered = 8
        self._rebuild()
        # 8 hours to invoice, 12 of the 42 that are ordered are planned
        self.assertCompletion(shop, planned_hours=12, ordered=800 + 1200)
        self._create_task(200, project_id=shop.id)
        self.assertCompletion(shop, planned_hours=212, ordered=800 + 4200)

    def test_in_the_currency_of_the_company(self):
        dollar = self.env.ref("base.USD")
        self._set_rate(dollar, 2.0)
        shop = self._create_project("Shop", self.client)
        shop.sale_line_id = self._create_order(self.client, 500, currency=dollar).order_line
        self.assertCompletion(shop, ordered=250)

    def test_a_cancelled_order_is_none(self):
        shop = self._create_project("Shop", self.client)
        order = self._create_order(self.client, 500)
        shop.sale_line_id = order.order_line
        self.assertCompletion(shop, ordered=500, completion_state="known")
        order._action_cancel()
        self.assertCompletion(shop, ordered=0, completion_state="empty")

    def test_hours_without_cost(self):
        self._spend(self.project, 2, month_ago(1), self.intern, task_id=self.task.id)
        self._rebuild()
        self.assertCompletion(
            completion_state="unknown",
            planned_hours=18,
            planned_cost=0,
            expected_margin=0,
            expected_margin_band=False,
            expected_revenue=3000,
        )

    def test_before_the_first_hour_at_the_average(self):
        shop = self._create_project("Shop", self.client)
        self._create_task(10, project_id=shop.id)
        self.assertCompletion(shop, completion_state="unknown", planned_hours=10)
        self._spend(self.project, 10, month_ago(2))
        self._rebuild()
        self.assertCompletion(
            shop, completion_state="known", planned_cost=400, expected_margin=-400
        )

    def test_who_may(self):
        for user in (self.owner, self.seller):
            with self.assertRaises(AccessError):
                self.project.with_user(user).client_expected_margin  # noqa: B018
        # money, but of own clients alone
        self.controller.group_ids -= self.env.ref("client_health.group_client_user_all")
        self.controller.group_ids += self.env.ref("project.group_project_manager")
        project = self.project.with_user(self.controller)
        self.assertEqual(project.client_completion_state, "empty")
        self.assertEqual((project.client_ordered, project.client_planned_hours), (0, 0))
        self.relationship.user_id = self.controller
        self.env.invalidate_all()
        self.assertEqual(project.client_expected_margin, 1700)

    def test_as_many_queries_for_many(self):
        projects = self.project
        for number in range(50):
            project = self._create_project(f"P {number}", self.client)
            self._create_task(5, project_id=project.id)
            self._spend(project, 1, month_ago(2))
            projects += project
        self._rebuild()
        counts = []
        for some in (projects[:2], projects[:5], projects):  # the first one warms up
            some = some.with_user(self.manager)
            some.mapped("client_expected_margin")
            self.env.invalidate_all()
            some.mapped("name")
            start = self.env.cr.sql_log_count
            some.mapped("client_expected_margin")
            counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(*counts[1:])
        self.assertLessEqual(counts[1], 12)

    def test_form(self):
        self.manager.group_ids += self.env.ref("project.group_project_manager")
        with Form(self.project.with_user(self.manager)) as form:
            self.assertEqual(form.client_total_margin, 500)
            self.assertEqual(form.client_expected_margin, 1700)

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_cases import CaseCommon


@tagged("post_install", "-at_install")
class TestDatedCustomers(CaseCommon):
    """Whose money it is goes by the customer that a project had on that day."""

    def _move(self, project, partner, day):
        with freeze_time(f"{day} 12:00:00"):
            project.partner_id = partner

    def test_shared_account_goes_by_the_customers_of_the_day(self):
        """Two projects of one account: of one client until June, then of two, then of one."""
        account = self.project.account_id
        second = self._create_project("Shop", self.client, account_id=account.id)
        parts = {self.project: 100}
        self._move(second, self.other_client, "2025-06-15")
        self._move(second, self.client, "2025-09-01")
        for day in ("2025-06-14", "2025-06-15", "2025-08-31", "2025-09-01"):
            self._bill([(100, parts)], day)
        self._invoice(self.other_client, [(1000, parts)], "2025-03-10")
        self._invoice(self.other_client, [(700, parts)], "2025-07-10")
        self.assertLedger(
            {
                (self.client, None, "2025-03"): {"revenue": 1000},
                (self.client, None, "2025-06"): {"other_cost": 100},
                (None, None, "2025-06"): {"other_cost": 100},
                (self.other_client, None, "2025-07"): {"revenue": 700},
                (None, None, "2025-08"): {"other_cost": 100},
                (self.client, None, "2025-09"): {"other_cost": 100},
            }
        )
        self.assertEqual(self._get_findings("shared_account").mapped("amount"), [100, 100])
        found = self._get_findings("other_customer")
        self.assertEqual(
            (found.partner_id, found.other_partner_id, found.amount),
            (self.client, self.other_client, 1000),
        )

    def test_shared_account_of_projects_that_move_together(self):
        account = self.project.account_id
        second = self._create_project("Shop", self.client, account_id=account.id)
        for project in self.project + second:
            self._move(project, self.other_client, "2025-06-15")
        for day in ("2025-06-10", "2025-06-20"):
            self._bill([(100, {account: 100})], day)
        self.assertLedger(
            {
                (self.client, None, "2025-06"): {"other_cost": 100},
                (self.other_client, None, "2025-06"): {"other_cost": 100},
            }
        )
        self.assertFalse(self._get_findings("shared_account"))

    def test_project_moved_twice_in_a_month(self):
        third = self._create_client("Red Hill")
        self._move(self.project, self.other_client, "2025-06-10")
        self._move(self.project, third, "2025-06-20")
        for day, amount in (("2025-06-09", 1), ("2025-06-10", 20), ("2025-06-20", 300)):
            self._bill([(amount, {self.project: 100})], day)
            self._spend(self.project, 1, day)
        costs = ((self.client, 1), (self.other_client, 20), (third, 300))
        self.assertLedger(
            {
                (client, self.project, "2025-06"): {
                    "other_cost": cost,
                    "labour_cost": 40,
                    "hours": 1,
                }
                for client, cost in costs
            }
        )

    def test_project_has_one_customer_at_a_time(self):
        """Two rows of one day would count its money twice."""
        self._move(self.project, self.other_client, "2025-06-10")
        for day in (False, "2025-06-10"):
            with (
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.project.client_customer_ids.create(
                    {
                        "project_id": self.project.id,
                        "partner_id": self.vendor.id,
                        "date_from": day,
                    }
                )

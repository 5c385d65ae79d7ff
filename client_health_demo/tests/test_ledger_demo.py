from odoo.tests import tagged

from odoo.addons.client_health.tests.profitability.test_ledger_oracle import OracleMixin

from .common import DemoCommon


@tagged("post_install", "-at_install")
class TestLedgerDemo(OracleMixin, DemoCommon):
    """The stories are what the books say, to the cent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["client.profitability"]._rebuild(cls.company)

    def test_every_project_has_the_figures_of_its_panel(self):
        projects = self.relationships.partner_id.with_context(active_test=False).project_ids
        self.assertGreaterEqual(len(projects), 12)
        for project in projects - self._get_others():
            with self.subTest(project=project.name):
                self.assertPanel(project, None, None, exact=False)

    def _get_others(self):
        """Return the projects that the panel sees otherwise; see test_money_demo.py.

        It leaves out the entries that spread a year in advance, and takes for income and cost what
        is only passed on.
        """
        names = ("Care of the hotel websites", "Hotel websites and booking")
        return self.env["project.project"].search([("name", "in", names)])

    def test_nothing_is_left_to_reconcile(self):
        months = self.env["client.reconciliation"].search([("company_id", "=", self.company.id)])
        self.assertTrue(months)
        self.assertFalse(months.filtered("difference"))

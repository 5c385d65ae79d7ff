from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ...engine.profitability.figures import FIGURES
from .common_money import MoneyCommon

CRON = "client_health.ir_cron_client_profitability"


class RebuildCommon(MoneyCommon):
    def _fill(self):
        """One month with all kinds of money."""
        self._invoice(self.client, [(100, {self.project: 60})], "2025-03-10")
        self._bill([(30, {self.project: 100})], "2025-03-10")
        self._spend(self.project, 1, "2025-03-10")
        return {
            (self.client, self.project, "2025-03"): {
                "revenue": 60,
                "labour_cost": 40,
                "other_cost": 30,
                "hours": 1,
            },
            (self.client, None, "2025-03"): {"revenue": 40},
        }

    def _get_row_versions(self, table):
        self.env.flush_all()
        return set(
            self.env.execute_query(SQL("SELECT id, ctid::text FROM %s", SQL.identifier(table)))
        )


@tagged("post_install", "-at_install")
class TestRebuild(RebuildCommon):
    def test_second_rebuild_touches_no_row(self):
        self._create_relationship(self.client)
        self._fill()
        first = self._rebuild()
        self.assertEqual(first, {"rows": 2, "added": 2, "changed": 0, "removed": 0})
        tables = ("client_profitability", "client_relationship")
        before = [self._get_row_versions(table) for table in tables]
        self._rebuild()
        self.assertEqual([self._get_row_versions(table) for table in tables], before)

    def test_only_changed_rows_are_written(self):
        expected = self._fill()
        self._rebuild()
        before = self._get_row_versions("client_profitability")
        self._spend(self.project, 1, "2025-03-11")
        counts = self._rebuild()
        self.assertEqual(counts, {"rows": 2, "added": 0, "changed": 1, "removed": 0})
        self.assertEqual(len(before - self._get_row_versions("client_profitability")), 1)
        expected[self.client, self.project, "2025-03"].update(labour_cost=80, hours=2)
        self.assertLedger(expected)

    def test_order_of_hours_changes_nothing(self):
        for index in range(60):
            self._spend(self.project, 0.1 + index / 3, "2025-03-10")
        self._rebuild()
        self.env.cr.execute("CLUSTER account_analytic_line USING account_analytic_line_pkey")
        self.env.cr.execute("UPDATE account_analytic_line SET name = name WHERE id % 2 = 0")
        self.assertEqual(self._rebuild()["changed"], 0)

    def test_reopened_month(self):
        expected = self._fill()
        self._rebuild()
        invoice = self.env["account.move"].search(
            [("move_type", "=", "out_invoice"), ("company_id", "=", self.company.id)]
        )
        invoice.button_draft()
        self._rebuild()
        self.assertFalse(sum(self._get_rows().mapped("revenue")))
        invoice.invoice_line_ids.price_unit = 200
        invoice.action_post()
        expected[self.client, self.project, "2025-03"]["revenue"] = 120
        expected[self.client, None, "2025-03"]["revenue"] = 80
        self.assertLedger(expected)

    def test_deleted_project(self):
        internal = self._create_project("Short", self.other_client)
        self._invoice(self.client, [(100, {internal: 100})], "2025-03-10")
        self._rebuild()
        self.assertEqual(self._get_rows().partner_id, self.other_client)
        internal.account_id = False
        internal.unlink()
        self.assertLedger({(self.client, None, "2025-03"): {"revenue": 100}})

    def test_merged_partners(self):
        self._create_relationship(self.client)
        self._create_relationship(self.other_client)
        self._invoice(self.client, [100], "2025-03-10")
        self._invoice(self.other_client, [11], "2025-03-10")
        self._rebuild()
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.client + self.other_client).ids, self.client
        )
        self.assertLedger({(self.client, None, "2025-03"): {"revenue": 111}})
        self.assertEqual(self._get_rows().relationship_id.partner_id, self.client)

    def test_client_joins_another(self):
        """The history follows the commercial partner, of invoices and projects alike."""
        expected = self._fill()
        self._rebuild()
        self.client.write({"is_company": False, "parent_id": self.other_client.id})
        self.assertEqual(self.client.commercial_partner_id, self.other_client)
        self.assertLedger(
            {
                (self.other_client, project, month): values
                for (_client, project, month), values in expected.items()
            }
        )

    def test_project_gets_another_customer(self):
        """What was before stays with the former one; see test_revenue_cases."""
        expected = self._fill()
        self._rebuild()
        self.project.partner_id = self.other_client
        self.assertLedger(expected)

    def test_currency_without_rate(self):
        currency = self.env["res.currency"].create({"name": "XTS", "symbol": "X"})
        self._invoice(self.client, [100], "2025-03-10", currency_id=currency.id)
        self._create_order(self.client, 10, currency=currency)
        self._create_relationship(self.client)
        self.assertLedger({(self.client, None, "2025-03"): {"revenue": 100}})

    def test_one_client_on_demand(self):
        relationship = self._create_relationship(self.client)
        expected = self._fill()
        self._invoice(self.other_client, [11], "2025-03-10")
        action = relationship.action_rebuild_profitability()
        self.assertEqual(action["tag"], "display_notification", "the button says that it is done")
        self.assertEqual(action["params"]["next"]["tag"], "soft_reload")
        self.assertEqual(
            {key: values for key, values in self._get_ledger().items() if key[1]},
            {key: values for key, values in expected.items() if key[1]},
        )
        self.assertEqual(self._get_rows().partner_id, self.client)

    def test_one_client_on_demand_takes_its_projects_along(self):
        """A project that changed hands is not with both clients, nor with none."""
        relationship = self._create_relationship(self.other_client)
        self._fill()
        internal = self._create_project("Internal")
        self._spend(internal, 1, "2025-03-10")
        self._rebuild()
        (self.project + internal).partner_id = self.other_client
        relationship.action_rebuild_profitability()
        on_demand = self._get_ledger()
        self.assertEqual(self._rebuild()["rows"], len(on_demand))
        self.assertEqual(self._get_ledger(), on_demand)

    def test_relationship_gets_its_rows_when_it_is_made(self):
        self._fill()
        self._rebuild()
        self.assertFalse(self._get_rows().relationship_id)
        relationship = self._create_relationship(self.client)
        rows = self._get_rows()
        self.assertEqual(rows.relationship_id, relationship)
        relationship.active = False
        self.assertEqual(rows.relationship_id, relationship)
        relationship.partner_id = self.other_client
        self.assertFalse(rows.relationship_id)
        relationship.partner_id = self.client
        relationship.unlink()
        self.assertFalse(rows.relationship_id)

    def test_queries_do_not_grow_with_clients(self):
        counts = []
        for clients in (5, 45):
            relationships = self._create_clients(clients)
            for relationship in relationships:
                project = self._create_project("P", relationship.partner_id)
                self._spend(project, 1, "2025-03-10")
            self._rebuild()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._rebuild()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)
        self.assertLessEqual(counts[0], 22)

    def test_no_word_of_money_in_messages(self):
        relationship = self._create_relationship(self.client)
        self._fill()
        messages = self.env["mail.message"].search_count([])
        self._rebuild()
        relationship.action_rebuild_profitability()
        self.assertEqual(self.env["mail.message"].search_count([]), messages)
        tracked = [name for name in FIGURES if getattr(relationship._fields[name], "tracking", 0)]
        self.assertFalse(tracked)


@tagged("post_install", "-at_install")
class TestCron(RebuildCommon):
    def _run(self):
        with self.enter_registry_test_mode():
            self.env.ref(CRON).method_direct_trigger()
        self.env.invalidate_all()

    def test_every_company(self):
        other = self._create_company("Northlight Alps", "CHF")
        self._create_move("out_invoice", self.client, [10], "2025-03-10", company=other)
        expected = self._fill()
        self._run()
        self.assertEqual(len(self._get_ledger()), len(expected))
        self.assertEqual(len(self._get_ledger(other)), 1)
        for company in self.company + other:
            self.assertTrue(company.client_profitability_date)
            self.assertFalse(company.client_profitability_error)

    def test_a_failing_company_stops_nobody(self):
        other = self._create_company("Northlight Alps", "CHF")
        self._create_move("out_invoice", self.client, [10], "2025-03-10", company=other)
        expected = self._fill()
        original = type(self.Ledger)._sql_rebuild

        def fail_for_one(ledger, sources):
            if sources.company_id == self.company.id:
                return SQL("SELECT 1 / 0")
            return original(ledger, sources)

        logger = "odoo.addons.client_health.models.common.client_job_failure"
        with (
            patch.object(type(self.Ledger), "_sql_rebuild", fail_for_one),
            self.assertLogs(logger, "ERROR"),
            mute_logger("odoo.sql_db"),
        ):
            self._run()
        self.assertIn("division by zero", self.company.client_profitability_error)
        self.assertFalse(self.company.client_profitability_date)
        self.assertEqual(len(self._get_ledger(other)), 1)
        self.assertFalse(self._get_ledger())
        relationship = self._create_relationship(self.client, self.manager)
        shown = relationship.with_user(self.manager).client_profitability_error
        self.assertIn("division by zero", shown)
        self._run()
        self.assertFalse(self.company.client_profitability_error)
        self.assertEqual(len(self._get_ledger()), len(expected))

    def test_next_run_goes_on_where_the_last_one_stopped(self):
        other = self._create_company("Northlight Alps", "CHF")
        companies = self.env["res.company"].search([])
        now = fields.Datetime.now()
        companies.client_profitability_date = now
        self.assertEqual(self.Ledger._get_due_companies(), companies, "run by hand: all again")
        other.client_profitability_date = False
        self.assertEqual(self.Ledger._get_due_companies(), other)
        self.company.client_profitability_date = fields.Datetime.subtract(now, days=1)
        self.assertEqual(list(self.Ledger._get_due_companies()), [other, self.company])

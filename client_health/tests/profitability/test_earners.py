import doctest

from hypothesis import given
from hypothesis import strategies as st

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import BaseCase, tagged

from ...engine.profitability import pareto
from .common_money import MoneyCommon, month_ago

CLIENTS = st.lists(
    st.tuples(st.integers(-(10**6), 10**6), st.integers(-5, 2000)).map(
        lambda figures: pareto.Client(figures[0] % 97, *figures)
    )
)


class TestPareto(BaseCase):
    def test_doctests(self):
        outcome = doctest.testmod(pareto)
        self.assertGreater(outcome.attempted, 2)
        self.assertEqual(outcome.failed, 0)

    @given(CLIENTS)
    def test_curve(self, clients):
        curve = pareto.get_curve(clients)
        self.assertEqual(sorted(point[:3] for point in curve), sorted(map(tuple, clients)))
        shares = [point.hours_share for point in curve]
        self.assertEqual(shares, sorted(shares))
        rates = [point.margin / point.hours for point in curve if point.hours > 0]
        self.assertEqual(rates, sorted(rates, reverse=True))
        if curve:
            self.assertEqual(curve[-1].margin_sum, sum(client.margin for client in clients))
            self.assertIn(round(curve[-1].hours_share, 9), (0, 100))

    @given(CLIENTS)
    def test_summary(self, clients):
        curve = pareto.get_curve(clients)
        summary = pareto.get_summary(curve)
        self.assertEqual(summary.lost, sum(-c.margin for c in clients if c.margin < 0))
        self.assertEqual(bool(summary.most), summary.margin > 0)
        if summary.most:
            enough = pareto.MOST * summary.margin
            self.assertGreaterEqual(curve[summary.most - 1].margin_sum, enough)
            self.assertTrue(all(p.margin_sum < enough for p in curve[: summary.most - 1]))

    def test_nobody(self):
        self.assertEqual(pareto.get_curve([]), [])
        self.assertEqual(pareto.get_summary([]), pareto.Summary(0, 0, 0, 0.0, 0, 0, 0.0))


@tagged("post_install", "-at_install")
class TestEarners(MoneyCommon):
    """Four clients: one earns 600 with 10 hours, one 100 with 20, one loses 50 with 10 hours, and
    of one the margin is unknown."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.names = {}
        for name, owner, revenue, hours, employee in (
            ("Little", cls.owner, 900, 20, cls.employee),
            ("Much", cls.owner, 1000, 10, cls.employee),
            ("Loss", cls.manager, 350, 10, cls.employee),
            ("Unknown", cls.manager, 5000, 10, cls.intern),
        ):
            partner = cls._create_client(name)
            project = cls._create_project(name, partner)
            cls.names[name] = cls._create_relationship(partner, owner)
            cls._invoice(partner, [(revenue, {project: 100})], month_ago(2))
            cls._spend(project, hours, month_ago(2), employee)
        cls.Ledger._rebuild(cls.company)
        cls.env.invalidate_all()
        cls.Relationship = cls.env["client.relationship"].with_user(cls.manager)

    def _search(self, domain=(), **options):
        found = self.Relationship.search([("company_id", "=", self.company.id), *domain], **options)
        return [client.partner_id.name for client in found]

    def test_sorted_by_margin_and_unknown_last(self):
        everybody = ["Much", "Little", "Loss", "Unknown"]
        self.assertEqual(self._search(order="client_margin desc"), everybody)
        self.assertEqual(
            self._search(order="client_margin_rate"), ["Loss", "Little", "Much", "Unknown"]
        )
        action = self.env.ref("client_health.client_relationship_action_earners")
        self.assertEqual(len(self._search(self._eval(action.domain))), 4)
        self._create_relationship(self.client)
        self.assertEqual(len(self._search(self._eval(action.domain))), 4)

    def _eval(self, domain):
        from odoo.tools.safe_eval import safe_eval  # noqa: PLC0415

        return safe_eval(domain)

    def _use_filter(self, model, name):
        from lxml import etree  # noqa: PLC0415

        arch = self.env[model].with_user(self.manager).get_view(view_type="search")["arch"]
        [node] = etree.fromstring(arch).xpath(f"//filter[@name='{name}']")
        return self._eval(node.get("domain"))

    def test_filters(self):
        for name, expected in (
            ("loss_or_break_even", {"Loss"}),
            ("below_target", {"Loss", "Little"}),
            ("loss_possible", {"Loss", "Little", "Much"}),
            ("loss_likely", {"Loss"}),
            ("top_clients", {"Loss", "Little", "Much", "Unknown"}),
        ):
            domain = self._use_filter("client.relationship", name)
            self.assertEqual(set(self._search(domain)), expected, name)

    def test_the_ledger_adds_up_the_same_margins(self):
        """A client of unknown margin counts in no margin of the pivot: neither in its total, nor
        in its months, and what is shown adds up."""
        here = [("company_id", "=", self.company.id)]
        measures = ["margin:sum", "margin_after_overhead:sum", "margin_rate:avg", "revenue:sum"]
        self._spend(
            self._create_project("Later", self.names["Unknown"].partner_id), 1, month_ago(3)
        )
        self._rebuild()
        self.env.invalidate_all()
        clients = self.Relationship.search(here)
        ledger = self.Ledger.with_user(self.manager)
        [total] = ledger._read_group(here, [], measures)
        self.assertEqual(total[:2], (650, 650))
        self.assertEqual(total[0], sum(clients.mapped("client_margin")))
        self.assertAlmostEqual(total[2], 100 * 650 / 2250, 2)
        self.assertEqual(total[3], 7250, "revenue is known")
        by_client = ledger._read_group(here, ["partner_id"], measures)
        self.assertEqual(
            {partner.name: margin for partner, margin, *_rest in by_client},
            {"Much": 600, "Little": 100, "Loss": -50, "Unknown": False},
        )
        sets = ledger._read_grouping_sets(
            here, [["partner_id", "date:month"], ["date:month"], []], measures
        )
        self.assertFalse(any(row[2] for row in sets[0] if row[0].name == "Unknown"))
        self.assertEqual([row[1] or 0 for row in sets[1]], [0, 650])
        self.assertEqual(sets[2][0][0], 650)
        known = [("partner_id", "!=", self.names["Unknown"].partner_id.id), *here]
        self.assertEqual(ledger._read_group(known, [], measures)[0][:3], total[:3])

    def test_filters_of_the_ledger(self):
        for name, expected in (
            ("loss_or_break_even", {"Loss"}),
            ("loss_likely", {"Loss"}),
            ("loss_possible", {"Loss", "Little", "Much"}),
        ):
            rows = self.Ledger.with_user(self.manager).search(
                [
                    ("company_id", "=", self.company.id),
                    *self._use_filter("client.profitability", name),
                ]
            )
            self.assertEqual(set(rows.mapped("partner_id.name")), expected, name)

    def test_against_the_target(self):
        gaps = {name: client.client_target_gap for name, client in self.names.items()}
        self.assertEqual(gaps["Much"], 0)
        self.assertAlmostEqual(gaps["Little"], 100 / 9 - 60, 2)
        self.assertEqual(gaps["Unknown"], 0)

    def test_the_menu_opens_on_the_largest_clients(self):
        for number in range(20):
            partner = self._create_client(f"Small {number}")
            self._create_relationship(partner)
            self._invoice(partner, [10 + number], month_ago(2))
        self._rebuild()
        self.env.invalidate_all()
        action = self.env.ref("client_health.client_profitability_action")
        self.assertTrue(self._eval(action.context)["search_default_top_clients"])
        domain = self._use_filter("client.profitability", "top_clients")
        rows = self.Ledger.with_user(self.manager).search(domain)
        names = set(rows.partner_id.mapped("name"))
        self.assertEqual(len(names), 10)
        self.assertLessEqual({"Much", "Little", "Loss", "Unknown", "Small 19"}, names)
        self.assertNotIn("Small 3", names)
        # a client's own page shows that client, large or small
        small = self.Relationship.search([("partner_id.name", "=", "Small 3")])
        self.assertFalse(small.client_is_top)
        opened = small.action_view_profitability()
        self.assertNotIn("search_default_top_clients", opened["context"])
        self.assertEqual(len(self.Ledger.search(opened["domain"])), 1)

    def test_pareto(self):
        found = self.Relationship.get_pareto()
        self.assertEqual(
            [
                (client["name"], client["margin_sum"], client["hours_share"], client["band"])
                for client in found["clients"]
            ],
            [
                ("Much", 600, 25, "profit"),
                ("Little", 700, 75, "below_target"),
                ("Loss", 650, 100, "loss"),
            ],
        )
        self.assertEqual(found["unknown"], 1)
        summary = found["summary"]
        self.assertEqual((summary["most"], summary["most_hours"]), (1, 25))
        self.assertEqual((summary["losing"], summary["lost"]), (1, 50))

    def test_pareto_is_of_what_the_user_sees(self):
        self.controller.group_ids -= self.env.ref("client_health.group_client_user_all")
        self.names["Little"].user_id = self.controller
        found = self.Relationship.with_user(self.controller).get_pareto()
        self.assertEqual([client["name"] for client in found["clients"]], ["Little"])
        for user in (self.owner, self.seller):
            with self.assertRaises(AccessError):
                self.Relationship.with_user(user).get_pareto()

    def test_pareto_takes_as_many_queries_for_many(self):
        self.Relationship.get_pareto()
        self.env.invalidate_all()
        counts = []
        for number in (5, 50):
            self._invoice_each(self._create_clients(number).partner_id)
            self._rebuild()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.Relationship.get_pareto()
            counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(*counts)

    def _invoice_each(self, partners):
        """Invoice 100 to each of them, in one go."""
        day = month_ago(2)
        values = {"move_type": "out_invoice", "date": day, "invoice_date": day}
        line = Command.create(self._prepare_line("out_invoice", 100, self.company))
        moves = self.env["account.move"].create(
            [
                {**values, "partner_id": partner.id, "invoice_line_ids": [line]}
                for partner in partners
            ]
        )
        moves.action_post()

    def test_sums_of_the_board(self):
        """What the heads of the columns show, and that it takes the right to see money."""
        domain = [("company_id", "=", self.company.id)]
        names = ["client_revenue:sum", "client_margin:sum"]
        [[stage, *sums]] = self.Relationship._read_group(domain, ["stage_id"], names)
        self.assertEqual(stage.phase, "healthy")
        self.assertEqual(sums, [1000 + 900 + 350 + 5000, 650])
        for user, shown in ((self.manager, True), (self.owner, False)):
            fields = self.Relationship.with_user(user).get_views([(False, "kanban")])["models"]
            self.assertEqual("client_margin" in fields["client.relationship"]["fields"], shown)

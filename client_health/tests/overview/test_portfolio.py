from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from ...engine.clock import get_today
from ..common import ClientHealthCommon

# name: margin, score, revenue
FIGURES = {
    "Map Keep": (70.0, 90.0, 4000.0),
    "Map Cheap": (20.0, 80.0, 9000.0),
    "Map Care": (65.0, 40.0, 1000.0),
    "Map Both": (-30.0, 30.0, 500.0),
    "Map Zero": (0.0, 0.0, 0.0),
    "Map No Margin": (None, 60.0, 700.0),
    "Map No Score": (10.0, None, 600.0),
}


class PortfolioCommon(ClientHealthCommon):
    """A company whose clients stand where the test says, with snapshots of 100 days ago."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Map"})
        for user in cls.manager + cls.controller + cls.seller + cls.owner:
            user.write({"company_ids": cls.company.ids, "company_id": cls.company.id})
        cls.today = get_today(cls.company)
        cls.clients = {
            name: cls._create_placed(name, *figures) for name, figures in FIGURES.items()
        }

    @classmethod
    def _create_placed(cls, name, margin, score, revenue, user=None, company=None):
        partner = cls.env["res.partner"].create({"name": name, "is_company": True})
        client = cls.env["client.relationship"].create(
            {
                "partner_id": partner.id,
                "company_id": (company or cls.company).id,
                "user_id": (cls.owner if user is None else user).id,
            }
        )
        cls.env.flush_all()
        cls.env.cr.execute(
            """
            UPDATE client_relationship
               SET client_margin_rate = %s, health_score = %s, client_revenue = %s,
                   client_margin_state = %s, health_known = %s, health_band = %s
             WHERE id = %s
            """,
            [
                margin,
                score,
                revenue,
                "unknown" if margin is None else "known",
                score is not None,
                None if score is None else "healthy" if score >= 75 else "risk",
                client.id,
            ],
        )
        client.invalidate_recordset()
        return client

    @classmethod
    def _add_snapshot(cls, client, days, margin, score):
        cls.env.cr.execute(
            """
            INSERT INTO client_health_snapshot
                        (relationship_id, company_id, date, margin_rate, score, score_shared)
                 VALUES (%s, %s, %s, %s, %s, %s)
            """,
            [
                client.id,
                client.company_id.id,
                cls.today - timedelta(days=days),
                margin,
                score,
                score,
            ],
        )

    def _get(self, user, domain=()):
        self.env.invalidate_all()
        return self.env["client.relationship"].with_user(user).get_portfolio(domain)

    def _get_names(self, user, domain=()):
        return [client["name"] for client in self._get(user, domain)["clients"]]


@tagged("post_install", "-at_install")
class TestPortfolio(PortfolioCommon):
    def test_figures_as_they_are_and_unknown_is_none(self):
        portfolio = self._get(self.manager)
        found = {
            one["name"]: (one["margin"], one["score"], one["revenue"])
            for one in portfolio["clients"]
        }
        self.assertEqual(found, FIGURES)
        revenues = [one["revenue"] for one in portfolio["clients"]]
        self.assertEqual(revenues, sorted(revenues, reverse=True))
        self.assertEqual(portfolio["limits"], {"margin": 60, "score": 75})
        self.assertEqual(
            [stage["phase"] for stage in portfolio["stages"]][:2], ["healthy", "at_risk"]
        )
        self.assertEqual(
            portfolio["currencies"],
            {self.company.id: {"id": self.company.currency_id.id, "rate": 1.0}},
        )

    def test_search(self):
        self.assertEqual(
            self._get_names(self.manager, [("client_margin_rate", ">=", 65)]),
            ["Map Keep", "Map Care"],
        )
        self.assertEqual(self._get_names(self.manager, [("id", "=", 0)]), [])

    def test_ways(self):
        names = ("Map Keep", "Map Cheap", "Map Care", "Map Both")
        keep, cheap, care, both = (self.clients[name] for name in names)
        self._add_snapshot(keep, 89, 1, 1)  # too young
        self._add_snapshot(keep, 92, 50, 80)
        self._add_snapshot(keep, 99, 2, 2)  # not the latest
        self._add_snapshot(cheap, 104, 3, 3)  # too old
        self._add_snapshot(care, 90, 65.2, 40.5)  # hardly anywhere else
        self._add_snapshot(both, 90, None, 50)  # not known then
        ways = {one["name"]: one["way"] for one in self._get(self.manager)["clients"]}
        self.assertEqual({name: way for name, way in ways.items() if way}, {"Map Keep": (50, 80)})

    def test_who_may_not_see_money_gets_no_map(self):
        for user in (self.owner, self.seller, self.portal):
            with self.assertRaises(AccessError):
                self._get(user)
        menu = self.env.ref("client_health.menu_client_health_portfolio")
        for user, expected in ((self.seller, False), (self.controller, True)):
            menus = self.env["ir.ui.menu"].with_user(user).load_menus(False)
            self.assertEqual(menu.id in menus, expected, user.login)

    def test_own_clients_only(self):
        self._create_placed("Map Mine", 5.0, 5.0, 5.0, user=self.controller)
        self.assertEqual(self._get_names(self.controller), ["Map Mine"])
        self.clients["Map Keep"].message_subscribe(self.controller.partner_id.ids)
        self.assertEqual(self._get_names(self.controller), ["Map Keep", "Map Mine"])

    def test_companies_apart_and_their_currencies(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        other = self.env["res.company"].create({"name": "Map Two", "currency_id": euro.id})
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "rate": 0.5,
                "company_id": self.company.id,
                "name": "2020-01-01",
            }
        )
        manager, nobody = self.manager, self.env["res.users"]
        self._create_placed("Map Far", 5.0, 5.0, 5.0, user=nobody, company=other)
        self.assertNotIn("Map Far", self._get_names(manager))
        manager.company_ids += other
        Clients = self.env["client.relationship"].with_user(manager)
        here = Clients.with_context(allowed_company_ids=self.company.ids).get_portfolio()
        self.assertNotIn("Map Far", [one["name"] for one in here["clients"]])
        both = Clients.with_context(allowed_company_ids=[self.company.id, other.id]).get_portfolio()
        self.assertIn("Map Far", [one["name"] for one in both["clients"]])
        self.assertEqual(both["currencies"][other.id], {"id": euro.id, "rate": 2.0})

    def test_queries_do_not_grow(self):
        counts = []
        for _round in range(2):
            self._get(self.manager)  # what is cached is read once: groups, rules
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._get(self.manager)
            counts.append(self.env.cr.sql_log_count - before)
            for number in range(45):
                client = self._create_placed(f"More {number}", 5.0, 5.0, 5.0)
                self._add_snapshot(client, 91, 1, 1)
        self.assertEqual(counts[0], counts[1], counts)
        self.assertLessEqual(counts[0], 15)


@tagged("post_install", "-at_install")
class TestPortfolioTour(PortfolioCommon, HttpCase):
    def test_map(self):
        self._add_snapshot(self.clients["Map Keep"], 90, 50, 80)
        self.start_tour(
            "/odoo/clients", "client_health_portfolio", login=self.manager.login, timeout=120
        )

    def test_no_map_without_money(self):
        self.start_tour(
            "/odoo/clients", "client_health_portfolio_no_money", login=self.owner.login, timeout=120
        )


@tagged("post_install", "-at_install")
class TestPortfolioPhoneTour(PortfolioCommon, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_map_on_a_phone(self):
        self.start_tour(
            "/odoo/client-portfolio",
            "client_health_portfolio_phone",
            login=self.manager.login,
            timeout=120,
        )

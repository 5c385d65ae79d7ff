from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from ...engine.clock import get_today
from ..common import ClientHealthCommon


class DashboardCommon(ClientHealthCommon):
    """A company with three clients: one fell, one rose, of one nothing is known."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Board"})
        for user in cls.manager + cls.controller + cls.seller + cls.owner:
            user.write({"company_ids": cls.company.ids, "company_id": cls.company.id})
        cls.today = get_today(cls.company)
        cls.team = cls.env["crm.team"].create({"name": "Board Team"})
        cls.fell = cls._create_client("Board Fell", cls.owner)
        cls.rose = cls._create_client("Board Rose", cls.manager)
        cls.new = cls._create_client("Board New", cls.manager)
        cls.rose.team_id = cls.team
        cls.new.team_id = False
        # (days ago, client, exact score and band, shared ones)
        for days, client, exact, shared in (
            (100, cls.fell, (80, "healthy"), (78, "healthy")),
            (100, cls.rose, (30, "risk"), (40, "risk")),
            (14, cls.fell, (70, "watch"), (71, "watch")),
            (14, cls.rose, (60, "watch"), (61, "watch")),
            (0, cls.fell, (40.9, "risk"), (52, "watch")),
            (0, cls.rose, (90, "healthy"), (88, "healthy")),
            (0, cls.new, (None, None), (None, None)),
        ):
            cls._add_snapshot(client, days, exact, shared)
        for client, exact, shared in (
            (cls.fell, "risk", "watch"),
            (cls.rose, "healthy", "healthy"),
        ):
            client.write({"health_band": exact, "health_band_shared": shared})
        cls.first_month = cls.today.replace(day=1) - relativedelta(months=12)
        cls._add_ledger(cls.fell, 2, 1000, 1200)
        cls._add_ledger(cls.rose, 2, 3000, 1000)
        cls._add_ledger(cls.rose, 5, 500, 0)
        cls._add_promises()
        cls._add_requests()
        cls.env.flush_all()

    @classmethod
    def _create_client(cls, name, user):
        partner = cls.env["res.partner"].create({"name": name, "is_company": True})
        contact = cls.env["res.partner"].create(
            {"name": f"{name} Contact", "parent_id": partner.id, "email": f"{user.login}@x.example"}
        )
        client = cls.env["client.relationship"].create(
            {"partner_id": partner.id, "company_id": cls.company.id, "user_id": user.id}
        )
        return client.with_context(contact=contact.id)

    @classmethod
    def _add_snapshot(cls, client, days, exact, shared):
        cls.env.cr.execute(
            "INSERT INTO client_health_snapshot"
            " (relationship_id, company_id, date, score, band, score_shared, band_shared)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [client.id, client.company_id.id, cls.today - timedelta(days=days), *exact, *shared],
        )

    @classmethod
    def _add_ledger(cls, client, months, revenue, cost, uncosted=0):
        month = cls.today.replace(day=1) - relativedelta(months=months)
        cls.env.cr.execute(
            "INSERT INTO client_profitability"
            " (company_id, partner_id, relationship_id, date, revenue, labour_cost, other_cost,"
            " margin, hours, billable_hours, uncosted_hours, overhead, pass_through,"
            " pass_through_cost)"
            " VALUES (%s, %s, %s, %s, %s, %s, 0, %s, 10, 0, %s, 0, 0, 0)",
            [
                client.company_id.id,
                client.partner_id.id,
                client.id,
                month,
                revenue,
                cost,
                revenue - cost,
                uncosted,
            ],
        )

    @classmethod
    def _add_promises(cls):
        for client, days, promise in (
            (cls.fell, 5, "late"),
            (cls.fell, 6, "open"),
            (cls.rose, 5, "kept"),
            (cls.rose, 6, "kept"),
            (cls.rose, 0, "open"),  # may still be kept
            (cls.rose, 150, "kept"),  # before the period
        ):
            update = cls.env["client.update"].create(
                {"relationship_id": client.id, "kind": "status", "name": "News", "body": "News"}
            )
            update.promised_date = cls.today - timedelta(days=days)
            cls.env.flush_all()
            cls.env.cr.execute(
                "UPDATE client_update SET promise = %s WHERE id = %s", [promise, update.id]
            )
            update.invalidate_recordset()

    @classmethod
    def _add_requests(cls):
        for client, state, satisfaction, nps in (
            (cls.fell, "answered", 0, -100),
            (cls.rose, "answered", 100, None),
            (cls.rose, "silent", None, None),
            (cls.rose, "waiting", None, None),
        ):
            cls.env.cr.execute(
                "INSERT INTO client_feedback_request"
                " (relationship_id, company_id, contact_id, scale, state, sent_date, satisfaction,"
                " nps, create_uid, create_date)"
                " VALUES (%s, %s, %s, 'numbers', %s, %s, %s, %s, 1, now())",
                [
                    client.id,
                    client.company_id.id,
                    client.env.context["contact"],
                    state,
                    fields.Datetime.now() - timedelta(days=9),
                    satisfaction,
                    nps,
                ],
            )

    def _get(self, user, *args, **options):
        self.env.invalidate_all()
        Clients = self.env["client.relationship"].with_user(user)
        return Clients.with_context(allowed_company_ids=self.company.ids).get_dashboard(
            *args, **options
        )

    def _search(self, user, model, domain):
        Model = self.env[model].with_user(user)
        return Model.with_context(allowed_company_ids=self.company.ids).search(domain)


@tagged("post_install", "-at_install")
class TestDashboard(DashboardCommon):
    def test_bands_are_those_that_the_user_may_read(self):
        exact, shared = self._get(self.manager), self._get(self.seller)
        self.assertEqual(exact["bands"], {"healthy": 1, "watch": 0, "risk": 1, "unknown": 1})
        self.assertEqual(shared["bands"], {"healthy": 1, "watch": 1, "risk": 0, "unknown": 1})
        red = self._search(
            self.manager,
            "client.relationship",
            [*exact["domains"]["clients"], ("health_band", "=", "risk")],
        )
        self.assertEqual(red, self.fell)
        self.assertEqual(
            self._get(self.owner)["bands"], {"healthy": 0, "watch": 1, "risk": 0, "unknown": 0}
        )

    def test_weeks(self):
        weeks = self._get(self.manager)["weeks"]
        days = [fields.Date.to_string(self.today - timedelta(days=days)) for days in (14, 0)]
        self.assertEqual(
            weeks,
            [
                {"date": days[0], "healthy": 0, "watch": 2, "risk": 0, "unknown": 0},
                {"date": days[1], "healthy": 1, "watch": 0, "risk": 1, "unknown": 1},
            ],
        )
        self.assertEqual(len(self._get(self.manager, 6)["weeks"]), 3)
        shared = self._get(self.seller)["weeks"][-1]
        self.assertEqual((shared["watch"], shared["risk"]), (1, 0))
        opened = self._search(
            self.manager,
            "client.health.snapshot",
            [
                *self._get(self.manager)["domains"]["snapshots"],
                ("date", "=", days[1]),
                ("band", "=", "risk"),
            ],
        )
        self.assertEqual(opened.relationship_id, self.fell)

    def test_movers(self):
        movers = self._get(self.manager)["movers"]
        self.assertEqual(
            movers["down"], [{"id": self.fell.id, "before": 80, "now": 40, "name": "Board Fell"}]
        )
        self.assertEqual(
            movers["up"], [{"id": self.rose.id, "before": 30, "now": 90, "name": "Board Rose"}]
        )
        self.assertEqual(self._get(self.seller)["movers"]["down"][0]["now"], 52)
        since = self._get(self.manager, 12)["movers"]
        self.assertEqual(since["since"], fields.Date.to_string(self.today - timedelta(days=100)))
        self.assertEqual(since["down"], movers["down"])

    def test_margin_is_for_the_money_group_alone(self):
        margin = self._get(self.manager)["margin"]
        self.assertEqual((margin["revenue"], margin["margin"]), (4500, 2300))
        self.assertAlmostEqual(margin["rate"], 51.11, places=2)
        self.assertEqual(len(margin["months"]), 12)
        by_day = {month["date"]: month for month in margin["months"]}
        two_ago = fields.Date.to_string(self.today.replace(day=1) - relativedelta(months=2))
        self.assertEqual((by_day[two_ago]["revenue"], by_day[two_ago]["margin"]), (4000, 1800))
        # a month in which nothing was booked has no margin, not one of 0
        empty = by_day[fields.Date.to_string(self.first_month)]
        self.assertEqual((empty["revenue"], empty["margin"]), (None, None))
        for user in (self.seller, self.owner):
            dashboard = self._get(user)
            self.assertIsNone(dashboard["margin"])
            self.assertNotIn("4500", str(dashboard))
        self.assertIsNone(self._get(self.controller)["margin"]["revenue"], "no client is theirs")

    def test_an_unknown_margin_is_no_zero(self):
        self._add_ledger(self.fell, 3, 100, 0, uncosted=10)
        self._add_ledger(self.fell, 4, 100, 0, uncosted=10)
        margin = self._get(self.manager, user_id=self.owner.id)["margin"]
        self.assertEqual(margin["revenue"], 1200)
        self.assertIsNone(margin["margin"])
        self.assertIsNone(margin["rate"])

    def test_promises(self):
        dashboard = self._get(self.manager)
        self.assertEqual(dashboard["promises"], {"kept": 2, "late": 1, "overdue": 1, "share": 50.0})
        self.assertEqual(self._get(self.manager, 6)["promises"]["kept"], 3)
        kept = self._search(
            self.manager,
            "client.update",
            [*dashboard["domains"]["promises"], ("promise", "=", "kept")],
        )
        self.assertEqual(len(kept), 2)
        nothing = self._get(self.manager, team_id=self.env["crm.team"].create({"name": "T"}).id)
        self.assertIsNone(nothing["promises"]["share"])

    def test_feedback(self):
        feedback = self._get(self.manager)["feedback"]
        self.assertEqual(
            {name: feedback[name] for name in ("asked", "answered", "silent", "waiting")},
            {"asked": 4, "answered": 2, "silent": 1, "waiting": 1},
        )
        self.assertAlmostEqual(feedback["response"], 66.67, places=2)
        self.assertEqual((feedback["satisfaction"], feedback["nps"]), (50, -100))
        nobody = self._get(self.controller)["feedback"]
        self.assertEqual(nobody["asked"], 0)
        self.assertEqual([nobody[name] for name in ("response", "satisfaction", "nps")], [None] * 3)

    def test_waiting(self):
        self.env["mail.message"].create(
            {
                "model": "res.partner",
                "res_id": self.fell.partner_id.id,
                "author_id": self.fell.env.context["contact"],
                "message_type": "email",
                "subtype_id": self.env.ref("mail.mt_comment").id,
                "subject": "Where are you?",
                "body": "<p>Where are you?</p>",
            }
        )
        self.env.flush_all()
        waiting = self._get(self.manager)["waiting"]
        self.assertEqual(waiting["ids"], self.fell.ids)
        self.assertEqual([one["name"] for one in waiting["clients"]], ["Board Fell"])
        self.assertEqual(self._get(self.manager, user_id=self.manager.id)["waiting"]["ids"], [])

    def test_team_and_salesperson(self):
        dashboard = self._get(self.manager, team_id=self.team.id)
        self.assertEqual(sum(dashboard["bands"].values()), 1)
        self.assertEqual(dashboard["promises"]["kept"], 2)
        self.assertEqual(dashboard["feedback"]["asked"], 3)
        self.assertEqual(dashboard["margin"]["revenue"], 3500)
        self.assertEqual(dashboard["movers"]["down"], [])
        self.assertEqual(dashboard["weeks"][-1]["healthy"], 1)
        self.assertIn({"id": self.team.id, "name": "Board Team"}, dashboard["teams"])
        self.assertEqual(
            {user["id"] for user in dashboard["users"]}, {self.owner.id, self.manager.id}
        )
        self.assertEqual(len(self._get(self.owner)["users"]), 1)
        self.assertEqual(self._get(self.manager, 99)["months"], 3)

    def test_companies_apart_and_strangers_refused(self):
        other = self.env["res.company"].create({"name": "Board Two"})
        partner = self.env["res.partner"].create({"name": "Board Far", "is_company": True})
        self.env["client.relationship"].create(
            {"partner_id": partner.id, "company_id": other.id, "user_id": False}
        )
        self.manager.company_ids += other
        Clients = self.env["client.relationship"].with_user(self.manager)
        here = Clients.with_context(allowed_company_ids=[self.company.id, other.id])
        self.assertEqual(sum(here.get_dashboard()["bands"].values()), 3)
        there = Clients.with_context(allowed_company_ids=[other.id, self.company.id])
        dashboard = there.get_dashboard()
        self.assertEqual(sum(dashboard["bands"].values()), 1)
        self.assertEqual(dashboard["weeks"], [])
        for user in (self.portal, self._create_user("nobody", "base.group_user")):
            with self.assertRaises(AccessError):
                self.env["client.relationship"].with_user(user).get_dashboard()

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
                client = self._create_client(f"More {number}", self.manager)
                self._add_snapshot(client, 91, (50 - number, "watch"), (50, "watch"))
                self._add_snapshot(client, 0, (50, "watch"), (50, "watch"))
                self._add_ledger(client, 2, 10, 5)
        self.assertEqual(counts[0], counts[1], counts)
        self.assertLessEqual(counts[0], 40)


@tagged("post_install", "-at_install")
class TestDashboardTour(DashboardCommon, HttpCase):
    def test_with_money(self):
        self.start_tour(
            "/odoo/clients", "client_health_dashboard", login=self.manager.login, timeout=120
        )

    def test_without_money(self):
        self.start_tour(
            "/odoo/client-dashboard",
            "client_health_dashboard_no_money",
            login=self.owner.login,
            timeout=120,
        )


@tagged("post_install", "-at_install")
class TestDashboardPhoneTour(DashboardCommon, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_on_a_phone(self):
        self.start_tour(
            "/odoo/client-dashboard",
            "client_health_dashboard_phone",
            login=self.manager.login,
            timeout=120,
        )

from datetime import datetime, timedelta

from lxml import html

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ...engine.clock import get_today
from ..common import ClientHealthCommon

RED, WAITING = "Clients in Red", "Clients Waiting for an Answer"
KEPT, LATE = "Promised Updates Kept", "Promised Updates Late"
MARGIN = "Margin of 12 Full Months"
KPIS = (
    "kpi_client_red",
    "kpi_client_waiting",
    "kpi_client_promise_kept",
    "kpi_client_promise_late",
    "kpi_client_margin",
)


@tagged("post_install", "-at_install")
class TestDigest(ClientHealthCommon):
    """Odoo's digest mail, as each of its recipients gets it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Digest"})
        cls.other = cls.env["res.company"].create({"name": "Elsewhere"})
        (cls.company + cls.other).resource_calendar_id.tz = cls._get_timezone()
        cls.stranger = new_test_user(cls.env, "ch_digest_employee", groups="base.group_user")
        cls.elsewhere = cls._create_user("elsewhere", "client_health.group_client_manager")
        cls.users = cls.manager + cls.seller + cls.stranger + cls.elsewhere
        for user in cls.users:
            company = cls.other if user == cls.elsewhere else cls.company
            user.write(
                {
                    "company_ids": company.ids,
                    "company_id": company.id,
                    "email": f"{user.login}@digest.example",
                }
            )
        cls.today = get_today(cls.company)
        cls.red, cls.green = cls._create_clients_of(cls.company)
        cls._create_clients_of(cls.other)
        cls.digest = cls.env["digest.digest"].create(
            {
                "name": "Clients",
                "company_id": cls.company.id,
                "user_ids": cls.users.ids,
                "kpi_res_users_connected": True,
                **dict.fromkeys(KPIS, True),
            }
        )

    @classmethod
    def _get_timezone(cls):
        return "UTC"

    @classmethod
    def _create_clients_of(cls, company):
        partners = cls.env["res.partner"].create(
            [{"name": f"{company.name} {name}", "is_company": True} for name in ("Red", "Green")]
        )
        red, green = cls.env["client.relationship"].create(
            [
                {"partner_id": partner.id, "company_id": company.id, "user_id": False}
                for partner in partners
            ]
        )
        # exact and shared bands differ: the money makes both red
        cls._set_bands(red, "risk", "risk")
        cls._set_bands(green, "risk", "healthy")
        cls._add_snapshot(red, 8, "risk", "risk")
        cls._add_ledger(red, 1000, 300)
        cls._add_promise(red, 1, "kept")
        cls._add_promise(red, 3, "kept")
        cls._add_promise(green, 1, "late")
        cls._add_promise(green, 2, "open")
        cls._add_promise(green, 0, "open")
        return red, green

    @classmethod
    def _set_bands(cls, client, exact, shared):
        client.write({"health_band": exact, "health_band_shared": shared})
        cls.env.flush_all()

    @classmethod
    def _add_snapshot(cls, client, days, exact, shared):
        cls.env.cr.execute(
            "INSERT INTO client_health_snapshot"
            " (relationship_id, company_id, date, score, score_shared, band, band_shared)"
            " VALUES (%s, %s, %s, 10, 10, %s, %s)",
            [client.id, client.company_id.id, cls.today - timedelta(days=days), exact, shared],
        )

    @classmethod
    def _add_ledger(cls, client, revenue, cost, hours=10, uncosted=0):
        cls.env.cr.execute(
            "INSERT INTO client_profitability"
            " (company_id, partner_id, relationship_id, date, revenue, labour_cost, other_cost,"
            " margin, hours, billable_hours, uncosted_hours, overhead, pass_through,"
            " pass_through_cost)"
            " VALUES (%s, %s, %s, %s, %s, %s, 0, %s, %s, 0, %s, 0, 0, 0)",
            [
                client.company_id.id,
                client.partner_id.id,
                client.id,
                fields.Date.subtract(cls.today.replace(day=1), months=3),
                revenue,
                cost,
                revenue - cost,
                hours,
                uncosted,
            ],
        )

    @classmethod
    def _add_promise(cls, client, days, promise):
        update = cls.env["client.update"].create(
            {"relationship_id": client.id, "kind": "status", "name": "News", "body": "<p>News</p>"}
        )
        day = cls.today - timedelta(days=days)
        update.promised_date = day
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE client_update SET promise = %s WHERE id = %s", [promise, update.id]
        )
        update.invalidate_recordset()

    def _send(self):
        """Send the digest; return {user: {figure: [24 hours, 7 days, 30 days]}}."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env["mail.mail"].sudo().search([("email_to", "like", "@digest.example")])
        self.digest.action_send()
        mails = self.env["mail.mail"].sudo().search([("email_to", "like", "@digest.example")])
        return {
            user: self._read_figures(mail)
            for mail in mails - before
            for user in self.users
            if user.email in mail.email_to
        }

    def _read_figures(self, mail):
        page = html.fromstring(mail.body_html)
        labels = {RED, WAITING, KEPT, LATE, MARGIN, "Connected Users"}
        figures, current = {}, None
        for node in page.iter():
            text = " ".join((node.text or "").split())
            if text in labels:
                current = figures.setdefault(text, [])
            elif "kpi_value" in (node.get("class") or "").split() and current is not None:
                current.append(" ".join(node.text_content().split()))
        return figures

    def test_each_recipient_gets_what_it_may_read(self):
        mails = self._send()
        self.assertEqual(set(mails), set(self.users))
        manager, seller = mails[self.manager], mails[self.seller]
        self.assertEqual(manager[RED][0], "2")
        self.assertEqual(seller[RED][0], "1", "as the shared band says")
        self.assertEqual(manager[WAITING], ["0", "0", "0"])
        self.assertEqual(manager[KEPT], ["1", "2", "2"])
        self.assertEqual(seller[KEPT], manager[KEPT])
        self.assertEqual(manager[LATE], ["1", "2", "2"])
        self.assertIn("700", manager[MARGIN][0])
        self.assertNotIn(MARGIN, seller)

    def test_users_without_clients_and_of_other_companies_get_no_figure_of_them(self):
        mails = self._send()
        for user in (self.stranger, self.elsewhere):
            self.assertIn("Connected Users", mails[user])
            self.assertFalse({RED, WAITING, KEPT, LATE, MARGIN} & set(mails[user]), user.login)

    def test_a_digest_for_all_companies_shows_each_its_own(self):
        self.digest.company_id = False
        self.assertEqual(self._send()[self.elsewhere][RED][0], "2")
        self._create_clients_of(self.other)
        mails = self._send()
        self.assertEqual(mails[self.elsewhere][RED][0], "4")
        self.assertEqual(mails[self.manager][RED][0], "2")

    def test_a_margin_that_is_not_known_is_no_zero(self):
        self.env.cr.execute(
            "UPDATE client_profitability SET uncosted_hours = hours WHERE company_id = %s",
            [self.company.id],
        )
        manager = self._send()[self.manager]
        self.assertNotIn(MARGIN, manager)
        self.assertIn(RED, manager)

    def test_links_lead_to_the_records(self):
        actions = self.digest._compute_kpis_actions(self.company, self.manager)
        for kpi in KPIS:
            self.assertTrue(self.env.ref(actions[kpi].split("?")[0]))
        self.digest.action_send()
        mail = self.env["mail.mail"].sudo().search([("email_to", "ilike", self.manager.email)])[:1]
        self.assertIn("/odoo/action-client_health.client_waiting_open_action", mail.body_html)

    def test_nobody_reads_the_margin_by_the_digest(self):
        digest = self.digest.with_user(self.seller)
        with self.assertRaises(AccessError):
            digest.read(["kpi_client_margin_value"])
        with self.assertRaises(AccessError):
            digest.mapped("kpi_client_margin_value")
        with self.assertRaises(AccessError):
            self.digest.with_user(self.stranger).read(["kpi_client_red_value"])


@tagged("post_install", "-at_install")
class TestDigestOnAnotherDay(TestDigest):
    """The same where it is another day than in UTC: 14 hours ahead, or 11 behind."""

    @classmethod
    def _get_timezone(cls):
        return "Pacific/Kiritimati" if datetime.now().hour >= 10 else "Pacific/Pago_Pago"

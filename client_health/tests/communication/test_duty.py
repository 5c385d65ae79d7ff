from datetime import timedelta

from odoo import Command, fields, http
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ...engine.decision.readings import read_balance
from ..feedback.test_issue import IssueCommon
from ..health.common_signal_cases import SignalCases

SECRETS = "<script>alert(1)</script> %s %(x)s {{7*7}} ${7*7}"


@tagged("post_install", "-at_install")
class TestDuty(IssueCommon):
    """What a client owes: made from its sources, done by the client or as we were told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = cls._create_contact("Bea Buyer", cls.client_partner)
        cls.duty = cls._expect(cls.relationship, contact_id=cls.buyer.id)

    @classmethod
    def _expect(cls, relationship, **vals):
        return cls.env["client.duty"].create(
            {"relationship_id": relationship.id, "name": "Photographs of the rooms", **vals}
        )

    # Who marks it

    def test_a_user_was_told(self):
        duty = self.duty.with_user(self.owner)
        duty.action_done()
        self.assertRecordValues(
            duty,
            [
                {
                    "state": "done",
                    "done_by_id": self.buyer.id,
                    "done_user_id": self.owner.id,
                    "done_words": False,
                }
            ],
        )
        self.assertTrue(duty.done_date)
        with self.assertRaises(UserError):
            duty.name = "Another text"
        with self.assertRaises(UserError):
            duty.with_user(self.manager).unlink()
        duty.action_reopen()
        self.assertFalse(duty.done_by_id)

    def test_somebody_else_told_us(self):
        otis = self._create_contact("Otis Fair", self.client_partner)
        self.duty.said_by_id = otis
        self.duty.with_user(self.owner).action_done()
        self.assertEqual(self.duty.done_by_id, otis)
        loose = self._expect(self.relationship)
        with self.assertRaises(UserError):
            loose.with_user(self.owner).action_done()

    def test_the_client_did_it(self):
        self.assertTrue(self.duty._do(self.buyer, f"In the folder {SECRETS}"))
        self.assertFalse(self.duty._do(self.portal.partner_id, "Again"), "once")
        self.assertRecordValues(
            self.duty,
            [
                {
                    "state": "done",
                    "done_by_id": self.buyer.id,
                    "done_user_id": False,
                    "done_words": f"In the folder {SECRETS}",
                }
            ],
        )
        activity = self.relationship.activity_ids.filtered(
            lambda one: "did their part" in (one.summary or "")
        )
        self.assertEqual(activity.user_id, self.owner)
        with self.assertRaises(UserError):
            self.duty.with_user(self.manager).action_reopen()

    def test_evidence_is_not_written_by_users(self):
        for vals in (
            {"state": "done"},
            {"done_date": fields.Datetime.now()},
            {"done_by_id": self.buyer.id},
            {"done_words": "Yes"},
            {"dropped_date": fields.Datetime.now()},
        ):
            with self.subTest(vals), self.assertRaises(AccessError):
                self.duty.with_user(self.manager).write(vals)
            with self.subTest(vals), self.assertRaises(AccessError):
                self.env["client.duty"].with_user(self.manager).create(
                    {"relationship_id": self.relationship.id, "name": "X", **vals}
                )

    def test_dropped(self):
        self.duty.with_user(self.owner).action_drop()
        self.assertEqual(self.duty.state, "dropped")
        self.assertFalse(self.duty._do(self.buyer, ""))
        self.duty.with_user(self.owner).action_reopen()
        self.assertEqual((self.duty.state, self.duty.dropped_date), ("open", False))

    def test_late(self):
        today = fields.Date.today()
        self.assertFalse(self.duty.is_late)
        self.duty.date_deadline = today
        self.assertFalse(self.duty.is_late)
        self.duty.date_deadline = today - timedelta(days=1)
        self.assertTrue(self.duty.is_late)
        late = self.env["client.duty"].search([("is_late", "=", True)])
        self.assertIn(self.duty, late)
        found = self.env["client.relationship"].search([("duty_ids.is_late", "=", True)])
        self.assertIn(self.relationship, found)
        self.duty.action_drop()
        self.assertNotIn(self.duty, self.env["client.duty"].search([("is_late", "=", True)]))

    def test_only_of_its_own_client(self):
        other = self._create_clients(1)
        stranger = self._create_contact("Sam Else", other.partner_id)
        for fname in ("contact_id", "said_by_id"):
            with self.subTest(fname), self.assertRaises(ValidationError):
                self.duty[fname] = stranger

    # Where it comes from

    def test_from_an_agreement(self):
        agreement = self.env["client.agreement"].create(
            {
                "relationship_id": self.relationship.id,
                "client_duties": "<ul><li>Texts  a week <b>before</b></li><li>One voice</li></ul>",
            }
        )
        action = agreement.with_user(self.owner).action_create_duties()
        duties = self.env["client.duty"].search(action["domain"])
        self.assertEqual({*duties.mapped("name")}, {"Texts a week before", "One voice"})
        self.assertEqual(duties.mapped("is_shared"), [False, False], "not accepted yet")
        self.assertEqual({*duties.mapped("source")}, {"agreement"})
        agreement.with_user(self.owner).action_create_duties()
        self.assertEqual(self.env["client.duty"].search_count(action["domain"]), 2, "once")
        agreement.client_duties = "<p>Access to the shop</p><p></p>"
        agreement.action_create_duties()
        self.assertEqual(self.env["client.duty"].search_count(action["domain"]), 3)
        empty = agreement.create({"relationship_id": self.relationship.id})
        with self.assertRaises(UserError):
            empty.action_create_duties()

    def test_from_a_hypothesis_its_words_stay_internal(self):
        issue = self._open_issue()
        hypothesis = self.env["client.hypothesis"].create(
            {
                "issue_id": issue.id,
                "name": "their buyer stops blocking",
                "effect": "faster",
                "contact_id": self.buyer.id,
                "date_deadline": "2030-05-01",
            }
        )
        window = self.env["client.duty"].with_user(self.owner)
        with Form(window.with_context(default_hypothesis_id=hypothesis.id)) as form:
            self.assertEqual(form.name, hypothesis.name)
            self.assertEqual(form.contact_id, self.buyer)
            self.assertFalse(form.is_shared)
            duty = form.save()
        self.assertEqual(duty.relationship_id, issue.relationship_id)
        self.assertFalse(duty._get_open_duties(self.relationship)[self.relationship.id][1:])
        with self.assertRaises(AccessError):
            window.with_user(self.colleague).with_context(
                default_hypothesis_id=hypothesis.id
            ).default_get(["name", "hypothesis_id"])

    def test_from_a_meeting(self):
        event = self.env["calendar.event"].create(
            {
                "name": "Review",
                "start": "2030-01-01 10:00",
                "stop": "2030-01-01 11:00",
                "partner_ids": [Command.set((self.buyer | self.owner.partner_id).ids)],
            }
        )
        window = self.env["client.duty"].with_user(self.owner)
        with Form(window.with_context(default_event_id=event.id)) as form:
            form.name = "Login of the shop"
            duty = form.save()
        self.assertEqual((duty.relationship_id, duty.contact_id), (self.relationship, self.buyer))
        self.assertEqual(duty.source, "meeting")
        event.unlink()
        self.assertTrue(duty.exists())
        self.assertFalse(duty.source)

    # What is told

    def test_open_duties(self):
        self._expect(self.relationship, name="Internal", is_shared=False)
        self._expect(self.relationship, name="Gone").action_drop()
        soon = self._expect(self.relationship, name="Soon", date_deadline="2020-01-01")
        other = self._create_clients(1)
        found = self.env["client.duty"]._get_open_duties(self.relationship | other)
        self.assertEqual(
            [line["name"] for line in found[self.relationship.id]], [soon.name, self.duty.name]
        )
        self.assertTrue(found[self.relationship.id][0]["is_late"])
        self.assertEqual(found[other.id], [])

    def test_query_counts(self):
        clients = self._create_clients(50)
        for client in clients:
            contact = self._create_contact(f"C{client.id}", client.partner_id)
            self._expect(client, contact_id=contact.id, date_deadline="2020-01-01")

        def count(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env["client.duty"]._get_open_duties(some)
            some.duty_ids.mapped("is_late")
            some.duty_ids.mapped("source")
            return self.cr.sql_log_count - before

        count(clients[:1])
        self.assertEqual(count(clients[:5]), count(clients))


@tagged("post_install", "-at_install")
class TestDutySignal(SignalCases):
    """The client's input: a measure, and a line of give and take."""

    def _owe_some(self, day, *days_after):
        """Duties due on a day, done so many days after it; None: open."""
        return [
            self._owe_one(
                self.relationship, day, None if days is None else day + timedelta(days=days)
            )
            for days in days_after
        ]

    def test_share_that_was_done_in_time(self):
        day = self.today - timedelta(days=30)
        self._owe_some(day, 0)
        self.assertIsNone(self._value("client_input"), "one is an anecdote")
        late, open_ = self._owe_some(day, 3, None)
        reading = self._read("client_input")
        self.assertEqual(reading.value, 33.33)
        self.assertEqual({*reading.detail["records"]["client.duty"][:2]}, {late.id, open_.id})
        self.assertEqual(reading.detail["late"], 2)

    def test_give_and_take(self):
        self._owe_some(self.today - timedelta(days=30), 0, None)
        balance = read_balance(self.env, self.relationship, self.today)[self.relationship.id]
        self.assertEqual(balance["client_input"].value, 50)
        sheet = self.env["client.decision"]
        self.assertIn("client_input", sheet._get_line_labels())
        self.assertIn("50", sheet._get_line_words("client_input", balance["client_input"], {}))


@tagged("post_install", "-at_install")
class TestDutyPortal(HttpCase):
    """On a phone, as most clients open it."""

    browser_size = "375x667"
    touch_enabled = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = cls.env["res.partner"].create(
            [{"name": name, "is_company": True} for name in ("Duty Harbour", "Other Client")]
        )
        cls.owner = new_test_user(
            cls.env, "ch_duty_owner", groups="base.group_user,client_health.group_client_user"
        )
        cls.clients = cls.env["client.relationship"].create(
            [{"partner_id": partner.id, "user_id": cls.owner.id} for partner in cls.partners]
        )
        cls.users = [
            new_test_user(cls.env, f"ch_duty_{number}", groups="base.group_portal")
            for number in range(2)
        ]
        for user in cls.users:
            user.partner_id.write(
                {"parent_id": cls.partners[0].id, "email": f"{user.login}@harbour.example.com"}
            )
        cls.duty, cls.hidden, cls.foreign = cls.env["client.duty"].create(
            [
                {
                    "relationship_id": cls.clients[0].id,
                    "name": f"Logo {SECRETS}",
                    "note": SECRETS,
                    "date_deadline": "2020-01-01",
                },
                {"relationship_id": cls.clients[0].id, "name": "Secret words", "is_shared": False},
                {"relationship_id": cls.clients[1].id, "name": "Foreign duty"},
            ]
        )

    def _post(self, duty, token=None, **data):
        token = http.Request.csrf_token(self) if token is None else token
        return self.url_open(
            f"/my/duties/{duty.id}/done", data={"csrf_token": token, **data}, allow_redirects=True
        )

    def test_tile_and_page(self):
        self.authenticate("ch_duty_0", "ch_duty_0")
        self.assertIn("Our work together", self.url_open("/my").text)
        page = self.url_open("/my/duties").text
        self.assertIn("&lt;script&gt;alert(1)", page)
        self.assertNotIn("<script>alert(1)", page)
        self.assertIn("{{7*7}} ${7*7}", page)
        self.assertIn("Overdue", page)
        for word in ("Secret words", "Foreign duty", "Other Client"):
            self.assertNotIn(word, page)

    def test_done_by_one_seen_by_the_other(self):
        self.authenticate("ch_duty_0", "ch_duty_0")
        answer = self._post(self.duty, words=f"In the mail {SECRETS}")
        self.assertIn("Thank you!", answer.text)
        self.env.invalidate_all()
        self.assertEqual(self.duty.done_by_id, self.users[0].partner_id)
        self.assertFalse(self.duty.done_user_id)
        self.authenticate("ch_duty_1", "ch_duty_1")
        page = self.url_open("/my/duties").text
        self.assertIn("In the mail", page)
        self.assertIn(self.users[0].name, page)
        self.assertIn("Somebody was quicker", self._post(self.duty).text)
        self.env.invalidate_all()
        self.assertEqual(self.duty.done_by_id, self.users[0].partner_id)

    @mute_logger("odoo.http")
    def test_refused(self):
        self.authenticate("ch_duty_0", "ch_duty_0")
        for duty in (self.foreign, self.hidden):
            self.assertEqual(self._post(duty).status_code, 404)
        self.assertEqual(self._post(self.duty, token="wrong").status_code, 400)
        self.assertEqual(self.url_open(f"/my/duties/{self.duty.id}/done").status_code, 405)
        self.authenticate("ch_duty_owner", "ch_duty_owner")
        self.assertEqual(self._post(self.duty).status_code, 404)
        self.authenticate(None, None)
        self.assertIn("/web/login", self._post(self.duty).url)
        self.env.invalidate_all()
        self.assertEqual({*(self.duty | self.foreign | self.hidden).mapped("state")}, {"open"})

    def test_rpc(self):
        with self.assertRaises(AccessError):
            self.duty.with_user(self.users[0]).read(["name"])
        with self.assertRaises(AccessError):
            self.duty.with_user(self.users[0]).action_done()

    def test_tour_on_a_phone(self):
        self.start_tour("/my", "client_health_duty_portal", login="ch_duty_0")
        self.env.invalidate_all()
        self.assertEqual(self.duty.state, "done")
        self.assertEqual(self.duty.done_words, "In your mailbox")

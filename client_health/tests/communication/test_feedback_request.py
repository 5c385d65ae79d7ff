# pylint: disable=translation-required
from datetime import date, timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from ...engine.communication import answers
from ...models.communication import client_feedback_asked, client_feedback_request
from ..common_mail import GatewayCommon
from .common_feedback_request import FeedbackRequestCommon

LOW = ["client_health.mail_activity_type_low_answer"]


@tagged("post_install", "-at_install")
class TestAnswer(FeedbackRequestCommon):
    def test_an_answer_is_a_line_of_the_log(self):
        asked = self._ask()
        self.assertRecordValues(
            asked,
            [{"state": "waiting", "contact_id": self.elena.id, "user_id": self.owner.id}],
        )
        self._answer(asked, 9, "You listen", "Shorter mails")
        line = asked.feedback_id
        self.assertRecordValues(
            line,
            [
                {
                    "kind": "praise",
                    "rating": "5",
                    "contact_id": self.elena.id,
                    "given_by_client": True,
                    "user_id": False,
                    "channel": "request",
                    "state": "noted",
                }
            ],
        )
        for words in ("9 of 10.", "You listen", "What we could do better: Shorter mails"):
            self.assertIn(words, line.text)
        self.assertFalse(asked.is_low)
        self.assertFalse(self.relationship.activity_search(LOW))
        self.assertEqual((asked.nps, asked.satisfaction, asked.response), (100, 100, 100))

    def test_a_low_answer_is_followed_up_until_it_is_answered(self):
        asked = self._ask()
        self._answer(asked, 3, "Too slow")
        line = asked.feedback_id
        self.assertEqual((line.kind, line.state, line.rating), ("complaint", "open", "2"))
        planned = self.relationship.activity_search(LOW)
        self.assertEqual(planned.user_id, self.owner)
        self.assertEqual(planned.date_deadline, fields.Date.today())
        self.assertIn("3 of 10", planned.summary)
        client = self.relationship.with_user(self.owner)
        self.assertEqual(client.feedback_low_answer, f"{self.elena.name}: 3 of 10")
        self.assertEqual(client.client_feedback_open_count, 1)
        planned.with_user(self.owner)._action_done()
        client.invalidate_recordset()
        self.assertTrue(client.feedback_low_answer, "Done is not answered")
        line.with_user(self.owner)._set_answered("Called, and we changed the plan")
        client.invalidate_recordset()
        self.assertFalse(client.feedback_low_answer)
        self.assertFalse(self.relationship.activity_search(LOW))

    def test_answering_takes_the_reminder_away_but_not_of_another(self):
        first, second = self._ask(self.elena), self._ask(self.otis)
        self._answer(first, 2)
        self._answer(second, 1)
        self.assertEqual(len(self.relationship.activity_search(LOW)), 1, "one call, not two")
        first.feedback_id.with_user(self.owner)._set_answered("Called")
        self.assertTrue(self.relationship.activity_search(LOW))
        second.feedback_id.with_user(self.owner)._set_answered("Called")
        self.assertFalse(self.relationship.activity_search(LOW))

    def test_a_changed_answer_is_no_second_one(self):
        asked = self._ask()
        self._answer(asked, 2, "Bad week")
        line, first = asked.feedback_id, asked.answered_date
        self._answer(asked, 9, "You called at once")
        self.assertEqual(asked.feedback_id, line)
        self.assertEqual(
            self.env["client.feedback"].search_count([("contact_id", "=", self.elena.id)]), 1
        )
        self.assertEqual((line.kind, line.rating, line.state), ("praise", "5", "noted"))
        self.assertNotIn("Bad week", line.text)
        self.assertIn("Bad week", " ".join(line.message_ids.mapped("body")), "history stays")
        self.assertEqual(asked.answered_date, first)
        self.assertTrue(asked.changed_date)
        self.assertFalse(self.relationship.activity_search(LOW))
        self.assertFalse(self.relationship.feedback_low_answer)
        messages = line.message_ids
        self._answer(asked, 9, "You called at once")
        self.assertEqual(line.message_ids, messages, "The same again changes nothing")

    def test_hostile_words_are_words(self):
        asked = self._ask()
        wicked = "<script>alert(1)</script>{{ 7*7 }}'; DROP TABLE res_users; --"
        self._answer(asked, 1, wicked)
        self._answer(asked, 2, "ä" * 9000)
        self.assertIn("&lt;script&gt;", " ".join(asked.feedback_id.message_ids.mapped("body")))
        self.assertLess(len(asked.feedback_id.display_name), 90)

    def test_other_grades_are_refused(self):
        for scale, grades in answers.GRADES.items():
            self.company.client_feedback_scale = scale
            asked = self._ask(self.elena if scale == "faces" else self.otis)
            for grade in (-1, grades[-1] + 1, 99):
                with self.assertRaisesRegex(UserError, "choose one of the answers"):
                    self._answer(asked, grade)
            self.assertEqual(asked.state, "waiting")

    def test_faces(self):
        self.company.client_feedback_scale = "faces"
        asked = self._ask()
        self._answer(asked, 2)
        self.assertEqual(asked.grade_text, "Unhappy")
        self.assertTrue(asked.is_low)
        self._answer(asked, 3)
        self.assertEqual((asked.feedback_id.kind, asked.is_low), ("concern", False))
        self.assertFalse(self._get_raw(asked)["nps"], "faces make no NPS")

    def test_a_colleague_does_not_answer_for_the_client(self):
        asked = self._ask()
        self.colleague.email = self.elena.email
        with self.assertRaises(UserError):
            self._answer(asked, 10)

    # silence

    def _get_raw(self, asked):
        """Return the figures as they are stored: None is unknown, which Odoo shows as zero."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT nps, satisfaction, response FROM client_feedback_request WHERE id = %s",
            (asked.id,),
        )
        return dict(zip(("nps", "satisfaction", "response"), self.env.cr.fetchone(), strict=True))

    def test_silence_is_silence(self):
        asked = self._ask()
        unknown = {"nps": None, "satisfaction": None, "response": None}
        self.assertEqual(self._get_raw(asked), unknown)
        self._age(asked, 13)
        self._run_job("ir_cron_client_feedback_silence")
        self.assertEqual(asked.state, "waiting")
        self._age(asked, 15)
        self._run_job("ir_cron_client_feedback_silence")
        self.assertEqual(asked.state, "silent")
        self.assertEqual(self._get_raw(asked), {**unknown, "response": 0})
        self.assertFalse(asked.feedback_id)
        self.assertFalse(self.relationship.feedback_ids)
        self._answer(asked, 8)
        self.assertEqual(asked.state, "answered", "late, and an answer")
        self.assertEqual(self._get_raw(asked), {"nps": 0, "satisfaction": 100, "response": 100})
        self._run_job("ir_cron_client_feedback_silence")
        self.assertEqual(asked.state, "answered")

    def test_each_company_waits_as_long_as_it_likes(self):
        self.company.client_feedback_wait = 30
        asked = self._ask()
        self._age(asked, 20)
        self._run_job("ir_cron_client_feedback_silence")
        self.assertEqual(asked.state, "waiting")

    def test_the_report(self):
        other = self._create_relationship(
            self.env["res.partner"].create({"name": "Second", "is_company": True}), self.colleague
        )
        vera = self._create_contact("Vera", other.partner_id)
        asked = self._ask(self.elena | self.otis)
        self._answer(asked[0], 10)
        asked[1]._close_as_silent()
        self._answer(self._ask(vera, self.colleague, other), 4)
        rows = self.requests.with_user(self.manager).formatted_read_group(
            [("relationship_id", "in", (self.relationship | other).ids)],
            ["user_id"],
            ["nps:avg", "satisfaction:avg", "response:avg"],
        )
        found = {
            row["user_id"][0]: (row["nps:avg"], row["satisfaction:avg"], row["response:avg"])
            for row in rows
        }
        self.assertEqual(found[self.owner.id], (100, 100, 50))
        self.assertEqual(found[self.colleague.id], (-100, 0, 100))
        client = self.relationship.with_user(self.owner)
        self.assertEqual(client.feedback_response, "1 of 2")
        action = client.action_view_feedback_requests()
        self.assertEqual(self.requests.search(action["domain"]), asked)


@tagged("post_install", "-at_install")
class TestAsking(FeedbackRequestCommon, GatewayCommon):
    def test_who_is_left_out_and_why(self):
        firm = self.client_partner
        contacts = {
            "has no valid e-mail": self._create_contact("Nil", firm),
            "has several": self._create_contact("Two", firm),
            "is one of us": self._create_contact("Us", firm),
            "does not want": self._create_contact("No", firm),
        }
        contacts["has no valid e-mail"].email = "nobody"
        contacts["has several"].email = "a@x.example, b@x.example"
        contacts["does not want"].client_feedback_opt_out = True
        self.colleague.email = contacts["is one of us"].email
        self._ask(self.elena)
        contacts["was asked on"] = self.elena
        everybody = self.env["res.partner"].union(*contacts.values())
        requests, left_out = self.requests.with_user(self.owner)._ask(
            {self.relationship.with_user(self.owner): everybody | self.otis}
        )
        self.assertEqual(requests.contact_id, self.otis)
        for words, contact in contacts.items():
            self.assertIn(words, left_out[contact])

    def test_the_limit_is_the_contacts_own(self):
        self._ask()
        self.assertFalse(self._ask(user=self.manager), "not by another either")
        asked = self.requests.search([])
        self._age(asked, 89)
        self.assertFalse(self._ask())
        self._age(asked, 91)
        self.assertTrue(self._ask())
        self.company.client_feedback_pause = 5
        self._age(self.requests.search([]), 6)
        self.assertTrue(self._ask())

    def test_what_never_arrived_is_no_question_asked(self):
        asked = self._ask()
        mail = self.env["mail.mail"].sudo().search([], order="id desc", limit=1)
        with patch.object(self.registry["ir.mail_server"], "_connect__", side_effect=OSError("no")):
            mail.send()
        self.env.invalidate_all()
        self.assertEqual(asked.state, "undelivered")
        self.assertTrue(self.relationship.activity_search(
            ["client_health.mail_activity_type_send_again"]))  # fmt: skip
        asked._close_as_silent() if asked in asked._get_silent() else None
        self.assertEqual(asked.state, "undelivered", "no silence")
        again = asked.with_user(self.owner)
        with self.mock_mail_gateway():
            again.action_send_again()
        self.assertEqual(asked.state, "waiting")
        self.assertFalse(self.relationship.activity_search(
            ["client_health.mail_activity_type_send_again"]))  # fmt: skip
        with self.assertRaisesRegex(UserError, "has reached"):
            again.action_send_again()

    def test_odoo_tries_again_by_itself(self):
        asked = self._ask()
        mail = self.env["mail.mail"].sudo().search([], order="id desc", limit=1)
        with patch.object(self.registry["ir.mail_server"], "_connect__", side_effect=OSError("no")):
            mail.send()
        self.assertEqual(asked.state, "undelivered")
        mail.mark_outgoing()
        with self.mock_mail_gateway(mail_unlink_sent=True):
            mail.send()
        self.env.invalidate_all()
        self.assertEqual(asked.state, "waiting")

    def test_the_wizard(self):
        second = self._create_relationship(
            self.env["res.partner"].create({"name": "Second", "is_company": True})
        )
        vera = self._create_contact("Vera", second.partner_id)
        clients = (self.relationship | second).with_user(self.owner)
        action = clients.action_ask_feedback()
        wizards = self.env["client.feedback.ask"].with_user(self.owner)
        with Form(wizards.with_context(**action["context"])) as form:
            self.assertEqual(form.contact_ids[:], vera, "the only one of its client")
            self.assertIn(f"No contact chosen: {self.relationship.display_name}", form.left_out)
            form.contact_ids.add(self.elena)
            self.assertEqual(form.ask_count, 2)
            self.assertFalse(form.left_out)
        wizard = form.save()
        wizard.action_ask()
        wizard.action_ask()
        asked = self.requests.search([("relationship_id", "in", clients.ids)])
        self.assertEqual(asked.contact_id, self.elena | vera)
        again = wizards.create(
            {
                "relationship_ids": [Command.set(clients.ids)],
                "contact_ids": [Command.set(asked.contact_id.ids)],
            }
        )
        self.assertEqual(again.ask_count, 0)
        self.assertIn("was asked on", again.left_out)
        with self.assertRaisesRegex(UserError, "Nobody can be asked"):
            again.action_ask()

    def test_contacts_of_others_are_never_asked(self):
        wizard = (
            self.env["client.feedback.ask"]
            .with_user(self.owner)
            .create(
                {
                    "relationship_ids": [Command.set(self.relationship.ids)],
                    "contact_ids": [Command.set(self.stranger.ids)],
                }
            )
        )
        with self.assertRaises(UserError):
            wizard.action_ask()
        with self.assertRaises(AccessError):
            self._ask(user=self.colleague)

    def test_no_user_writes_an_answer(self):
        asked = self._ask()
        for user in (self.owner, self.manager):
            mine = asked.with_user(user)
            for vals in (
                {"grade": 10},
                {"state": "answered"},
                {"comment": "Great"},
                {"is_low": False},
                {"contact_id": self.otis.id},
                {"relationship_id": self.relationship.id},
                {"nps": 100},
                {"sent_date": fields.Datetime.now()},
            ):
                with self.assertRaises(AccessError):
                    mine.write(vals)
            for operation in ("create", "unlink"):
                self.assertFalse(mine.has_access(operation))
        self._answer(asked, 5)
        with self.assertRaisesRegex(UserError, "words of"):
            asked.feedback_id.with_user(self.manager).text = "All is well"

    def test_opting_out_is_reversible(self):
        asked = self._ask()
        asked.sudo()._opt_out()
        self.assertTrue(self.elena.client_feedback_opt_out)
        self.assertIn("Does not want", " ".join(self.elena.message_ids.mapped("body")))
        self._age(asked, 200)
        self.assertFalse(self._ask())
        seller = new_test_user(
            self.env,
            "ch_contacts",
            groups="base.group_user,base.group_partner_manager,client_health.group_client_user",
        )
        self.elena.with_user(seller).client_feedback_opt_out = False
        self.assertTrue(self._ask())
        with self.assertRaises(AccessError):
            self.portal.partner_id.with_user(self.portal).read(["client_feedback_opt_out"])

    def test_merged_contacts_and_clients(self):
        asked = self._ask()
        self._answer(asked, 4)
        twin = self.env["res.partner"].create({"name": "Blue Harbor", "is_company": True})
        other = self._create_relationship(twin)
        ida = self._create_contact("Ida", twin)
        hers = self._ask(ida, relationship=other)
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge((self.client_partner | twin).ids, self.client_partner)
        wizard._merge((self.elena | ida).ids, self.elena)
        self.env.invalidate_all()
        self.assertEqual((asked | hers).relationship_id, self.relationship)
        self.assertEqual((asked | hers).contact_id, self.elena)

    def test_a_contact_who_answered_is_not_deleted(self):
        self._ask()
        with self.assertRaisesRegex(UserError, "Feedback Request"):
            self.elena.unlink()


@tagged("post_install", "-at_install")
class TestRhythm(FeedbackRequestCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.company"].search([]).client_feedback_months = 0
        # a Wednesday, whenever the tests run
        cls.startClassPatcher(
            patch.object(client_feedback_asked, "get_today", lambda _company: date(2026, 3, 4))
        )

    def _run(self):
        self._run_job("ir_cron_client_feedback_ask")
        return self.requests.search([], order="id")

    def test_off_by_default(self):
        self._age(self._ask(), 400)
        self.assertEqual(len(self._run()), 1)

    def test_those_asked_before_and_once(self):
        first = self._ask()
        self._age(first, 200)
        self.company.client_feedback_months = 6
        asked = self._run() - first
        self.assertRecordValues(
            asked, [{"contact_id": self.elena.id, "user_id": self.owner.id, "state": "waiting"}]
        )
        self.assertEqual(len(self._run()), 2, "once")

    def test_not_before_its_time_nor_who_must_not_be_asked(self):
        first = self._ask()
        self.company.client_feedback_months = 6
        self._age(first, 150)
        self.assertEqual(len(self._run()), 1)
        self._age(first, 200)
        self.elena.client_feedback_opt_out = True
        self.assertEqual(len(self._run()), 1)
        self.elena.client_feedback_opt_out = False
        self.relationship.feedback_by_rhythm = False
        self.assertEqual(len(self._run()), 1)
        self.relationship.feedback_by_rhythm = True
        self._move(self.relationship, "at_risk", "reboot")
        self.assertEqual(len(self._run()), 1, "not amid a reboot")

    def test_nobody_is_asked_whom_no_person_chose(self):
        self.company.client_feedback_months = 6
        self.assertFalse(self._run())

    def test_no_mail_at_the_weekend(self):
        self._age(self._ask(), 200)
        self.company.client_feedback_months = 6
        with patch.object(client_feedback_asked, "get_today", lambda _c: date(2026, 3, 7)):
            self.assertEqual(len(self._run()), 1)

    def test_a_broken_one_stops_no_other(self):
        clients = self._create_clients(3)
        contacts = [self._create_contact(f"C{one.id}", one.partner_id) for one in clients]
        for client, contact in zip(clients, contacts, strict=True):
            self._age(self._ask(contact, relationship=client), 200)
        self.company.client_feedback_months = 6
        send = client_feedback_request.ClientFeedbackRequest._send_one

        def fail(request, template):
            if request.contact_id == contacts[1]:
                raise UserError("Broken")
            return send(request, template)

        with (
            patch.object(self.registry["client.feedback.request"], "_send_one", fail),
            self.assertLogs("odoo.addons.client_health.models.common.client_job_failure", "ERROR"),
        ):
            self._run_job("ir_cron_client_feedback_ask")
        self.assertEqual(self.requests.search_count([]), 5)
        failures = self.env["client.job.failure"].search([("error", "=", "Broken")])
        self.assertEqual(failures.record_ref, clients[1])
        self.assertEqual(len(self._run()), 6)


@tagged("post_install", "-at_install")
class TestCosts(FeedbackRequestCommon):
    """The number of queries does not depend on the number of clients."""

    def _count(self, work):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        work()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def test_5_and_50(self):
        clients = self._create_clients(50)
        contacts = self.env["res.partner"].create(
            [
                {
                    "name": f"C{one.id}",
                    "parent_id": one.partner_id.id,
                    "email": f"c{one.id}@x.example",
                }
                for one in clients
            ]
        )
        moment = fields.Datetime.now() - timedelta(days=20)
        asked = self.requests.sudo().create(
            [
                {
                    "relationship_id": client.id,
                    "contact_id": contact.id,
                    "user_id": self.owner.id,
                    "scale": "numbers",
                    "sent_date": moment,
                }
                for client, contact in zip(clients, contacts, strict=True)
            ]
        )
        for label, work in (
            ("board", lambda n: clients[:n].with_user(self.owner).read(
                ["feedback_response", "feedback_low_answer"])),
            ("list", lambda n: asked[:n].with_user(self.owner).read(
                ["grade_text", "feedback_state", "contact_id", "date_end", "display_name"])),
            ("hindrances", lambda n: self.requests._get_hindrances(contacts[:n], self.company)),
            ("contacts", lambda n: clients[:n]._get_feedback_contacts()),
            ("silence", lambda n: asked[:n]._close_as_silent()),
            ("wizard", lambda n: self.env["client.feedback.ask"].with_user(self.owner).create(
                {"relationship_ids": [Command.set(clients[:n].ids)]}).left_out),
        ):  # fmt: skip
            work(2)
            with self.subTest(label):
                self.assertEqual(
                    self._count(lambda w=work: w(5)), self._count(lambda w=work: w(50))
                )

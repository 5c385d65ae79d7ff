# pylint: disable=translation-required
from collections import namedtuple
from datetime import datetime, timedelta
from unittest.mock import patch

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import html2plaintext

from ...engine.period import first_of_month, last_calendar_period
from ...tools import format_day
from ..common import ClientHealthCommon
from ..common_mail import GatewayCommon
from .test_accomplishment import AccomplishmentCommon


class ValueReportCommon(AccomplishmentCommon):
    """A client with a goal that runs, a confirmed result and fees, in the last closed quarter."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start, cls.end = last_calendar_period(cls.today, 3)
        cls.middle = cls.start + timedelta(days=40)
        cls.company.client_profitability_date = fields.Datetime.now()
        # where wkhtmltopdf is installed or not: the tests of the PDF say otherwise
        cls.startClassPatcher(
            patch.object(cls.registry["client.update"], "_has_pdf_engine", lambda self: False)
        )

    @classmethod
    def _report(cls, user=None, **vals):
        values = {
            "relationship_id": cls.relationship.id,
            "kind": "value_report",
            "name": "Value report",
            "recipient_ids": cls.contact.ids,
            **vals,
        }
        report = cls.env["client.update"].with_user(user or cls.owner).create(values)
        report.action_use_template()
        return report

    @classmethod
    def _run_goal(cls, state="agreed", **vals):
        """A goal that was agreed before the quarter, and still runs."""
        goal = cls._create_mutual_goal(
            **{
                "baseline": 10,
                "target": 50,
                "unit": "bookings",
                "date_start": cls.start - timedelta(days=10),
                "date_end": cls.end + timedelta(days=3650),
                **vals,
            }
        )
        goal.state = state
        if state != "draft":
            goal.date_agreed = cls.start - timedelta(days=10)
        return goal

    @classmethod
    def _confirm(cls, amount=9000, day=None, words="It saves us a day", **vals):
        day = day or cls.middle
        done = cls._create_accomplishment(**{"is_shared": True, "date": day, **vals})
        done._answer(cls.contact, "link", "yes", amount=amount, words=words, date=day)
        return done

    @classmethod
    def _charge(cls, revenue=3000, month=None, **vals):
        return cls.env["client.profitability"].create(
            {
                "company_id": cls.company.id,
                "relationship_id": cls.relationship.id,
                "partner_id": cls.client_partner.id,
                "date": month or cls.start,
                "revenue": revenue,
                "labour_cost": 7777,
                **vals,
            }
        )

    @classmethod
    def _collect(cls, start=None, end=None, **kwargs):
        return cls.env["client.value.report"]._collect(
            cls.relationship, start or cls.start, end or cls.end, **kwargs
        )


@tagged("post_install", "-at_install")
class TestValueReportContent(ValueReportCommon):
    def test_goals_with_their_way(self):
        self._run_goal(actual=30)
        self._run_goal(name="Never measured")
        self._create_mutual_goal(name="Of now", date_start=self.end + timedelta(days=1))
        self._create_goal(name="Only a thought", date_start=self.start)
        closed = self._run_goal(name="Long over", state="reached")
        closed.date_closed = self.start - timedelta(days=1)
        dropped = self._run_goal(name="Dropped", state="dropped")
        dropped.date_closed = self.middle
        values = self._collect()
        goals = {goal["name"]: goal for goal in values["goals"]}
        self.assertEqual({*goals}, {"More bookings from phones", "Never measured"})
        goal = goals["More bookings from phones"]
        self.assertEqual(
            (goal["baseline"], goal["actual"], goal["target"], goal["progress"]),
            ("10 bookings", "30 bookings", "50 bookings", 50),
        )
        self.assertEqual(goal["benefit"], "Fewer calls")
        self.assertIs(goals["Never measured"]["progress"], False)
        self.assertIs(goals["Never measured"]["actual"], False)
        self.assertEqual(
            {goal["name"] for goal in values["next"]},
            {"More bookings from phones", "Never measured", "Of now"},
        )

    def test_adjusted_goals_with_their_history(self):
        goal = self._run_goal().with_context(tracking_disable=False)
        self.flush_tracking()  # Odoo tracks no record that is made in this transaction
        self.env.cr.execute(
            "UPDATE client_goal SET create_date = %s WHERE id = %s", (self.start, goal.id)
        )
        goal.invalidate_recordset()
        end = goal.date_end + timedelta(days=1)
        goal.write({"target": 80, "date_end": end, "benefit_us": "We earn"})
        self.flush_tracking()
        [values] = self._collect()["goals"]
        self.assertEqual(len(values["changes"]), 2, values["changes"])
        said = " ".join(values["changes"])
        self.assertIn("target changed from 50 bookings to 80 bookings", said)
        self.assertIn("end moved from", said)
        self.assertNotIn("We earn", str(values))

    def test_what_changed_before_the_agreement_is_a_draft(self):
        goal = self._create_goal(
            state="draft", target=40, date_start=self.today, date_end=self._days(90)
        ).with_context(tracking_disable=False)
        self.flush_tracking()
        goal.target = 90
        self.flush_tracking()
        goal._agree()
        self.flush_tracking()
        self.env.cr.execute(
            "UPDATE mail_message SET date = date + interval '1 second' WHERE model = 'client.goal'"
            " AND res_id = %s AND id = (SELECT max(id) FROM mail_message WHERE model ="
            " 'client.goal' AND res_id = %s)",
            (goal.id, goal.id),
        )
        self.env.invalidate_all()
        [values] = self._collect(self.today, self.today)["goals"]
        self.assertEqual(values["changes"], [])

    def flush_tracking(self):
        self.env.flush_all()
        self.cr.precommit.run()

    def test_return_on_fees(self):
        self._confirm(9000)
        self._confirm(0, words="They love it", name="In words only")
        self._create_accomplishment(
            name="Not confirmed", is_shared=True, date=self.middle, value_amount=123456
        )
        self._create_accomplishment(name="Not shared", date=self.middle)
        self._charge(2500)
        self._charge(1250, self.end.replace(day=1))
        self._charge(99999, self.start - relativedelta(months=1))
        self._charge(55555, month=self.end + timedelta(days=1))
        other = self.env["res.partner"].create({"name": "Rival", "is_company": True})
        self._charge(44444, relationship_id=self._create_relationship(other).id)
        values = self._collect()
        money = values["money"]
        self.assertIn("9,000", money["value"])
        self.assertIn("3,750", money["fees"])
        self.assertEqual(money["times"], "2.4")
        self.assertEqual(money["in_words"], 1)
        self.assertEqual(
            {result["name"] for result in values["results"]},
            {"Groups book online", "In words only", "Not confirmed"},
        )
        text = str(values)
        for hidden in ("123456", "123,456", "7777", "7,777"):
            self.assertNotIn(hidden, text)
        self.assertFalse(self._collect(with_fees=False)["money"]["fees"])

    def test_each_value_counts_in_one_report(self):
        """By the day on which it was confirmed, whenever it was done."""
        done = self.start - timedelta(days=60)
        late = self._create_accomplishment(name="Late yes", is_shared=True, date=done)
        late._answer(self.contact, "link", "yes", amount=500, date=self.middle)
        asked = self._create_accomplishment(name="Later yes", is_shared=True, date=self.middle)
        asked._answer(self.contact, "link", "yes", amount=700, date=self.end + timedelta(days=1))
        values = self._collect()
        self.assertEqual({r["name"] for r in values["results"]}, {"Late yes", "Later yes"})
        self.assertIn("500", values["money"]["value"])
        self.assertNotIn("1,200", values["money"]["value"])
        before = self._collect(self.start - relativedelta(months=3), self.start - timedelta(days=1))
        self.assertEqual(before["money"]["value"], 0)

    def test_fees_that_are_not_known(self):
        self._confirm()
        self._charge()
        cases = (
            (self.start, self.end - timedelta(days=1), "whole months only"),
            (first_of_month(self.today), self._days(40).replace(day=1) - timedelta(days=1), "yet"),
        )
        for start, end, words in cases:
            with self.subTest(words=words):
                money = self._collect(start, end)["money"]
                self.assertFalse(money["fees"])
                self.assertFalse(money["times"])
        self.assertIn("whole months only", self._collect(*cases[0][:2])["money"]["note"])
        self.company.client_profitability_date = False
        self.assertIn("not complete yet", self._collect()["money"]["note"])
        self.company.client_profitability_date = fields.Datetime.now()
        self._charge(-5000)
        self.assertIn("No fees were invoiced", self._collect()["money"]["note"])

    def test_no_figure_of_the_client(self):
        self._charge()
        self._confirm(0)
        money = self._collect()["money"]
        self.assertFalse(money["times"])
        self.assertIn("not named a figure", money["note"])

    def test_own_words_only(self):
        values = self.env["client.value"]
        values._record(
            self.relationship, self.contact, "portal", words="You answer", date=self.middle
        )
        values._record(self.relationship, self.contact, "call", words="Our note", date=self.middle)
        moment = datetime.combine(self.middle, datetime.min.time())
        lines = (
            ("praise", True, "Great work"),
            ("praise", False, "She sounded glad"),
            ("complaint", True, "Too slow"),
        )
        for kind, given, text in lines:
            self.env["client.feedback"].sudo().create(
                {
                    "relationship_id": self.relationship.id,
                    "contact_id": self.contact.id,
                    "kind": kind,
                    "given_by_client": given,
                    "text": text,
                    "date": moment,
                }
            )
        said = [words["text"] for words in self._collect()["words"]]
        self.assertCountEqual(said, ["You answer", "Great work"])

    def test_punctuality(self):
        self.env["project.milestone"].create(
            [
                {
                    "name": "In time",
                    "project_id": self.project.id,
                    "deadline": self.middle,
                    "is_reached": True,
                    "reached_date": self.middle,
                },
                {"name": "Late", "project_id": self.project.id, "deadline": self.middle},
                {"name": "Not due", "project_id": self.project.id, "deadline": self.today},
            ]
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE project_milestone SET reached_date = deadline WHERE name = 'In time'"
        )
        values = self._collect()
        self.assertEqual(values["ours"], ["Milestones reached by the agreed day: 1 of 2"])
        self.assertEqual(values["theirs"], [])

    def test_punctuality_of_the_client(self):
        """Its part by the agreed day, of the period; what it can't see or is not due counts not."""
        own = {"relationship_id": self.relationship.id}
        duties = self.env["client.duty"].create(
            [
                {**own, "name": "In time", "date_deadline": self.middle},
                {**own, "name": "Late", "date_deadline": self.middle},
                {**own, "name": "Open", "date_deadline": self.end},
                {**own, "name": "Internal", "date_deadline": self.middle, "is_shared": False},
                {**own, "name": "Dropped", "date_deadline": self.middle},
                {**own, "name": "Before", "date_deadline": self.start - timedelta(days=1)},
            ]
        )
        noon = datetime.combine(self.middle, datetime.min.time()) + timedelta(hours=12)
        # sudo: evidence, which only the portal and the methods of the duty write
        duties[0].sudo().write({"state": "done", "done_date": noon})
        duties[1].sudo().write({"state": "done", "done_date": noon + timedelta(days=3)})
        duties[4].action_drop()
        self.assertEqual(self._collect()["theirs"], ["Your part done by the agreed day: 1 of 3"])
        today = self.today
        duty = duties.create({**own, "name": "Due today", "date_deadline": today})
        self.assertEqual(self._collect(today, today)["theirs"], [], "the day is not over")
        duty._do(self.contact, "")
        self.assertEqual(
            self._collect(today, today)["theirs"], ["Your part done by the agreed day: 1 of 1"]
        )

    def test_our_answers(self):
        """As in ``Correspondence``, with working hours; of this client and this period alone."""
        self.assertEqual(self._collect()["ours"], [])
        monday = self.middle - timedelta(days=self.middle.weekday())
        nine = datetime.combine(monday, datetime.min.time()) + timedelta(hours=9)
        task = self.env["project.task"].create({"name": "Form", "project_id": self.project.id})
        comment = {
            "model": "project.task",
            "res_id": task.id,
            "message_type": "comment",
            "subtype_id": self.env.ref("mail.mt_comment").id,
            "body": "<p>Could you please have a look?</p>",
        }
        messages = self.env["mail.message"].create(
            [
                {**comment, "author_id": self.contact.id},
                {**comment, "author_id": self.owner.partner_id.id},
            ]
        )
        self.env.flush_all()
        for message, moment in zip(messages, (nine, nine + timedelta(hours=2)), strict=True):
            self.env.cr.execute(
                "UPDATE mail_message SET create_date = %s, date = %s WHERE id = %s",
                (moment, moment, message.id),
            )
        self.env.invalidate_all()
        [line] = self._collect()["ours"]
        self.assertEqual(line, "You wrote once and had our answer within 2 working hours")
        words = self.env["client.value.report"]._get_answers_text
        known = namedtuple("Known", "hours answers")
        self.assertEqual(
            words(known(0.4, 7)),
            "Our answers to you, 7 in all: half of them within an hour of work",
        )
        self.assertTrue(words(known(1.0, 1)).endswith("within an hour of work"))
        values = self._collect(with_punctuality=False)
        self.assertEqual((values["ours"], values["theirs"]), ([], []))

    def test_nothing_to_report(self):
        values = self._collect()
        self.assertTrue(values["is_empty"])
        text = html2plaintext(self.env["client.value.report"]._render(values))
        self.assertIn("there is nothing to report", text)
        self.assertIn("What would help you most?", text)
        self.assertIn("We will talk with you about it", text)
        self.assertNotIn("×", text)

    def test_chart(self):
        self._run_goal(actual=30)
        self.assertIn("How far we are", self._collect()["chart"]["title"])
        self._confirm(100, self.start)
        self._confirm(50, self.end)
        chart = self._collect()["chart"]
        self.assertIn("Value that you confirmed", chart["title"])
        self.assertIn('width="108.0"', chart["svg"])

    def test_in_the_language_of_the_client(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self._confirm(9000.5)
        self._run_goal(actual=12.5)
        self._charge()
        self.contact.lang = "fr_FR"
        report = self._report()
        text = html2plaintext(report.report_preview)
        self.assertIn("9\u202f000,50", text.replace("\xa0", "\u202f"))
        self.assertIn("12,5 bookings", text)
        self.assertIn(format_day(self.env(context={"lang": "fr_FR"}), self.middle), text)
        self.assertNotIn("9,000", text)

    def test_hostile_text(self):
        evil = "<script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}\x08"
        self.client_partner.name = evil
        self._run_goal(name=evil, benefit_client=evil, unit=evil, actual=20)
        self._confirm(words=evil, name=evil, description=evil)
        html = str(self._report().report_preview)
        self.assertNotIn("<script>alert", html)
        self.assertNotIn("<img", html)
        self.assertIn("{{ 7*7 }}", html)

    def test_another_company_has_its_own(self):
        sister = self.env["res.company"].create(
            {"name": "Sister", "currency_id": self.env.ref("base.CHF").id}
        )
        self._charge()
        self._confirm()
        there = self.env["client.relationship"].create(
            {"partner_id": self.client_partner.id, "company_id": sister.id, "user_id": False}
        )
        values = self.env["client.value.report"]._collect(there, self.start, self.end)
        self.assertTrue(values["is_empty"])
        self.assertFalse(values["money"]["fees"])
        self.assertEqual(values["company"], "Sister")

    def test_number_of_queries(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._collect()
            return self.cr.sql_log_count - before

        def fill(number):
            for index in range(number):
                self._run_goal(name=f"Goal {index}", actual=20)
                self._confirm(index + 1)

        fill(5)
        count()
        few = count()
        fill(45)
        self.assertLessEqual(count(), few + 2)


@tagged("post_install", "-at_install")
class TestValueReportSending(ValueReportCommon, GatewayCommon):
    def test_from_the_client(self):
        self._run_goal(client_owner_id=self.contact.id)
        relationship = self.relationship.with_user(self.owner)
        action = relationship.action_send_value_report()
        report = self.env["client.update"].with_user(self.owner).browse(action["res_id"])
        self.assertEqual((report.report_start, report.report_end), (self.start, self.end))
        self.assertEqual(report.recipient_ids, self.contact)
        self.assertIn("Dear Elena Marsh", report.body)
        self.assertIn("More bookings from phones", report.report_preview)
        again = relationship.action_send_value_report()
        self.assertEqual(again["res_id"], report.id, "No second draft")
        self.assertEqual(relationship.value_report_count, 1)
        found = self.env["client.update"].search(relationship.action_view_value_reports()["domain"])
        self.assertEqual(found, report)
        with self.assertRaises(AccessError):
            self.relationship.with_user(self.colleague).action_send_value_report()

    def test_the_letter_follows_the_period(self):
        report = self._report()
        quarter = report.name
        report.report_period = "year"
        self.assertNotEqual(report.name, quarter)
        self.assertIn(str(report.report_start.year), report.name)
        other = self.env["res.partner"].create(
            {"name": "Otis", "parent_id": self.client_partner.id, "email": "otis@blue.example"}
        )
        report.recipient_ids = other
        self.assertIn("Dear Otis", report.body)
        report.body = "<p>My own words</p>"
        report.report_period = "half"
        self.assertIn("My own words", report.body)

    def test_dates(self):
        report = self._report()
        with self.assertRaisesRegex(ValidationError, "ends before it starts"):
            report.write({"report_period": "own", "report_end": self.start - timedelta(days=1)})
        with self.assertRaisesRegex(ValidationError, "about the future"):
            report.write(
                {
                    "report_period": "own",
                    "report_start": self._days(30),
                    "report_end": self._days(60),
                }
            )
        with self.assertRaisesRegex(ValidationError, "from when to when"):
            report.write({"report_period": "own", "report_start": False})

    def test_sent_once_and_frozen(self):
        self._run_goal(actual=30)
        self._confirm(9000)
        report = self._report()
        with self.mock_mail_gateway():
            report.action_send()
            with self.assertRaisesRegex(UserError, "already been sent"):
                report.action_send()
        self.assertEqual(len(report.sent_message_id), 1)
        [mail] = self._mails
        self.assertEqual(mail["email_to"], [self.contact.email_formatted])
        self.assertIn(f"/my/updates/{report.id}?access_token=", mail["body"])
        self.assertIn("Dear Elena Marsh", mail["body"])
        sent = report.report_html
        self.assertIn("9,000", sent)
        self._confirm(100000)
        self.relationship.goal_ids.name = "Renamed"
        self.env.invalidate_all()
        self.assertEqual(report.report_preview, sent)
        for vals in (
            {"report_period": "year"},
            {"report_start": self.start - timedelta(days=1)},
            {"report_has_fees": False},
            {"report_html": "<p>All was well</p>"},
            {"report_lang": "fr_FR"},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                report.with_user(self.manager).write(vals)
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            report.with_user(self.manager).unlink()
        with self.assertRaises(AccessError):
            self._report(report_html="<p>Forged</p>")

    def test_hints(self):
        self.assertIn("cannot make a PDF", self._report().report_hints)
        self.contact.message_bounce = 2
        self.assertIn("Elena Marsh came back", self._report().report_hints)
        self.contact.email = False
        self.env["res.partner"].search([("parent_id", "=", self.client_partner.id)]).email = False
        report = self._report(recipient_ids=False)
        self.assertIn("has an e-mail address", report.report_hints)
        with self.assertRaisesRegex(UserError, "at least one recipient"):
            report.action_send()
        with self.assertRaisesRegex(UserError, "no valid e-mail"):
            self._report().action_send()

    def test_two_languages(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        other = self.env["res.partner"].create(
            {
                "name": "Otis",
                "parent_id": self.client_partner.id,
                "email": "otis@blue.example",
                "lang": "fr_FR",
            }
        )
        self.contact.lang = "en_US"
        report = self._report(recipient_ids=(self.contact | other).ids)
        self.assertIn("different languages", report.report_hints)

    def test_a_contact_who_left(self):
        self._run_goal(client_owner_id=self.contact.id)
        self.contact.active = False
        action = self.relationship.with_user(self.owner).action_send_value_report()
        report = self.env["client.update"].browse(action["res_id"])
        self.assertFalse(report.recipient_ids)

    def test_without_the_program_for_pdf(self):
        report = self._report()
        with self.assertRaisesRegex(UserError, "wkhtmltopdf is not installed"):
            report.action_print_value_report()
        report.action_send()
        self.assertFalse(report.sent_message_id.attachment_ids)

    def test_who_opens_it(self):
        report = self._report()
        self.assertIn(str(report.id), report.action_open_value_report()["url"])
        with self.assertRaises(AccessError):
            report.with_user(self.colleague).action_open_value_report()
        with self.assertRaises(AccessError):
            report.with_user(self.colleague).action_print_value_report()


@tagged("post_install", "-at_install")
class TestValueReportCount(ClientHealthCommon):
    def test_number_of_queries(self):
        def count(clients):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            clients.mapped("value_report_count")
            return self.cr.sql_log_count - before

        self.env.flush_all()
        self.assertEqual(count(self._create_clients(5)), count(self._create_clients(50)))

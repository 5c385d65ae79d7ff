# pylint: disable=translation-required
from datetime import timedelta
from unittest.mock import patch

import psycopg2
import pytz

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import html2plaintext, mute_logger

from ...engine.clock import get_today
from ...tools import format_day
from .test_update import UpdateCommon

SEND = "ir_cron_client_status_send"
DRAFT = "ir_cron_client_status_draft"
# What a client never reads: written into every internal field of its records
SECRET = "Backstairs gossip"
AMOUNT = 48123.77


class StatusCommon(UpdateCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["client.relationship"].search([("id", "!=", cls.relationship.id)]).active = False
        cls.today = get_today(cls.company)
        cls._promise(cls.relationship, cls.today)
        cls.relationship.update_recipient_ids = cls.elena

    @classmethod
    def _promise(cls, relationships, day):
        """Promise an update for the first working day from ``day`` on; return it."""
        day += timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
        relationships.write({"cadence": "weekly", "cadence_weekday": str(day.weekday())})
        return day

    @classmethod
    def _make_status(cls, relationship=None):
        return (relationship or cls.relationship)._draft_status()

    @classmethod
    def _break_promise(cls, days, relationship=None, sent=None):
        """Make an update promised so many days ago, sent so many days after it, or never."""
        day = cls.today - timedelta(days=days)
        update = cls._draft(
            kind="status",
            promised_date=day,
            relationship_id=(relationship or cls.relationship).id,
            recipient_ids=cls.elena.ids if not relationship else False,
        )
        if sent is not None:
            moment = fields.Datetime.to_datetime(day) + timedelta(days=sent, hours=12)
            update.sudo().write({"state": "sent", "sent_date": moment, "sent_day": moment.date()})
        return update


@tagged("post_install", "-at_install")
class TestCadenceOfClient(StatusCommon):
    """When a client hears from us, and from whom."""

    def test_defaults_by_tag_and_company(self):
        self.company.write(
            {
                "client_cadence": "fortnightly",
                "client_cadence_weekday": "2",
                "client_channel": "call",
            }
        )
        tag = self.env["res.partner.category"].create(
            {"name": "Retainer", "client_cadence": "weekly"}
        )
        partner = self.env["res.partner"].create(
            {"name": "New", "is_company": True, "category_id": tag.ids}
        )
        client = self._create_relationship(partner)
        self.assertEqual(
            (client.cadence, client.cadence_weekday, client.channel), ("weekly", "2", "call")
        )
        self.assertTrue(client.next_update_date)
        client.cadence = False
        self.assertFalse(client.next_update_date)
        self.company.client_cadence = "quarterly"
        self.assertFalse(client.cadence, "Only new clients take the default")
        plain = self.env["res.partner"].create({"name": "Plain", "is_company": True})
        with Form(self.env["client.relationship"].with_user(self.manager)) as form:
            form.partner_id = plain
            self.assertEqual(form.cadence, "quarterly")

    def test_without_a_weekday_nothing_is_promised(self):
        self.relationship.cadence_weekday = False
        self.assertFalse(self.relationship.next_update_date)
        self._run_job(DRAFT)
        self.assertFalse(self.relationship.update_ids)
        self.assertFalse(self.relationship.update_warning)

    def test_holidays_of_the_salesperson(self):
        promised = self.relationship.next_update_date
        calendar = self.company.resource_calendar_id
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": calendar.id,
                "company_id": self.company.id,
                "date_from": fields.Datetime.to_datetime(promised),
                "date_to": fields.Datetime.to_datetime(promised) + timedelta(hours=23, minutes=59),
            }
        )
        self.relationship._refresh_next_update()
        moved = self.relationship.next_update_date
        self.assertNotEqual(moved, promised)
        self.assertLess(moved.weekday(), 5)
        self.assertGreaterEqual(moved, self.today)

    def test_deputy_of_an_absent_salesperson(self):
        promised = self.relationship.next_update_date
        resource = self.env["resource.resource"].create(
            {
                "name": "Owner",
                "user_id": self.owner.id,
                "company_id": self.company.id,
                "calendar_id": self.company.resource_calendar_id.id,
            }
        )
        self.relationship.deputy_id = self.seller
        self.assertEqual(self._get_sender(promised), self.owner)
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Away",
                "calendar_id": resource.calendar_id.id,
                "resource_id": resource.id,
                "date_from": fields.Datetime.to_datetime(promised) - timedelta(days=1),
                "date_to": fields.Datetime.to_datetime(promised) + timedelta(days=2),
            }
        )
        self.assertEqual(self._get_sender(promised), self.seller)
        self.assertEqual(self.relationship.next_update_date, promised, "The day is kept")
        self.relationship.deputy_id = False
        self.assertIn(self._get_sender(promised), self.owner | self.relationship.team_id.user_id)

    def _get_sender(self, day):
        return self.relationship._get_senders({self.relationship: day})[self.relationship]

    def test_a_deputy_has_access(self):
        with self.assertRaisesRegex(ValidationError, "no access to this client"):
            self.relationship.deputy_id = self.colleague

    def test_recipients_are_people_of_the_client(self):
        for partner in (self.stranger, self.owner.partner_id):
            with self.assertRaisesRegex(ValidationError, "no contact of"):
                self.relationship.update_recipient_ids = partner
        with self.assertRaisesRegex(ValidationError, "hour"):
            self.relationship.cadence_hour = 24

    def test_what_would_not_arrive(self):
        self.assertFalse(self.relationship.update_warning)
        self.elena.message_bounce = 2
        self.relationship.invalidate_recordset()
        self.assertIn("did not arrive: Elena Marsh", self.relationship.update_warning)
        self.elena.write({"message_bounce": 0, "email": "no address"})
        self.relationship.invalidate_recordset()
        self.assertIn("No valid e-mail address: Elena Marsh", self.relationship.update_warning)
        self.relationship.update_recipient_ids = False
        self.assertIn("choose who gets", self.relationship.update_warning)

    def test_failed_mail_is_shown(self):
        update = self._make_status()
        update.action_send()
        notification = update.sent_message_id.notification_ids.filtered(
            lambda one: one.res_partner_id == self.elena
        )
        notification.notification_status = "bounce"
        self.relationship.invalidate_recordset()
        self.assertIn("did not arrive: Elena Marsh", self.relationship.update_warning)

    def test_next_day_is_not_typed_in(self):
        for vals in ({"next_update_date": self.today}, {"update_draft_date": self.today}):
            with self.assertRaises(AccessError):
                self.relationship.with_user(self.manager).write(vals)

    def test_queries_of_the_board(self):
        clients = self._create_clients(50)
        clients.write({"cadence": "weekly", "cadence_weekday": "3"})
        counts = []
        for group in (clients[:5], clients):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            for rel in group:
                rel.read(["update_warning", "status_draft_id", "promise_count", "update_late"])
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2, counts)


@tagged("post_install", "-at_install")
class TestStatusUpdate(StatusCommon):
    def _create_work(self, privacy="portal"):
        project = self.env["project.project"].create(
            {
                "name": "Site",
                "partner_id": self.client_partner.id,
                "company_id": self.company.id,
                "privacy_visibility": privacy,
                "allow_milestones": True,
            }
        )
        now = fields.Datetime.now()
        done, _open = self.env["project.task"].create(
            [
                {"name": "Booking in three steps", "project_id": project.id, "description": SECRET},
                {
                    "name": "Gift vouchers",
                    "project_id": project.id,
                    "date_deadline": now + timedelta(days=5),
                },
            ]
        )
        done.state = "1_done"
        self.env["project.milestone"].create(
            [
                {"name": "Group booking live", "project_id": project.id, "is_reached": True},
                {
                    "name": "Guest stories live",
                    "project_id": project.id,
                    "deadline": now.date() + timedelta(days=30),
                },
            ]
        )
        return project

    def test_a_plan_that_is_late_is_no_promise(self):
        project = self._create_work()
        project.milestone_ids.filtered("deadline").deadline = self.today - timedelta(days=3)
        body = self._make_status().body
        self.assertIn("Guest stories live (was planned for", body)
        self.assertIn("Gift vouchers, ", body)

    def test_what_is_past_its_day_is_not_asked_until_then(self):
        past, next_week = self.today - timedelta(days=12), self.today + timedelta(days=7)
        duties = [
            {"name": name, "date_deadline": day}
            for name, day in (("Pictures", past), ("Texts", next_week), ("Logins", None))
        ]
        agreement = {"name": "Care", "proposal_end": past}
        status = self.env["client.status.words"]
        texts = status._get_needed_texts({"duties": duties, "agreements": [agreement]})
        day = format_day(self.env, past)
        self.assertEqual(
            texts[:4],
            [
                f"Your signature: Care (was due on {day})",
                f"Pictures (was due on {day})",
                f"Texts, until {format_day(self.env, next_week)}",
                "Logins",
            ],
        )

    def test_made_of_real_work(self):
        self._create_work()
        goal = self.env["client.goal"].create(
            {
                "relationship_id": self.relationship.id,
                "name": "More direct bookings",
                "target": 60,
                "actual": 40,
                "date_measured": self.today,
                "unit": "%",
            }
        )
        draft_goal = goal.copy({"name": "A secret plan"})
        goal._agree()
        self.env["client.accomplishment"].create(
            [
                {
                    "relationship_id": self.relationship.id,
                    "name": "Faster pages",
                    "is_shared": True,
                },
                {"relationship_id": self.relationship.id, "name": "Not shown yet"},
            ]
        )
        self.assertEqual(draft_goal.state, "draft")
        update = self._make_status()
        text = html2plaintext(update.body)
        for words in (
            "Dear Elena Marsh",
            "More direct bookings: 40 of 60 %",
            "Faster pages",
            "Group booking live",
            "Booking in three steps",
            "1 to agree on",
            "Guest stories live",
            "Gift vouchers",
            "You hear from me again on",
        ):
            self.assertIn(words, text)
        for words in ("A secret plan", "Not shown yet", SECRET):
            self.assertNotIn(words, text)

    def test_nothing_new_is_said_kindly(self):
        text = html2plaintext(self._make_status().body)
        self.assertIn("there is nothing new since my last message", text)
        self.assertIn("You hear from me again on", text)

    def test_work_that_the_client_cannot_see(self):
        for privacy in ("followers", "employees"):
            self._create_work(privacy)
        text = html2plaintext(self._make_status().body)
        for words in ("Booking", "vouchers", "Group", "Guest"):
            self.assertNotIn(words, text)

    def test_white_list(self):
        """Every text and amount of the client's records is one that it must not read."""
        self._create_work()
        issue = self._open_issue(name=SECRET, root_cause=SECRET)
        self._log(issue_id=issue.id, text=SECRET, contact_id=self.elena.id)
        self.relationship.write({"note": SECRET, "value_estimate": SECRET})
        self.env["client.goal"].create(
            {
                "relationship_id": self.relationship.id,
                "name": "More bookings",
                "benefit_us": SECRET,
            }
        )._agree()
        accomplishment = self.env["client.accomplishment"].create(
            {
                "relationship_id": self.relationship.id,
                "name": "Faster pages",
                "is_shared": True,
                "value_amount": AMOUNT,
                "description": SECRET,
                "value_words": SECRET,
            }
        )
        self.relationship.message_post(body=SECRET)
        accomplishment.message_post(body=SECRET)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE client_relationship SET client_revenue = %s, client_margin = %s,"
            " stage_reason = %s WHERE id = %s",
            (AMOUNT, AMOUNT, SECRET, self.relationship.id),
        )
        self.env.invalidate_all()
        update = self._make_status()
        text = update.name + html2plaintext(update.body)
        self.assertIn("Faster pages", text)
        self.assertNotIn(SECRET, text)
        for amount in ("48123", "48,123", "48.123", "77"):
            self.assertNotIn(amount, text)
        for word in ("margin", "score", "issue", "risk", self.relationship.stage_id.name):
            self.assertNotIn(word.lower(), text.lower())

    def test_in_the_language_of_the_client(self):
        self.env["res.lang"]._activate_lang("de_DE")
        template = self.env.ref("client_health.mail_template_client_status")
        template.with_context(lang="de_DE").subject = "Wie wir vorankommen"
        self.relationship.update_lang = "de_DE"
        update = self._make_status()
        self.assertEqual(update.name, "Wie wir vorankommen")
        self.relationship.update_lang = False
        self.elena.lang = "de_DE"
        self.assertEqual(update._get_lang(), "de_DE")
        self.elena.lang = False
        self.client_partner.lang = False
        self.assertFalse(update._get_lang())
        update.action_write_anew()
        self.assertIn("Dear Elena Marsh", update.body)

    def test_one_click(self):
        update = self.relationship.with_user(self.owner)._draft_status()
        update = update.with_user(self.owner)
        self.assertTrue(update.is_untouched)
        update.body = "<p>Dear Elena, all is well.</p>"
        self.assertFalse(update.is_untouched)
        promised = update.promised_date
        update.action_send()
        self.assertEqual(
            (update.state, update.promise, update.sent_by_way), ("sent", "kept", "mail")
        )
        self.assertEqual(self.relationship.promise_kept_count, 1)
        self.assertGreater(self.relationship.next_update_date, promised)
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            update.body = "<p>Changed</p>"
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            update.action_write_anew()

    def test_second_colleague_is_told_that_it_was_sent(self):
        update = self._make_status()
        update.with_user(self.owner).action_send()
        with self.assertRaisesRegex(UserError, "sent update cannot be changed"):
            update.with_user(self.seller).write({"body": "<p>My version</p>"})
        with self.assertRaisesRegex(UserError, "already been sent"):
            update.with_user(self.seller).action_send()

    def test_told_in_person(self):
        self.relationship.channel = "mail"
        update = self._make_status()
        with self.assertRaisesRegex(UserError, "hears from us by e-mail"):
            update.action_told()
        self.relationship.channel = "call"
        mails = self.env["mail.mail"].search_count([])
        update.with_user(self.owner).action_told()
        self.assertEqual((update.state, update.sent_by_way), ("sent", "call"))
        self.assertEqual(update.sent_by_id, self.owner)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_promise_in_the_time_zone_of_the_client(self):
        zone = "Pacific/Auckland"
        self.elena.tz = zone
        update = self._make_status()
        update.action_send()
        local = pytz.utc.localize(update.sent_date).astimezone(pytz.timezone(zone)).date()
        self.assertEqual(update.sent_day, local)
        self.assertEqual(update.promise, "kept" if local <= update.promised_date else "late")

    def test_kept_and_late(self):
        self._break_promise(30, sent=0)
        self._break_promise(23, sent=2)
        overdue = self._break_promise(16)
        self._break_promise(400, sent=0)
        self.relationship.invalidate_recordset()
        self.assertEqual(
            (self.relationship.promise_kept_count, self.relationship.promise_count), (1, 3)
        )
        self.assertTrue(overdue.is_overdue)
        self.assertIn(overdue, overdue.search([("is_overdue", "=", True)]))
        self.assertTrue(self.relationship.update_late)
        overdue.active = False
        self.assertEqual(self.relationship.promise_count, 3, "Archiving forgets nothing")

    def test_draft_follows_a_new_rhythm(self):
        update = self._make_status()
        day = update.promised_date
        self.relationship.cadence_weekday = str((day.weekday() + 1) % 5)
        self.assertNotEqual(update.promised_date, day)
        self.assertEqual(update.promised_date, self.relationship.next_update_date)

    def test_one_update_per_client_and_day(self):
        update = self._make_status()
        self.assertFalse(self._make_status(), "It is there")
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.IntegrityError):
            self._draft(kind="status", promised_date=update.promised_date)
            self.env.flush_all()

    def test_clients_that_are_merged(self):
        partner = self.env["res.partner"].create({"name": "Harbour Ltd", "is_company": True})
        other = self._create_relationship(partner)
        contact = self.env["res.partner"].create(
            {"name": "Ida", "parent_id": partner.id, "email": "ida@harbour.example.com"}
        )
        for rel, to in ((self.relationship, self.elena), (other, contact)):
            self._draft(
                kind="status",
                relationship_id=rel.id,
                recipient_ids=to.ids,
                promised_date=self.today,
            )
        self.env["client.merge"]._merge_clients(partner, self.client_partner)
        days = self.relationship.update_ids.mapped("promised_date")
        self.assertEqual(sorted(map(bool, days)), [False, True])

    def test_roles(self):
        update = self._make_status()
        self.assertEqual(update.with_user(self.seller).kind, "status")
        for user in (self.colleague, self.portal):
            with self.assertRaises(AccessError):
                update.with_user(user).body  # noqa: B018
            with self.assertRaises(AccessError):
                self.relationship.with_user(user).action_write_status()
        action = self.relationship.with_user(self.owner).action_write_status()
        self.assertEqual(action["res_id"], update.id)
        for vals in ({"promised_date": self.today}, {"sent_day": self.today}, {"promise": "kept"}):
            with self.subTest(vals), self.assertRaises(AccessError):
                update.with_user(self.manager).write(vals)

    def test_a_closed_draft_leaves_nothing(self):
        """Without a promised day, the draft is there once it is saved."""
        self.relationship.cadence_weekday = False
        self._create_work()
        client = self.relationship.with_user(self.owner)
        sent = self.env["mail.message"].search_count([])
        action = client.action_write_status()
        self.env.flush_all()
        self.assertFalse(self.relationship.update_ids)
        self.assertEqual(self.env["mail.message"].search_count([]), sent)
        form = Form(
            self.env["client.update"].with_user(self.owner).with_context(**action["context"])
        )
        self.assertEqual((action["res_model"], action["target"]), ("client.update", "current"))
        self.assertEqual((form.kind, form.recipient_ids[:]), ("status", self.elena))
        self.assertIn("Booking in three steps", form.body)
        update = form.save()
        self.assertEqual((update.user_id, update.relationship_id), (self.owner, client))
        self.assertEqual(client.action_write_status()["res_id"], update.id, "the one that is there")
        update.action_send()
        self.assertEqual(update.state, "sent")

    def test_the_draft_of_a_promised_day_is_kept(self):
        client = self.relationship.with_user(self.owner)
        action = client.action_write_status()
        self.assertEqual(action["res_id"], client.update_ids.id)
        self.assertEqual(client.update_ids.promised_date, client.next_update_date)

    def test_second_company(self):
        sister = self.env["res.company"].create({"name": "Sister Agency"})
        other = self._create_relationship(
            self.client_partner, company_id=sister.id, user=self.env.user.browse()
        )
        other.write({"cadence": "weekly", "cadence_weekday": "2"})
        self._create_work()
        update = self._make_status(other)
        self.assertEqual(update.company_id, sister)
        self.assertNotIn("Booking", update.body, "Work of the other company")
        with self.assertRaises(AccessError):
            update.with_user(self.manager).body  # noqa: B018


@tagged("post_install", "-at_install")
class TestStatusJobs(StatusCommon):
    def test_draft_in_time(self):
        self._run_job(DRAFT)
        update = self.relationship.update_ids
        due = self.relationship.update_draft_date <= self.today
        self.assertEqual(bool(update), due)
        self.relationship.sudo().update_draft_date = self.today
        with patch.object(
            self.registry["client.relationship"], "_refresh_next_update", lambda rel: None
        ):
            self._run_job(DRAFT)
            self._run_job(DRAFT)
        update = self.relationship.update_ids
        self.assertEqual(len(update), 1)
        self.assertEqual(update.promised_date, self.relationship.next_update_date)
        self.assertEqual(
            self.relationship.activity_ids.filtered(
                lambda one: one.activity_type_id == self._get_type()
            ).user_id,
            self.owner,
        )
        update.action_send()
        self.assertNotIn(self._get_type(), self.relationship.activity_ids.activity_type_id)

    def _get_type(self):
        return self.env.ref("client_health.mail_activity_type_status_update")

    def test_untouched_drafts_stay_fresh_and_others_are_left_alone(self):
        update = self._make_status()
        self.env["client.accomplishment"].create(
            {"relationship_id": self.relationship.id, "name": "Faster pages", "is_shared": True}
        )
        self._run_job(DRAFT)
        self.assertIn("Faster pages", update.body)
        update.body = "<p>My own words</p>"
        self._run_job(DRAFT)
        self.assertIn("My own words", update.body)

    def _be_due(self, updates):
        """Let the promised day be today, and the hour over."""
        updates.sudo().promised_date = self.today
        updates.relationship_id.write({"cadence_hour": 0, "channel": "mail"})
        updates.sudo().promised_date = self.today

    def test_by_itself_only_if_the_company_wants_it(self):
        update = self._make_status()
        self._be_due(update)
        self._run_job(SEND)
        self.assertEqual(update.state, "draft")
        self.company.client_update_auto = True
        self._run_job(SEND)
        self.assertEqual((update.state, update.sent_by_way), ("sent", "auto"))
        self.assertEqual(update.sent_by_id, self.owner)
        self.assertEqual(update.sent_message_id.author_id, self.owner.partner_id)
        mails = self.env["mail.mail"].search([("mail_message_id", "=", update.sent_message_id.id)])
        self.assertEqual(set(mails.mapped("state")), {"outgoing"}, "In Odoo's queue")

    def test_what_does_not_go_by_itself(self):
        self.company.client_update_auto = True
        update = self._make_status()
        self._be_due(update)
        update.body = "<p>Not finished</p>"
        self._run_job(SEND)
        self.assertEqual(update.state, "draft", "Somebody is at it")
        update.action_write_anew()
        self.relationship.channel = "call"
        self._run_job(SEND)
        self.assertEqual(update.state, "draft", "A call takes a person")
        self.relationship.write({"channel": "mail", "cadence_hour": 23.98})
        update.sudo().promised_date = self.today + timedelta(days=1)
        self._run_job(SEND)
        self.assertEqual(update.state, "draft", "Not its hour")

    def test_without_an_address_the_others_go(self):
        self.company.client_update_auto = True
        clients = self._create_clients(3)
        people = self.env["res.partner"].create(
            [
                {
                    "name": f"Ada {n}",
                    "parent_id": client.partner_id.id,
                    "email": f"ada{n}@x{n}.example.com" if n else False,
                }
                for n, client in enumerate(clients)
            ]
        )
        for client, person in zip(clients, people, strict=True):
            client.update_recipient_ids = person
        self._promise(clients, self.today)
        updates = self._make_status(clients)
        self._be_due(updates)
        with self.assertLogs("odoo.addons.client_health.models.common.client_job_failure", "ERROR"):
            self._run_job(SEND)
        self.assertEqual(sorted(updates.mapped("state")), ["draft", "sent", "sent"])
        failure = self.env["client.job.failure"].search([])
        self.assertIn("no valid e-mail address", failure.error)

    def test_queries_of_many_drafts(self):
        """Drafting costs the same number of queries for 5 and 50 clients, apart from inserts."""
        clients = self._create_clients(55)
        self._promise(clients, self.today)
        counts = []
        for group in (clients[:5], clients[5:]):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            group._draft_status()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 25, counts)

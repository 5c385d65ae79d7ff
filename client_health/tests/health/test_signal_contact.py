from datetime import datetime, timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from .common_signals import SignalCommon, set_created


@tagged("post_install", "-at_install")
class TestSignalContact(SignalCommon):
    def _meet(self, days, partners=None, relationship=None, **vals):
        """A short meeting, that many days ago to the minute; planned ten days before."""
        start = self._ago(days)
        event = (
            self.env["calendar.event"]
            .with_context(no_mail_to_attendees=True)
            .create(
                {
                    "name": "Review",
                    "start": start,
                    "stop": start + timedelta(minutes=5),
                    "user_id": self.owner.id,
                    "partner_ids": [Command.set((partners or self.elena | self.us).ids)],
                    **vals,
                }
            )
        )
        return set_created(event, start - timedelta(days=10))

    def _call(self, days, record=None, user=None, type_xmlid="mail.mail_activity_data_call"):
        """Mark a call as done, that many days ago."""
        record = record or self.relationship
        activity = record.activity_schedule(type_xmlid, user_id=(user or self.owner).id)
        message = activity.with_user(user or self.owner)._action_done(feedback="We talked")[0]
        set_created(message, self._ago(days))
        return activity

    def _assert_gap(self, days, kind=None, as_of=None):
        """``relationship`` has a monthly rhythm: 31 days."""
        found = self._read("contact_gap", as_of=as_of)
        if days is None:
            self.assertIsNone(found)
        else:
            day = (as_of or self.today) - timedelta(days=days)
            self.assertEqual((found.value, found.date), (round(days / 31, 2), day))
            self.assertEqual((found.detail["days"], found.detail["cadence"]), (days, "monthly"))
            self.assertEqual(found.detail["kind"], kind or "message")
        return found

    # last two-way contact

    def test_gap_never(self):
        self._assert_gap(None)

    def test_gap_one_side_is_no_contact(self):
        self._say(self.elena, created=self._ago(9))
        self._assert_gap(None)
        self._say(self.us, self.project, self._ago(5), to=self.elena)
        self._assert_gap(None)

    def test_gap_our_answer(self):
        self._say(self.elena, created=self._ago(20))
        self._say(self.us, created=self._ago(19))
        self._say(self.us, created=self._ago(3))  # a second word of ours is not theirs
        found = self._assert_gap(19)
        self.assertEqual(found.detail["records"], {"project.task": self.task.ids})

    def test_gap_their_answer(self):
        self._say(self.us, created=self._ago(20), to=self.elena)
        self._say(self.elena, created=self._ago(12))
        self._assert_gap(12)

    def test_gap_a_cry_into_the_silence_is_no_exchange(self):
        """Who asks ten weeks after our last word answers nothing, and nobody answered yet."""
        self._say(self.elena, created=self._ago(75))
        self._say(self.us, created=self._ago(72), to=self.elena)
        self._say(self.elena, created=self._ago(2))
        self._assert_gap(72)
        self._say(self.elena, created=self._ago(1))
        self._assert_gap(72)
        self._say(self.us, created=self.now, to=self.elena)
        self._assert_gap(0)

    def test_gap_portal_message(self):
        self._say(self.us, created=self._ago(20), to=self.elena)
        self._say(self.portal.partner_id, created=self._ago(7), message_type="comment")
        self._assert_gap(7)

    def test_gap_automatic_mails_never_count(self):
        self._say(self.elena, created=self._ago(40))
        self._say(self.us, created=self._ago(39))
        self._say(self.elena, created=self._ago(30))
        robot = self.env.ref("base.partner_root")
        for number, vals in enumerate(
            (
                {"message_type": "notification"},
                {"message_type": "auto_comment"},
                {"message_type": "out_of_office"},
                {"subtype_id": self.env.ref("mail.mt_note").id},
                {"is_internal": True},
                {"author_id": robot.id},
            )
        ):
            self._say(self.us, created=self._ago(7 - number), **vals)
        self._assert_gap(30)
        self._say(self.us, created=self._ago(hours=30))
        auto = self._say(self.elena, created=self._ago(hours=2), message_type="out_of_office")
        self._assert_gap((self.today - self._ago(hours=30).date()).days)
        auto.message_type = "email"
        self._assert_gap((self.today - self._ago(hours=2).date()).days)

    def test_gap_meeting(self):
        event = self._meet(4)
        found = self._assert_gap(4, "meeting")
        self.assertEqual(found.detail["records"], {"calendar.event": event.ids})
        event.active = False
        self._assert_gap(None)

    def test_gap_meeting_that_was_none(self):
        """It lies ahead, the client declined, nobody of us was there, or it is entered too late."""
        self._meet(-3)
        self._assert_gap(None)
        declined = self._meet(4)
        declined.attendee_ids.filtered(
            lambda attendee: attendee.partner_id == self.elena
        ).state = "declined"
        self._assert_gap(None)
        self._meet(5, self.elena, user_id=False)
        self._assert_gap(None)
        self._meet(3, self.us | self.other.partner_id)
        self._assert_gap(None)
        set_created(self._meet(6), self._ago(1))
        self._assert_gap(None, as_of=self.today - timedelta(days=2))
        self._assert_gap(6, "meeting")

    def test_gap_meetings_that_all_of_ours_declined(self):
        without_us = self._meet(6)
        ours = without_us.attendee_ids.filtered(lambda attendee: attendee.partner_id == self.us)
        ours.state = "declined"
        self._assert_gap(None)
        both = self._meet(7, self.elena | self.us | self.colleague.partner_id)
        both.attendee_ids.filtered(lambda a: a.partner_id == self.us).state = "declined"
        self._assert_gap(7, "meeting")

    def test_gap_a_call_not_reached_is_no_contact(self):
        """It stays open for the next working day; a colleague reads that it was tried."""
        activity = self.relationship.activity_schedule(
            "mail.mail_activity_data_call", user_id=self.owner.id
        )
        activity.with_user(self.owner).action_client_not_reached()
        self.assertTrue(activity.active)
        self.assertGreater(activity.date_deadline, self.today)
        self.assertLess(activity.date_deadline.isoweekday(), 6)
        self.assertIn("Not reached", self.relationship.message_ids[0].body)
        self._assert_gap(None)
        with self.assertRaises(AccessError):
            activity.with_user(self.portal).action_client_not_reached()

    def test_gap_activity_types_of_the_firm(self):
        """A setting says which of them are a contact."""
        visit = self.env["mail.activity.type"].create({"name": "Visit"})
        activity = self.relationship.activity_schedule(
            activity_type_id=visit.id, user_id=self.owner.id
        )
        message = activity.with_user(self.owner)._action_done(feedback="There")[0]
        set_created(message, self._ago(3))
        self._assert_gap(None)
        visit.client_is_contact = True
        self._assert_gap(3, "call")
        call = self.env.ref("mail.mail_activity_data_call")
        self._call(1)
        self._assert_gap(1, "call")
        call.client_is_contact = False
        self._assert_gap(3, "call")

    def test_gap_meeting_of_another_company(self):
        """A meeting is with the company that a colleague in it works for."""
        stranger = self._create_user("abroad", "client_health.group_client_user")
        stranger.write({"company_ids": [Command.set(self.abroad.ids)], "company_id": self.abroad})
        self._meet(4, self.elena | stranger.partner_id, user_id=stranger.id)
        self._assert_gap(None)
        self.assertEqual(
            self._read("contact_gap", self.relationship_abroad).detail["kind"], "meeting"
        )

    def test_gap_call(self):
        for record in (self.relationship, self.client_partner, self.task):
            with self.subTest(record._name), self.cr.savepoint() as savepoint:
                self._call(6, record)
                self._assert_gap(6, "call")
                savepoint.rollback()
        self._call(6, type_xmlid="mail.mail_activity_data_todo")
        self._assert_gap(None)
        self._call(5, type_xmlid="client_health.mail_activity_type_tough_conversation")
        self._assert_gap(5, "call")

    def test_gap_a_call_of_a_robot_or_cancelled(self):
        self._call(6, user=self.env.ref("base.user_root"))
        self.relationship.activity_schedule("mail.mail_activity_data_call").unlink()
        self._assert_gap(None)

    def test_gap_rhythm(self):
        self._call(7)
        for cadence, value in (("weekly", 1), ("fortnightly", 0.5), ("quarterly", 0.08)):
            self.relationship.cadence = cadence
            self.assertEqual(self._value("contact_gap"), value)
        self.relationship.cadence = False
        found = self._read("contact_gap")
        self.assertEqual((found.value, found.detail["yardstick"]), (0.23, "default"))

    def _talk_every(self, step, until, times):
        """Meet every ``step`` days, the last time ``until`` days ago."""
        for number in range(times):
            self._meet(until + step * number)

    def test_gap_own_rhythm(self):
        """Weekly for a year, then silent for three weeks: three times the rhythm, not 0.7."""
        self._talk_every(7, 21, 40)
        found = self._read("contact_gap")
        self.assertEqual(found.value, 3)
        self.assertEqual((found.detail["yardstick"], found.detail["usual"]), ("own", 7))

    def test_gap_own_rhythm_of_a_quiet_client(self):
        self._talk_every(90, 60, 8)
        found = self._read("contact_gap")
        self.assertEqual((found.value, found.detail["usual"]), (0.67, 90))

    def test_gap_own_rhythm_of_seasons_and_of_busy_days(self):
        """Much contact at once makes no short rhythm, nor does more than one contact a week."""
        for start in (200, 400, 600):
            self._talk_every(2, start, 8)
        self.assertEqual(self._read("contact_gap").detail["usual"], 186)
        self._talk_every(1, 3, 190)
        found = self._read("contact_gap")
        self.assertEqual(found.detail["usual"], 186, "while these are most of the time")

    def test_gap_own_rhythm_more_often_than_weekly(self):
        self._talk_every(2, 5, 120)
        self.assertEqual(self._read("contact_gap").detail["usual"], 7)

    def test_gap_own_rhythm_needs_enough(self):
        self._talk_every(7, 10, 20)
        found = self._read("contact_gap")
        self.assertEqual(found.detail["yardstick"], "agreed", "less than half a year")
        self._talk_every(100, 200, 2)
        self.assertEqual(self._read("contact_gap").detail["yardstick"], "own")

    def test_gap_older_than_a_year_is_no_gap_in_our_knowledge(self):
        self._say(self.us, created=self._ago(801), to=self.elena)
        self._say(self.elena, created=self._ago(800))
        self._assert_gap(800)

    def test_gap_as_of(self):
        self._say(self.elena, created=self._ago(20))
        self._say(self.us, created=self._ago(19))
        self._meet(2)
        self._assert_gap(9, as_of=self.today - timedelta(days=10))
        self._assert_gap(None, as_of=self.today - timedelta(days=25))

    def test_gap_hostile_dates(self):
        """A date from the future, or the past, on the sender's computer moves nothing."""
        self._say(self.us, created=self._ago(20), to=self.elena)
        self._say(self.elena, created=self._ago(9), date=self._ago(-300))
        self._assert_gap(9)
        self._say(self.us, created=self._ago(5), to=self.elena)
        self._say(self.elena, created=self._ago(4), date=datetime(1999, 1, 1))
        self._assert_gap(4)
        self._assert_gap(3, as_of=self.today - timedelta(days=6))

    def test_gap_unknown_sender_and_archived_people(self):
        nobody = self.env["res.partner"]
        self._say(self.us, created=self._ago(20), to=self.elena)
        self._say(nobody, created=self._ago(9))
        self._assert_gap(9)
        self._say(self.us, created=self._ago(8))
        self.elena.active = False
        self._say(self.elena, created=self._ago(7))
        self._assert_gap(7)
        self._say(self.us, created=self._ago(6))
        self.owner.active = False
        self._assert_gap(6)

    def test_gap_another_client(self):
        contact = self._create_contact("Otis", self.other.partner_id)
        self._say(contact, self.project_abroad, self._ago(5))
        self._say(self.us, self.project_abroad, self._ago(4))
        self._assert_gap(None)
        abroad = self.project_abroad.task_ids
        self._say(self.elena, abroad, self._ago(3))
        self._say(self.us, abroad, self._ago(2))
        self._assert_gap(None)
        self.assertEqual(self._read("contact_gap", self.relationship_abroad).detail["days"], 2)

    def test_gap_in_the_evening_of_another_continent(self):
        """23:30 in New York is the next day in UTC, and the same day there."""
        self.calendar.tz = "America/New_York"
        with freeze_time("2026-06-20 12:00:00"):
            moment = datetime(2026, 6, 11, 3, 30)
            self._say(self.us, created=moment - timedelta(days=1), to=self.elena)
            self._say(self.elena, created=moment)
            found = self._read("contact_gap", as_of=datetime(2026, 6, 15).date())
        self.assertEqual((found.detail["days"], found.date.day), (5, 10))

    # silence

    def test_silence_earns_nothing(self):
        """We write to a client that is silent: only the gap is known, and it grows."""
        for days in (120, 110, 100):
            self._say(self.us, created=self._ago(days + 1), to=self.elena)
            self._say(self.elena, created=self._ago(days))
        self._say(self.us, created=self._ago(99), to=self.elena)
        for days in (80, 50, 20, 3):
            self._say(self.us, self.project, self._ago(days), to=self.elena)
        for code in ("unanswered_hours", "reply_hours", "initiative"):
            self.assertIsNone(self._read(code), code)
        self.assertEqual(self._read("contact_gap").detail["days"], 99)
        self._say(self.elena, self.project, self._ago(2))
        self.assertIsNotNone(self._read("unanswered_hours"))
        self.assertIsNotNone(self._read("initiative"))

    def test_silence_what_waits_for_long_is_known(self):
        self._say(self.elena, created=self._ago(120))
        self.assertGreater(self._value("unanswered_hours"), 72)

    # oldest unanswered message

    def test_unanswered_unknown_without_any_message(self):
        self.assertIsNone(self._read("unanswered_hours"))
        self._say(self.elena, created=self._ago(400))
        self.assertIsNone(self._read("unanswered_hours"))

    def test_unanswered_none(self):
        self._say(self.elena, created=self._noon(6))
        self._say(self.us, created=self._noon(5))
        found = self._read("unanswered_hours")
        self.assertEqual((found.value, found.date), (0, self.today - timedelta(days=6)))

    @freeze_time("2026-06-17 15:00:00")
    def test_unanswered_in_working_hours(self):
        """Since Friday 16:00, on Wednesday at 15:00: one hour, two days, and six hours."""
        asked = self._say(self.elena, created=datetime(2026, 6, 12, 16))
        self._say(self.elena, self.project, created=datetime(2026, 6, 16, 16))
        found = self._read("unanswered_hours", as_of=datetime(2026, 6, 17).date())
        self.assertEqual(found.value, 1 + 16 + 6)
        self.assertEqual(found.detail["waiting"], 2)
        self.assertEqual(found.detail["records"]["mail.message"][0], asked.id)
        self.assertEqual(found.date, datetime(2026, 6, 16).date())
        before = self._read("unanswered_hours", as_of=datetime(2026, 6, 15).date())
        self.assertEqual(before.value, 1 + 8, "as of the end of Monday")

    # reply time

    def _reply(self, asked, hours, record=None):
        self._say(self.elena, record, asked)
        self._say(self.us, record, asked + timedelta(hours=hours))

    def _ask_three(self):
        """Three mornings of the same week, answered after 1, 2 and 4 working hours."""
        for day, hours in ((8, 1), (9, 2), (10, 4)):
            self._reply(datetime(2026, 6, day, 8), hours)

    @freeze_time("2026-06-17 15:00:00")
    def test_reply_median(self):
        as_of = datetime(2026, 6, 17).date()
        self._reply(datetime(2026, 6, 8, 8), 1)
        self._reply(datetime(2026, 6, 9, 8), 2)
        self.assertIsNone(self._read("reply_hours", as_of=as_of), "two are an anecdote")
        self._reply(datetime(2026, 6, 10, 8), 4)
        found = self._read("reply_hours", as_of=as_of)
        self.assertEqual((found.value, found.date), (0.25, datetime(2026, 6, 10).date()))
        self.assertEqual(
            (found.detail["hours"], found.detail["usual"], found.detail["yardstick"]),
            (2, 8, "default"),
        )
        self.assertEqual((found.detail["answered"], found.detail["waiting"]), (3, 0))
        self.assertEqual(len(found.detail["records"]["mail.message"]), 3, "One click away")

    @freeze_time("2026-06-17 15:00:00")
    def test_reply_bursts_weekends_and_robots(self):
        self._ask_three()
        self._say(self.elena, created=datetime(2026, 6, 12, 16))
        self._say(self.elena, created=datetime(2026, 6, 12, 16, 30))  # the same burst
        self._say(self.us, created=datetime(2026, 6, 12, 16, 40), message_type="notification")
        self._say(self.us, created=datetime(2026, 6, 15, 10))
        found = self._read("reply_hours", as_of=datetime(2026, 6, 17).date())
        self.assertEqual((found.detail["hours"], found.detail["answered"]), (2.5, 4))  # 1, 2, 3, 4

    @freeze_time("2026-06-17 15:00:00")
    def test_reply_usual_is_the_client_s_own_past(self):
        """Twelve answers within four hours, then three within eight: twice as slow as usual."""
        for week in range(12):
            self._reply(datetime(2025, 10, 6, 8) + timedelta(weeks=week), 4)
        for day in (8, 9, 10):
            self._reply(datetime(2026, 6, day, 8), 9)  # with an hour of lunch
        found = self._read("reply_hours", as_of=datetime(2026, 6, 17).date())
        self.assertEqual((found.value, found.detail["usual"]), (2, 4))
        self.assertEqual(found.detail["yardstick"], "own")

    @freeze_time("2026-06-17 15:00:00")
    def test_reply_who_waits_longer_counts(self):
        """What waits shorter than usual tells nothing yet; what waits longer does."""
        as_of = datetime(2026, 6, 17).date()
        self._ask_three()
        self._say(self.elena, self.project, datetime(2026, 6, 17, 14, 30))
        found = self._read("reply_hours", as_of=as_of)
        self.assertEqual((found.detail["hours"], found.detail["waiting"]), (2, 1))
        self._say(self.elena, self.project_abroad, datetime(2026, 6, 12, 8))
        self.assertEqual(self._value("reply_hours", as_of=as_of), 0.25, "of another company")
        lead = self.env["crm.lead"].create(
            {"name": "More", "partner_id": self.client_partner.id, "company_id": self.company.id}
        )
        self._say(self.elena, lead, datetime(2026, 6, 15, 8))
        self.assertEqual(self._read("reply_hours", as_of=as_of).detail["hours"], 3)  # 1, 2, 4, 22

    @freeze_time("2026-06-17 15:00:00")
    def test_reply_as_of_and_window(self):
        self._ask_three()
        self.assertIsNone(self._read("reply_hours", as_of=datetime(2026, 6, 9).date()))
        self.assertEqual(self._value("reply_hours", as_of=datetime(2026, 6, 10).date()), 0.25)
        with freeze_time("2026-12-01 12:00:00"):
            self.assertIsNone(self._read("reply_hours", as_of=datetime(2026, 11, 30).date()))

    # who begins

    def test_initiative(self):
        self._say(self.us, created=self._ago(80), to=self.elena)
        self._say(self.elena, created=self._ago(79))
        self.assertIsNone(self._read("initiative"), "one contact is an anecdote")
        self._meet(50)
        self._say(self.elena, self.project, self._ago(30))
        self._call(10)
        found = self._read("initiative")
        self.assertEqual(found.value, 75)
        self.assertEqual((found.detail["contacts"], found.detail["ours"]), (4, 3))
        self.assertEqual(
            {model: len(ids) for model, ids in found.detail["records"].items()},
            dict.fromkeys(
                ("project.task", "calendar.event", "project.project", "client.relationship"), 1
            ),
        )
        self.assertEqual(found.date, self.today - timedelta(days=10))

    def test_initiative_a_discussion_that_rested_begins_anew(self):
        for days in (85, 60, 59, 40, 20):
            self._say(self.elena, created=self._ago(days))
        found = self._read("initiative")
        self.assertEqual((found.detail["contacts"], found.detail["ours"]), (4, 0))
        self.assertEqual(found.detail["records"], {"project.task": self.task.ids})
        self._say(self.us, created=self._ago(4), to=self.elena)
        self.assertEqual(self._value("initiative"), 20)

    def test_initiative_what_is_no_contact(self):
        for days in (60, 40, 20):
            self._say(self.elena, created=self._ago(days))
        self.assertEqual(self._value("initiative"), 0)
        self._say(self.us, self.project, self._ago(5))  # to colleagues only
        self._say(self.us, self.project, self._ago(5), to=self.elena, message_type="notification")
        self._say(self.us, self.project, self._ago(5), to=self.elena, message_type="email_outgoing")
        invoice = self.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": self.client_partner.id}
        )
        self._say(self.us, invoice, self._ago(5), to=self.elena)
        self._say(self.us, self.project_abroad, self._ago(5), to=self.elena)
        self._say(self.env.ref("base.partner_root"), self.project, self._ago(5), to=self.elena)
        self.assertEqual(self._read("initiative").detail["contacts"], 3)
        self._say(self.us, self.project, self._ago(4), to=self.elena)
        self.assertEqual(self._value("initiative"), 25)

    def test_initiative_their_meeting(self):
        for days in (60, 40):
            self._meet(days)
        self._meet(20, user_id=self.portal.id)
        self.assertEqual(self._value("initiative"), 66.67)
        self.assertIsNone(self._read("initiative", as_of=self.today - timedelta(days=30)))

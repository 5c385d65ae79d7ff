from datetime import datetime, timedelta

from odoo.tests import tagged

from .common_signals import SignalCommon, set_created


@tagged("post_install", "-at_install")
class TestSignalVoice(SignalCommon):
    CODES = ("feedback_rating", "open_complaints", "voice_silence", "value_age")

    def _day(self, ago):
        return self.today - timedelta(days=ago)

    def _create_issue(self, ago, **vals):
        issue = self.env["client.issue"].create(
            {
                "name": "Broken promises",
                "relationship_id": self.relationship.id,
                "date": self._day(ago),
                **vals,
            }
        )
        return set_created(issue, self._ago(ago))

    def _close(self, issue, ago):
        # sudo: evidence, which only the methods of the issue write
        issue.sudo().write({"state": "closed", "closed_date": self._ago(ago)})

    def _resolve(self, feedback, ago):
        # sudo: as above
        feedback.sudo().write({"resolved_date": self._ago(ago), "answered_date": self._ago(ago)})

    def test_silence_is_unknown(self):
        """Nothing of this client was written down: neither good nor bad, neither zero nor five."""
        self._log("team", rating="1", strain="5")
        self._log("complaint", relationship=self.relationship_abroad, rating="1")
        self._log("complaint", relationship=self.other, rating="1")
        for code in self.CODES:
            self.assertIsNone(self._read(code), code)

    # rating

    def test_rating_recent_ones_weigh_more(self):
        """Half after 60 days, a quarter after 120."""
        new, middle, old = (
            self._log("praise", self._ago(ago), rating=rating)
            for ago, rating in ((0, "2"), (60, "4"), (120, "5"))
        )
        self._log("concern", self._ago(5))  # nobody can tell how happy
        found = self._read("feedback_rating")
        self.assertEqual(found.value, round((2 + 4 / 2 + 5 / 4) / 1.75, 2))
        self.assertEqual((found.date, found.detail["ratings"]), (self.today, 3))
        self.assertEqual(found.detail["records"]["client.feedback"], [new.id, middle.id, old.id])

    def test_rating_too_old_is_none(self):
        self._log("praise", self._ago(181), rating="5")
        self.assertIsNone(self._read("feedback_rating"))
        self.assertEqual(self._value("feedback_rating", as_of=self._day(2)), 5)

    def test_rating_as_of(self):
        feedback = self._log("praise", self._ago(20), rating="5")
        self.assertIsNone(self._read("feedback_rating", as_of=self._day(21)))
        self.assertEqual(self._value("feedback_rating", as_of=self._day(20)), 5)
        set_created(feedback, self._ago(3))  # written down two weeks later
        self.assertIsNone(self._read("feedback_rating", as_of=self._day(10)))

    def test_a_date_in_the_future(self):
        feedback = self._log("complaint", rating="1")
        feedback.flush_recordset()
        self.env.cr.execute(
            "UPDATE client_feedback SET date = %s WHERE id = %s", (self._ago(-9), feedback.id)
        )
        feedback.invalidate_recordset()
        for code in self.CODES:
            self.assertIsNone(self._read(code), code)

    def test_a_date_in_the_year_one(self):
        """Across the ocean that was before Christ, which Python can't tell."""
        self.calendar.tz = "America/New_York"
        feedback = self._log("complaint", rating="1")
        feedback.date = datetime(1, 1, 1)
        self.assertIsNone(self._read("feedback_rating"))
        self.assertEqual(self._value("open_complaints"), 1)
        self.assertGreater(self._value("voice_silence"), 20000)

    # complaints

    def test_complaints(self):
        self._log("praise", self._ago(30))
        self.assertEqual(self._value("open_complaints"), 0, "praise only is a word, too")
        first = self._log("complaint", self._ago(20))
        second = self._log("concern", self._ago(10))
        self._resolve(self._log("complaint", self._ago(15)), 14)
        found = self._read("open_complaints")
        self.assertEqual((found.value, found.date), (2, self._day(10)))
        self.assertEqual(found.detail["records"], {"client.feedback": [second.id, first.id]})

    def test_complaints_of_one_issue_count_once(self):
        issue = self._create_issue(20)
        for ago in (20, 15, 10):
            self._log("complaint", self._ago(ago), issue_id=issue.id)
        alone = self._log("complaint", self._ago(5))
        found = self._read("open_complaints")
        self.assertEqual(found.value, 2)
        self.assertEqual(
            found.detail["records"], {"client.issue": issue.ids, "client.feedback": alone.ids}
        )
        self._close(issue, 2)
        self.assertEqual(self._value("open_complaints"), 1)

    def test_an_issue_without_complaint_counts_a_bottleneck_does_not(self):
        self._create_issue(20, kind="bottleneck")
        self.assertEqual(self._value("open_complaints"), 0)
        self._create_issue(20)
        self.assertEqual(self._value("open_complaints"), 1)

    def test_complaints_long_ago(self):
        """What is open stays open; what is settled says nothing after a year."""
        complaint = self._log("complaint", self._ago(500))
        self.assertEqual(self._value("open_complaints"), 1)
        self._resolve(complaint, 490)
        self.assertIsNone(self._read("open_complaints"))

    def test_complaints_as_of(self):
        self._resolve(self._log("complaint", self._ago(30)), 10)
        issue = self._create_issue(20)
        self._close(issue, 5)
        for ago, value in ((31, None), (30, 1), (20, 2), (9, 1), (4, 0)):
            with self.subTest(ago=ago):
                self.assertEqual(self._value("open_complaints", as_of=self._day(ago)), value)

    # silence

    def test_silence(self):
        self._log("praise", self._ago(300))
        last = self._log("price_pressure", self._ago(40))
        self._log("team", self._ago(1), rating="4")
        found = self._read("voice_silence")
        self.assertEqual((found.value, found.date), (40, self._day(40)))
        self.assertEqual(found.detail["records"], {"client.feedback": last.ids})
        self.assertEqual(self._value("voice_silence", as_of=self._day(50)), 250)
        self.assertIsNone(self._read("voice_silence", as_of=self._day(301)))

    # the last confirmed value

    def test_age_of_the_last_confirmed_value(self):
        contact = self.env["res.partner"].create(
            {"name": "Elena", "parent_id": self.client_partner.id, "email": "e@blue.example"}
        )
        values = self.env["client.value"]
        for ago, source in ((400, "portal"), (70, "link"), (5, "call")):
            value = values._record(
                self.relationship, contact, source, words="Worth it", date=self._day(ago)
            )
            set_created(value, self._ago(ago))
            if source == "link":
                last = value
        found = self._read("value_age")
        self.assertEqual((found.value, found.date), (70, self._day(70)), "A note of ours is none")
        self.assertEqual(found.detail["records"], {"client.value": last.ids})
        self.assertEqual(self._value("value_age", as_of=self._day(100)), 300)
        self.assertIsNone(self._read("value_age", as_of=self._day(401)))
        self.assertEqual(found.date, self.relationship.value_confirmed_date)

    def test_a_value_that_the_client_denies_is_none(self):
        contact = self.env["res.partner"].create(
            {"name": "Elena", "parent_id": self.client_partner.id, "email": "e@blue.example"}
        )
        told = self.env["client.accomplishment"].create(
            {"name": "Done", "relationship_id": self.relationship.id}
        )
        told._answer(contact, "portal", "no")
        self.assertIsNone(self._read("value_age"))
        told._answer(contact, "portal", "yes")
        self.assertEqual(self._value("value_age"), 0)

from datetime import timedelta

from odoo.tests import tagged

from .common_signals import SignalCommon, set_created

TOUGH = "client_health.mail_activity_type_tough_conversation"


@tagged("post_install", "-at_install")
class TestSignalPulse(SignalCommon):
    def _day(self, ago):
        return self.today - timedelta(days=ago)

    def _plan_conversation(self, deadline, record=None, planned=30, type_xmlid=TOUGH):
        """``deadline`` and ``planned``: days ago."""
        activity = (record or self.relationship).activity_schedule(
            type_xmlid, date_deadline=self._day(deadline), user_id=self.owner.id
        )
        return set_created(activity, self._ago(planned))

    def _have(self, activity, ago):
        activity._action_done()
        activity.date_done = self._day(ago)

    def _hear(self, user, ago, relationship=None, **vals):
        return self._log("team", self._ago(ago), relationship, user_id=user.id, **vals)

    def _judge(self, ago, value="4", relationship=None, user=None):
        pulse = self.env["client.pulse"].create(
            {
                "relationship_id": (relationship or self.relationship).id,
                "user_id": (user or self.owner).id,
                "date": self._day(ago),
                "value": value,
                "comment": "They said why",
            }
        )
        return set_created(pulse, self._ago(max(ago, 0)))

    # the owner

    def test_owner_none(self):
        self.assertIsNone(self._read("owner_pulse"))
        self._judge(3, relationship=self.relationship_abroad)
        self._judge(3, relationship=self.other)
        self.assertIsNone(self._read("owner_pulse"))

    def test_owner_the_last_judgement(self):
        self._judge(9, "5")
        last = self._judge(2, "2")
        found = self._read("owner_pulse")
        self.assertEqual((found.value, found.date), (2, self._day(2)))
        self.assertEqual(found.detail["records"], {"client.pulse": last.ids})
        self.assertEqual(found.detail["user"], self.owner.id)
        self.assertEqual(self._value("owner_pulse", as_of=self._day(3)), 5)
        self.assertIsNone(self._read("owner_pulse", as_of=self._day(10)))

    def test_owner_expires_and_the_older_one_does_not_come_back(self):
        """A green one holds 30 days, another 14; a stale word replaced the one before it."""
        self._judge(25, "5")
        self.assertEqual(self._value("owner_pulse"), 5)
        self._judge(15, "3")
        self.assertIsNone(self._read("owner_pulse"))
        self.assertEqual(self._value("owner_pulse", as_of=self._day(1)), 3)
        self.assertEqual(self._value("owner_pulse", as_of=self._day(16)), 5)

    def test_owner_dates_that_lie(self):
        self._judge(-5)
        self.assertIsNone(self._read("owner_pulse"), "a date to come")
        set_created(self._judge(3), self._ago(1))
        self.assertEqual(self._value("owner_pulse"), 4)
        self.assertIsNone(self._read("owner_pulse", as_of=self._day(2)), "not written yet")

    def test_owner_who_left_said_it_all_the_same(self):
        self._judge(3, "1")
        self.owner.active = False
        self.assertEqual(self._value("owner_pulse"), 1)

    def test_owner_where_the_day_is_over_already(self):
        """A pulse given at 23:30 in Los Angeles is of that day there, tomorrow in UTC."""
        self.calendar.tz = "America/Los_Angeles"
        pulse = self._judge(2)
        evening = self._noon(2) + timedelta(hours=19, minutes=30)  # 07:30 UTC of the next day
        set_created(pulse, evening)
        self.assertEqual(self._value("owner_pulse", as_of=self._day(2)), 4)
        self.calendar.tz = "UTC"
        self.assertIsNone(self._read("owner_pulse", as_of=self._day(2)))

    # the team

    def test_team_nobody_asked(self):
        self.assertIsNone(self._read("team_pulse"))
        self._hear(self.owner, 5)  # words without a rating
        self._hear(self.owner, 5, self.relationship_abroad, rating="1")
        self._log("praise", self._ago(5), rating="1")
        self.assertIsNone(self._read("team_pulse"))

    def test_team_says_who_disagrees(self):
        low = self._hear(self.owner, 9, rating="1")
        self._hear(self.colleague, 4, rating="4")
        self._hear(self.seller, 20, rating="5")
        found = self._read("team_pulse")
        self.assertEqual((found.value, found.date), (4, self._day(4)))
        self.assertEqual(
            {key: found.detail[key] for key in ("low", "high", "colleagues")},
            {"low": 1, "high": 5, "colleagues": 3},
        )
        self.assertEqual(found.detail["records"]["client.feedback"][0], low.id)

    def test_team_the_last_word_of_each(self):
        self._hear(self.owner, 40, rating="1")
        self._hear(self.owner, 3, rating="5")
        self.assertEqual(self._value("team_pulse"), 5)
        self.assertEqual(self._value("team_pulse", as_of=self._day(10)), 1)
        self.assertIsNone(self._read("team_pulse", as_of=self._day(41)))

    def test_team_a_happy_client_that_wears_us_out(self):
        self._hear(self.owner, 3, rating="5", strain="4")
        found = self._read("team_pulse")
        self.assertEqual((found.value, found.detail["strain"]), (2, 4))
        self._hear(self.colleague, 3, strain="1")
        self.assertEqual(self._value("team_pulse"), 3.5)

    def test_team_expires_and_was_not_known_before_it_was_written(self):
        said = self._hear(self.owner, 59, rating="3")
        self.assertEqual(self._value("team_pulse"), 3)
        set_created(said, self._ago(2))
        self.assertIsNone(self._read("team_pulse", as_of=self._day(5)))
        self._hear(self.colleague, 61, rating="1")
        self.assertEqual(self._read("team_pulse").detail["colleagues"], 1)

    def test_team_a_colleague_who_left_said_it_all_the_same(self):
        self._hear(self.owner, 5, rating="2")
        self.owner.active = False
        self.assertEqual(self._value("team_pulse"), 2)

    # talks

    def test_talks_none_planned(self):
        self.assertIsNone(self._read("open_conversations"))
        self._plan_conversation(9, type_xmlid="mail.mail_activity_data_call")
        self._plan_conversation(9, self.relationship_abroad)
        self._plan_conversation(9, self.other)
        self._plan_conversation(9).unlink()
        self.assertIsNone(self._read("open_conversations"))

    def test_talks(self):
        self._plan_conversation(-3)
        self.assertIsNone(self._read("open_conversations"), "to plan one says nothing")
        late = self._plan_conversation(12)
        found = self._read("open_conversations")
        self.assertEqual((found.value, found.date), (12, self._day(30)))
        self.assertEqual(found.detail["records"], {"mail.activity": [late.id]})

    def test_talks_that_the_plan_of_a_stage_scheduled(self):
        """They are no evidence, neither open nor overdue nor held."""
        planned = self._plan_conversation(12)
        planned.client_stage_id = self.relationship.stage_id
        self.assertIsNone(self._read("open_conversations"))
        self._have(planned, 2)
        self.assertIsNone(self._read("open_conversations"))
        self._plan_conversation(5)
        self.assertEqual(self._value("open_conversations"), 5)

    def test_talks_wherever_they_are_planned(self):
        self._plan_conversation(5, self.project)
        self.assertEqual(self._value("open_conversations"), 5)
        self.assertIsNone(self._read("open_conversations", self.relationship_abroad))
        self._plan_conversation(7, self.client_partner)
        self.assertEqual(self._value("open_conversations"), 7)
        self.assertEqual(self._value("open_conversations", self.relationship_abroad), 7)

    def test_talks_that_were_had(self):
        self._have(self._plan_conversation(12), 10)
        self.assertEqual(self._value("open_conversations"), 0)
        self.assertEqual(self._value("open_conversations", as_of=self._day(11)), 1)
        self.assertIsNone(self._read("open_conversations", as_of=self._day(31)))
        self.assertIsNone(self._read("open_conversations", as_of=self._day(-81)), "long ago")

    def test_talks_of_who_left(self):
        self._plan_conversation(12)
        self.owner.active = False
        self.assertEqual(
            self._value("open_conversations"), 12, "it is un-had whoever was to have it"
        )

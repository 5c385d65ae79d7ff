from datetime import datetime, time, timedelta

from odoo.tests import tagged

from .common_signals import SignalCommon, set_created


@tagged("post_install", "-at_install")
class TestSignalResults(SignalCommon):
    def _day(self, ago):
        return self.today - timedelta(days=ago)

    def _create_goal(self, relationship=None, start=50, end=-50, actual=None, **vals):
        """A goal agreed when it started; half of its time is gone. ``actual`` of 100, today."""
        goal = self.env["client.goal"].create(
            {
                "name": "More bookings",
                "relationship_id": (relationship or self.relationship).id,
                "date_start": self._day(start),
                "date_end": self._day(end),
                "state": "agreed",
                **vals,
            }
        )
        # sudo: evidence, which only the methods of the goal write
        goal.sudo().date_agreed = goal.state != "draft" and self._day(start)
        if actual is not None:
            goal.write({"actual": actual, "date_measured": vals.get("date_measured", self.today)})
        return set_created(goal, datetime.combine(self._day(start), time(1)))

    def _close(self, goal, state, ago):
        goal.state = state
        goal.sudo().date_closed = self._day(ago)

    def _create_milestone(self, deadline, reached=None, project=None, **vals):
        """``deadline`` and ``reached``: days ago."""
        milestone = self.env["project.milestone"].create(
            {
                "name": "Go live",
                "project_id": (project or self.project).id,
                "deadline": self._day(deadline),
                "is_reached": reached is not None,
                **vals,
            }
        )
        if reached is not None:
            milestone.reached_date = self._day(reached)
        return set_created(milestone, self._ago(400))

    def _create_task(self, deadline=None, project=None, **vals):
        """``deadline``: days ago, at this hour."""
        task = self.env["project.task"].create(
            {
                "name": "Work",
                "project_id": (self.project if project is None else project).id,
                "date_deadline": deadline is not None and self._ago(deadline, hours=1),
                **vals,
            }
        )
        return set_created(task, self._ago(60))

    # goals

    def test_goals_none(self):
        self.assertIsNone(self._read("goals_on_track"))
        self._create_goal(state="draft")
        self._create_goal(actual=10, state="dropped")
        self._create_goal(self.relationship_abroad, actual=10)
        self.assertIsNone(self._read("goals_on_track"))

    def test_goals_nobody_measured(self):
        self._create_goal()
        self.assertIsNone(self._read("goals_on_track"))

    def test_goals(self):
        good = self._create_goal(actual=45)
        behind = self._create_goal(actual=30)
        met = self._create_goal(actual=120)
        late = self._create_goal(start=200, end=3)
        self._create_goal()  # not measured
        found = self._read("goals_on_track")
        self.assertEqual((found.value, found.date), (50, self.today))
        self.assertEqual(
            {key: found.detail[key] for key in ("goals", "known", "good")},
            {"goals": 5, "known": 4, "good": 2},
        )
        named = found.detail["records"]["client.goal"]
        self.assertEqual(named[:2], (late | behind).ids, "first what is behind, the oldest first")
        self.assertEqual(set(named[2:]), set((good | met).ids))

    def test_goals_closed_lately(self):
        """Closing a goal as missed is no way to a better score."""
        for goal, state, ago in (
            (self._create_goal(actual=100), "reached", 20),
            (self._create_goal(actual=30), "missed", 10),
            (self._create_goal(actual=10), "dropped", 10),
            (self._create_goal(start=300, actual=10), "missed", 91),
        ):
            self._close(goal, state, ago)
        found = self._read("goals_on_track")
        self.assertEqual((found.value, found.detail["known"]), (50, 2))
        self.assertEqual(found.date, self._day(10))

    def test_goals_archived(self):
        self._create_goal(actual=10).active = False
        self.assertIsNone(self._read("goals_on_track"))

    def test_goals_as_of(self):
        """A figure that was measured later, or a goal written later, was not known."""
        goal = self._create_goal(actual=45, date_measured=self._day(20))
        self.assertEqual(self._value("goals_on_track", as_of=self._day(20)), 100)
        self.assertEqual(self._value("goals_on_track"), 100)
        self.assertEqual(self._value("goals_on_track", as_of=self._day(-20)), 0, "time goes on")
        self.assertIsNone(self._read("goals_on_track", as_of=self._day(21)))
        set_created(goal, self._ago(5))
        self.assertIsNone(self._read("goals_on_track", as_of=self._day(10)))
        self._close(goal, "reached", 2)
        self.assertEqual(self._value("goals_on_track", as_of=self._day(3)), 100)

    # milestones

    def test_milestones_none(self):
        self.assertIsNone(self._read("milestones_on_time"))
        self._create_milestone(-5)
        self._create_milestone(0)
        self._create_milestone(300, 290)
        self._create_milestone(10, project=self.project_abroad)
        template = self.project.copy({"is_template": True})
        self._create_milestone(10, project=template)
        self.assertIsNone(self._read("milestones_on_time"))

    def test_milestones(self):
        good = self._create_milestone(30, 30) | self._create_milestone(-9, 8)
        late = self._create_milestone(40, 39)
        missed = self._create_milestone(300)
        found = self._read("milestones_on_time")
        self.assertEqual((found.value, found.date), (50, self._day(8)))
        self.assertEqual(found.detail["records"]["project.milestone"], (missed | late | good).ids)
        self.assertEqual((found.detail["due"], found.detail["good"]), (4, 2))

    def test_milestones_as_of(self):
        milestone = self._create_milestone(10, 5)
        self.assertIsNone(self._read("milestones_on_time", as_of=self._day(10)))
        self.assertEqual(self._value("milestones_on_time", as_of=self._day(9)), 0)
        self.assertEqual(self._value("milestones_on_time"), 0)
        self._create_milestone(20, -3)  # reached in the future, they say
        self.assertEqual(self._read("milestones_on_time").detail["good"], 0)
        set_created(milestone, self._ago(2))
        self.assertEqual(self._read("milestones_on_time", as_of=self._day(3)).detail["due"], 1)

    def test_milestones_of_a_project_that_ended(self):
        self._create_milestone(20, 20)
        self._create_milestone(10)
        self.project.active = False
        self.assertEqual(self._value("milestones_on_time"), 100)

    # tasks

    def test_work_none(self):
        self.assertIsNone(self._read("overdue_work"))
        self._create_task()
        self._create_task(5, state="1_done").date_last_stage_update = self._ago(6)
        self._create_task(5, self.project_abroad)
        self._create_task(5, active=False)
        self._create_task(5, self.env["project.project"], partner_id=self.elena.id)
        self._create_task(5, self.project.copy({"is_template": True}))
        self.assertIsNone(self._read("overdue_work"))

    def test_work(self):
        late = self._create_task(3) | self._create_task(0)
        ahead = self._create_task(-1) | self._create_task(-30)
        self._create_task()
        found = self._read("overdue_work")
        self.assertEqual(found.value, 10, "the first is forgiven, and ten are the least")
        self.assertEqual((found.detail["open"], found.detail["late"]), (4, 2))
        self.assertEqual(found.detail["records"]["project.task"], (late | ahead).ids)

    def test_work_one_small_late_task_costs_nothing(self):
        """Of one, two or three open ones; two days of work are not small."""
        late = self._create_task(40, allocated_hours=4)
        for _open in range(3):
            self.assertEqual(self._value("overdue_work"), 0)
            self._create_task(-5)
        late.allocated_hours = 16
        self.assertEqual(self._value("overdue_work"), 10)

    def test_work_of_many(self):
        for ago in [3] * 6 + [-3] * 14:
            self._create_task(ago)
        self.assertEqual(self._value("overdue_work"), 25, "five of twenty")

    def test_work_without_a_project_client_is_the_task_customers(self):
        internal = self.env["project.project"].create(
            {"name": "Inbox", "company_id": self.company.id}
        )
        self._create_task(3, internal, partner_id=self.elena.id, allocated_hours=20)
        self.assertEqual(self._value("overdue_work"), 10)
        internal.partner_id = self.other.partner_id
        self.assertIsNone(self._read("overdue_work"))

    def test_work_as_of(self):
        """What was closed later was open then; what was entered later was not there."""
        task = self._create_task(10, state="1_done", allocated_hours=20)
        task.date_last_stage_update = self._ago(4)
        set_created(task, self._ago(20))
        for ago, value in ((21, None), (12, 0), (9, 10), (3, None)):
            with self.subTest(ago=ago):
                self.assertEqual(self._value("overdue_work", as_of=self._day(ago)), value)

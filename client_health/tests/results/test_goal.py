# pylint: disable=translation-required
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ..common import ClientHealthCommon


class GoalCommon(ClientHealthCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Whatever the hour: one today for the test, the users and the crons.
        cls.env = cls.env(context=dict(cls.env.context, tz="UTC"))
        cls.env.ref("base.user_root").tz = "UTC"
        cls.relationship = cls.relationship.with_env(cls.env)
        cls.today = fields.Date.today()
        cls.contact = cls.env["res.partner"].create(
            {
                "name": "Elena Marsh",
                "parent_id": cls.client_partner.id,
                "email": "elena@blueharbour.example.com",
            }
        )
        cls.project = cls.env["project.project"].create(
            {"name": "Website", "partner_id": cls.client_partner.id}
        )

    @classmethod
    def _create_goal(cls, relationship=None, **vals):
        return cls.env["client.goal"].create(
            {
                "name": "More bookings from phones",
                "relationship_id": (relationship or cls.relationship).id,
                **vals,
            }
        )

    @classmethod
    def _create_mutual_goal(cls, relationship=None, **vals):
        both = {"benefit_client": "Fewer calls", "benefit_us": "A case to show"}
        return cls._create_goal(relationship, state="agreed", **{**both, **vals})

    def _days(self, count):
        return self.today + timedelta(days=count)


@tagged("post_install", "-at_install")
class TestGoal(GoalCommon):
    def test_two_fields_are_enough(self):
        form = Form(
            self.env["client.goal"].with_user(self.owner),
            view="client_health.client_goal_view_form_quick_create",
        )
        form.name = "More bookings"
        form.relationship_id = self.relationship
        goal = form.save()
        self.assertEqual(goal.state, "draft")
        self.assertEqual(goal.user_id, self.owner)
        self.assertEqual((goal.baseline, goal.target, goal.unit), (0, 100, "%"))
        self.assertEqual(goal.date_end, self.today + relativedelta(months=3))
        self.assertEqual(goal.benefit_side, "none")
        self.assertFalse(goal.date_measured, "Nobody measured: unknown, not 0")

    def test_horizon_moves_the_end_in_the_form(self):
        form = Form(self.env["client.goal"].with_user(self.owner))
        form.name = "Three hotels more"
        form.relationship_id = self.relationship
        form.horizon = "big"
        self.assertEqual(form.date_end, self.today + relativedelta(years=3))

    def test_benefits(self):
        for client, us, side in (
            ("Calls", "Case", "both"),
            ("Calls", "  \n", "client"),
            (False, "Case", "us"),
            (" ", "", "none"),
        ):
            goal = self._create_goal(benefit_client=client, benefit_us=us)
            self.assertEqual(goal.benefit_side, side)
            found = self.env["client.goal"].search(
                [("benefit_side", "!=", "both"), ("id", "=", goal.id)]
            )
            self.assertEqual(bool(found), side != "both")

    def test_dates_of_the_state(self):
        goal = self._create_goal()
        self.assertFalse(goal.date_agreed)
        goal.action_drop()
        self.assertFalse(goal.date_agreed, "Never agreed")
        self.assertEqual(goal.date_closed, self.today)
        goal._agree()
        self.assertEqual(goal.date_agreed, self.today)
        self.assertFalse(goal.date_closed)
        goal.sudo().date_agreed = self._days(-40)
        goal.action_reach()
        self.assertEqual(goal.date_agreed, self._days(-40))
        self.assertEqual(goal.date_closed, self.today)
        goal.state = "draft"
        self.assertFalse(goal.date_agreed)

    def test_agreed_again(self):
        goal = self._create_mutual_goal()
        goal.sudo().date_agreed = self._days(-90)
        goal.write({"target": 80})
        self.assertEqual(goal.date_agreed, self._days(-90))
        goal.with_user(self.owner)._agree()
        self.assertEqual(goal.date_agreed, self.today)

    def test_day_of_agreement_is_evidence(self):
        old = "2020-01-01"
        goals = self.env["client.goal"].with_user(self.manager)
        values = {"name": "X", "relationship_id": self.relationship.id}
        with self.assertRaises(AccessError):
            goals.create({**values, "date_agreed": old})
        with self.assertRaises(AccessError):
            self._create_goal().with_user(self.manager).write({"date_agreed": old})
        loaded = goals.load(
            ["name", "relationship_id/.id", "date_agreed"],
            [["X", str(self.relationship.id), old]],
        )
        self.assertFalse(loaded["ids"])
        self.assertTrue(loaded["messages"])
        with self.assertRaises(AccessError):
            goals.with_context(default_date_agreed=old).create(values)
        self.env["ir.default"].set("client.goal", "date_agreed", old, user_id=self.manager.id)
        self.assertFalse(goals.create(values).date_agreed)

    def test_measuring(self):
        goal = self._create_goal(baseline=10, target=4)
        self.assertFalse(goal._get_share())
        self.assertFalse(goal.date_measured)
        goal.actual = 7
        self.assertEqual(goal.date_measured, self.today)
        self.assertAlmostEqual(goal.progress, 50)
        goal.actual = 0
        self.assertEqual(goal.date_measured, self.today, "0 is a figure once there was one")
        self.assertGreater(goal.progress, 100)
        goal.write({"actual": 12, "date_measured": self._days(-3)})
        self.assertEqual(goal.date_measured, self._days(-3))
        self.assertLess(goal.progress, 0, "It got worse")

    def test_standing_and_its_search(self):
        period = {"date_start": self._days(-50), "date_end": self._days(50)}
        cases = {
            "unknown": self._create_mutual_goal(**period),
            "on_track": self._create_mutual_goal(**period, actual=41),
            "behind": self._create_mutual_goal(**period, actual=39),
            "met": self._create_mutual_goal(**period, actual=100),
            "overdue": self._create_mutual_goal(
                date_start=self._days(-50), date_end=self._days(-1), actual=99
            ),
            False: self._create_goal(**period, actual=5),
        }
        goals = self.env["client.goal"].union(*cases.values())
        for standing, goal in cases.items():
            with self.subTest(standing=standing):
                self.assertEqual(goal.standing, standing)
                found = goals.search([("standing", "=", standing), ("id", "in", goals.ids)])
                self.assertEqual(found, goal)
                others = goals.search([("standing", "!=", standing), ("id", "in", goals.ids)])
                self.assertEqual(others, goals - goal)
        self.assertEqual(cases["on_track"].time_gone, 50)

    def test_big_goal_grows_stale(self):
        never = self._create_goal(horizon="big")
        old = self._create_goal(horizon="big", date_discussed=self._days(-370))
        fresh = self._create_goal(horizon="big", date_discussed=self._days(-300))
        reached = self._create_goal(horizon="big", state="reached")
        period = self._create_goal()
        goals = never | old | fresh | reached | period
        self.assertEqual(goals.filtered("is_stale"), never | old)
        here = [("id", "in", goals.ids)]
        self.assertEqual(goals.search([("is_stale", "=", True), *here]), never | old)
        self.assertEqual(goals.search([("is_stale", "=", False), *here]), fresh | reached | period)
        old.with_user(self.owner).action_plan_conversation()
        self.assertFalse(old.is_stale)

    def test_bad_input(self):
        stranger = self._create_clients(1)
        foreign = self.env["project.project"].create(
            {"name": "Theirs", "partner_id": stranger.partner_id.id}
        )
        milestone = self.env["project.milestone"].create(
            {"name": "Theirs", "project_id": foreign.id}
        )
        ownerless = self.env["project.project"].create({"name": "Nobody's"})
        for message, vals in (
            ("baseline and target are the same", {"baseline": 5, "target": 5}),
            ("not numbers", {"target": float("nan")}),
            ("not numbers", {"actual": float("inf")}),
            ("ends before it starts", {"date_end": self._days(-1)}),
            ("belongs to Client 0", {"project_id": foreign.id}),
            ("belongs to Client 0", {"milestone_id": milestone.id}),
            ("has no client yet", {"project_id": ownerless.id}),
            ("belongs to Client 0", {"client_owner_id": stranger.partner_id.id}),
            ("in the future", {"date_measured": self._days(2)}),
            ("in the future", {"date_discussed": self._days(2)}),
        ):
            with self.subTest(vals=vals), self.assertRaisesRegex(ValidationError, message):
                self._create_goal(**vals)

    def test_other_company(self):
        sister = self.env["res.company"].create({"name": "Sister Agency"})
        project = self.env["project.project"].create(
            {"name": "Far", "partner_id": self.client_partner.id, "company_id": sister.id}
        )
        with self.assertRaisesRegex(UserError, "another company"):
            self._create_goal(project_id=project.id)

    def test_long_and_hostile_texts_survive(self):
        text = "<script>alert(1)</script>" + "x" * 40000
        goal = self._create_goal(benefit_client=text)
        goal.invalidate_recordset()
        self.assertEqual(goal.benefit_client, text)

    def test_history_of_changes_is_kept(self):
        goal = self._create_mutual_goal().with_context(tracking_disable=False)
        self.cr.precommit.run()
        goal.with_user(self.owner).write({"target": 80, "benefit_us": "Something else"})
        self.cr.precommit.run()
        values = goal.message_ids.sudo().tracking_value_ids
        target = values.filtered(lambda value: value.field_id.name == "target")
        self.assertEqual((target.old_value_float, target.new_value_float), (100, 80))
        self.assertIn("benefit_us", values.field_id.mapped("name"))

    def test_thread_is_internal(self):
        goal = self._create_goal()
        with self.assertRaises(UserError):
            goal.message_subscribe(self.portal.partner_id.ids)
        with self.assertRaises(UserError):
            goal.message_post(body="Hello", partner_ids=self.portal.partner_id.ids)


@tagged("post_install", "-at_install")
class TestGoalFlags(GoalCommon):
    def _search(self, *domain):
        return self.env["client.relationship"].search([*domain, ("id", "=", self.relationship.id)])

    def test_mutual_goal(self):
        self.assertFalse(self.relationship.has_mutual_goal)
        goal = self._create_mutual_goal()
        for vals, live in (
            ({}, True),
            ({"benefit_us": False}, False),
            ({"benefit_us": "A case", "state": "draft"}, False),
            ({"state": "agreed"}, True),
            ({"date_start": self._days(-9), "date_end": self._days(-1)}, False),
            ({"date_end": self.today}, True),
            ({"active": False}, False),
        ):
            goal.write(vals)
            with self.subTest(vals=vals):
                self.assertEqual(self.relationship.has_mutual_goal, live)
                self.assertEqual(bool(self._search(("has_mutual_goal", "=", True))), live)
                self.assertEqual(bool(self._search(("has_mutual_goal", "=", False))), not live)

    def test_big_goals(self):
        self.assertTrue(self.relationship.has_stale_big_goals, "Nobody ever asked")
        goal = self._create_goal(horizon="big", date_discussed=self._days(-10))
        self.assertFalse(self.relationship.has_stale_big_goals)
        self.assertEqual(self.relationship.big_goal_date, self._days(-10))
        self.assertFalse(self._search(("has_stale_big_goals", "=", True)))
        goal.date_discussed = self._days(-400)
        self.assertTrue(self.relationship.has_stale_big_goals)
        self.assertTrue(self._search(("has_stale_big_goals", "=", True)))
        goal.write({"date_discussed": self.today, "state": "dropped"})
        self.assertTrue(self._search(("has_stale_big_goals", "!=", False)))

    def test_counters(self):
        self._create_mutual_goal(project_id=self.project.id)
        self._create_goal()
        stranger = self._create_clients(1, self.seller)
        self._create_goal(stranger)
        contact = self.contact.with_user(self.owner)
        project = self.project.with_user(self.owner)
        for record, counts in (
            (self.relationship.with_user(self.owner), (1, 2)),
            (self.client_partner.with_user(self.owner), (1, 2)),
            (contact, (1, 2)),
            (project, (1, 1)),
            (stranger.partner_id.with_user(self.owner), (0, 0)),
        ):
            with self.subTest(record=record):
                self.assertEqual((record.client_live_goal_count, record.client_goal_count), counts)
        action = project.action_view_client_goals()
        self.assertEqual(action["context"]["default_project_id"], project.id)
        self.assertEqual(action["context"]["default_relationship_id"], self.relationship.id)
        found = self.env["client.goal"].search(contact.action_view_client_goals()["domain"])
        self.assertEqual(len(found), 2)

    def test_small_dialogs_from_wherever_one_looks_at_the_client(self):
        self.project.message_subscribe(self.owner.partner_id.ids)
        self.owner.group_ids += self.env.ref("project.group_project_user")
        for record in (self.relationship, self.client_partner, self.project):
            for method in ("action_new_client_goal", "action_new_client_accomplishment"):
                with self.subTest(model=record._name, method=method):
                    action = getattr(record.with_user(self.owner), method)()
                    model = self.env[action["res_model"]].with_user(self.owner)
                    [(view_id, _type)] = action["views"]
                    form = Form(model.with_context(**action["context"]), view=view_id)
                    form.name = "Told in two fields"
                    self.assertEqual(form.save().relationship_id, self.relationship)

    def test_short_and_full_names_of_contacts(self):
        short = self.contact.with_context(partner_display_name_hide_company=True)
        for _again in range(2):
            self.assertEqual(short.display_name, "Elena Marsh")
            self.assertEqual(self.contact.display_name, "Blue Harbour Hotels, Elena Marsh")

    def test_queries_do_not_grow(self):
        fnames = (
            "client_goal_count",
            "client_live_goal_count",
            "client_accomplishment_count",
            "has_mutual_goal",
            "has_stale_big_goals",
            "value_state",
            "value_confirmed_date",
            "value_claimed_amount",
        )
        clients = self._create_clients(50)
        for client in clients:
            self._create_mutual_goal(client, actual=10)
        counts = []
        for group in (clients[:5], clients):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            group.with_user(self.owner).read(fnames)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
        goals = self.env["client.goal"].search([("relationship_id", "in", clients.ids)])
        self.env.invalidate_all()
        with self.assertQueryCount(6):
            goals.read(
                ["progress", "time_gone", "standing", "is_stale", "client_accomplishment_id"]
            )

    def test_portal_reads_nothing(self):
        fnames = ("client_goal_count", "client_live_goal_count", "client_accomplishment_count")
        for record in (self.client_partner, self.project):
            for fname in fnames:
                with self.assertRaises(AccessError):
                    record.with_user(self.portal).read([fname])


@tagged("post_install", "-at_install")
class TestGoalAccess(GoalCommon):
    def test_by_role(self):
        plain = self._create_user("plain", "base.group_user")
        records = [
            self._create_goal(),
            self.env["client.accomplishment"].create(
                {"name": "Live", "relationship_id": self.relationship.id}
            ),
        ]
        rights = {
            self.owner: ("read", "write", "create"),
            self.colleague: (),
            self.seller: ("read", "write", "create"),
            self.controller: (),
            self.manager: ("read", "write", "create", "unlink"),
            self.portal: (),
            plain: (),
        }
        for record in records:
            for user, allowed in rights.items():
                for operation in ("read", "write", "create", "unlink"):
                    with self.subTest(model=record._name, user=user.login, operation=operation):
                        self.assertEqual(
                            record.with_user(user).has_access(operation), operation in allowed
                        )

    def test_follower_reads_only(self):
        goal = self._create_goal()
        self.relationship.message_subscribe(self.colleague.partner_id.ids)
        self.assertTrue(goal.with_user(self.colleague).has_access("read"))
        for operation in ("write", "create", "unlink"):
            self.assertFalse(goal.with_user(self.colleague).has_access(operation))

    def test_other_company(self):
        sister = self.env["res.company"].create({"name": "Sister Agency"})
        far = self._create_relationship(
            self.client_partner, self.env["res.users"], company_id=sister.id
        )
        goal = self._create_goal(far, user_id=False)
        self.assertEqual(goal.company_id, sister)
        self.assertFalse(goal.with_user(self.manager).has_access("read"))

    def test_nobody_moves_a_goal_to_a_client_he_may_not_write(self):
        other = self._create_clients(1, self.seller)
        goal = self._create_goal().with_user(self.owner)
        with self.assertRaises(AccessError):
            goal.relationship_id = other
            self.env.flush_all()

    def test_merge_keeps_everything(self):
        double = self.env["res.partner"].create({"name": "Blue Harbor", "is_company": True})
        other = self._create_relationship(double, self.seller, value_estimate="They like us")
        self.relationship.value_estimate = "They like the speed"
        goals = self._create_goal() | self._create_goal(other)
        told = self.env["client.accomplishment"].create(
            [
                {"name": name, "relationship_id": client.id}
                for name, client in (("A", self.relationship), ("B", other))
            ]
        )
        contact = self.env["res.partner"].create({"name": "Bea", "parent_id": double.id})
        said = self.env["client.value"]._record(other, contact, "meeting", words="Friendly")
        told[1]._answer(contact, "mail", "yes", words="Yes", proof="aGk=")
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.client_partner | double).ids, self.client_partner
        )
        self.env.invalidate_all()
        self.assertFalse(other.exists())
        self.assertEqual((goals | goals).relationship_id, self.relationship)
        self.assertEqual(len(self.relationship.goal_ids), 2)
        self.assertEqual(len(self.relationship.accomplishment_ids), 2)
        self.assertEqual(len(self.relationship.value_ids), 2)
        self.assertEqual(self.relationship.value_words, said.words)
        self.assertEqual(told[1].state, "confirmed")
        self.assertIn("They like us", self.relationship.value_estimate)
        self.assertIn("They like the speed", self.relationship.value_estimate)

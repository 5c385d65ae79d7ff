from datetime import datetime, time, timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ...engine import clock
from ...engine.overview.today import Button, Line, Section
from ..health.common_voice import VoiceCommon
from ..reboot.common_reboot import RebootCommon

MODEL = "client.relationship"


class TodayCommon(VoiceCommon, RebootCommon):
    """The page of a user, as the browser gets it; ``_set_health`` is what a night found."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner.group_ids |= cls.env.ref("project.group_project_user")
        cls.env["mail.activity"].search([]).unlink()

    def _read(self, user=None, scope="mine", **context):
        self.env.flush_all()
        self.env.invalidate_all()
        model = self.env[MODEL].with_user(user or self.owner).with_context(**context)
        return call_kw(model, "get_today", [scope], {})

    def _get_reasons(self, user=None, scope="mine", client=None, **context):
        """Return {section: reason} of a client; that it stands twice is an error."""
        client = client or self.relationship
        rows = [
            row
            for section in self._read(user, scope, **context)["sections"]
            for row in section["clients"]
            if row["id"] == client.id
        ]
        self.assertLessEqual(len(rows), 1)
        return {reason["key"]: reason for row in rows for reason in row["reasons"]}

    @classmethod
    def _set_health(cls, clients, band="risk", attention=650, trend=-17, **vals):
        both = {"health_band": band, "health_attention": attention, "health_trend": trend}
        values = {
            "health_known": True,
            "health_score": 41.9,
            "health_score_shared": 41.9,
            **both,
            **{f"{name}_shared": value for name, value in both.items()},
            **vals,
        }
        cls.env.flush_all()
        cls.env.cr.execute(
            SQL(
                "UPDATE client_relationship SET %s WHERE id = ANY (%s)",
                SQL(", ").join(
                    SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items()
                ),
                clients.ids,
            )
        )
        cls.env.invalidate_all()

    @classmethod
    def _warn(cls, clients, code="silent"):
        rule = cls.env["client.health.warning.rule"].search([("code", "=", code)])
        since = cls.today - timedelta(days=40)
        return cls.env["client.health.warning"].create(
            [
                {
                    "relationship_id": client.id,
                    "rule_id": rule.id,
                    "date_start": since,
                    "date_since": since,
                    "date_seen": cls.today,
                    "date_counts": since,
                    "level": 1.2,
                    "value": rule.limit + 1,
                    "evidence": {"days": 40, "usual": 7},
                }
                for client in clients
            ]
        )

    @classmethod
    def _propose(cls, clients):
        stage = cls._get_stage("at_risk")
        clients.write(
            {"health_proposed_stage_id": stage.id, "health_proposal_reason": "No contact"}
        )

    @classmethod
    def _plan_talk(cls, client, days=0, user=None):
        return cls.env["mail.activity"].create(
            {
                "activity_type_id": cls.env.ref(
                    "client_health.mail_activity_type_tough_conversation"
                ).id,
                "res_model_id": cls.env["ir.model"]._get_id(MODEL),
                "res_id": client.id,
                "user_id": (user or cls.owner).id,
                "date_deadline": cls.today + timedelta(days=days),
                "summary": "Name the problem",
                "client_conversation_topic": "delivery",
            }
        )

    @classmethod
    def _agree_in_meeting(cls, client, days=0):
        start = datetime.combine(cls.today, time(9))
        event = cls.env["calendar.event"].create({"name": "Met", "start": start, "stop": start})
        return cls.env["mail.activity"].create(
            {
                "activity_type_id": cls.env.ref("mail.mail_activity_data_todo").id,
                "res_model_id": cls.env["ir.model"]._get_id(MODEL),
                "res_id": client.id,
                "user_id": cls.owner.id,
                "date_deadline": cls.today + timedelta(days=days),
                "summary": "Send the drawings",
                "client_meeting_id": event.id,
            }
        )

    @classmethod
    def _draft(cls, client, days=0, user=None):
        return cls.env["client.update"].create(
            {
                "relationship_id": client.id,
                "kind": "status",
                "name": "Status update",
                "promised_date": cls.today + timedelta(days=days),
                "user_id": (user or cls.owner).id,
            }
        )

    @classmethod
    def _give_all(cls, clients):
        """Let clients have a reason in every section."""
        cls._set_health(clients)
        cls._warn(clients)
        cls._propose(clients)
        for client in clients:
            project = cls.env["project.project"].create(
                {
                    "name": f"Of {client.display_name}",
                    "partner_id": client.partner_id.id,
                    "company_id": client.company_id.id,
                }
            )
            cls._say(client.partner_id, project, days=3)
            cls._draft(client, days=-1)
            cls._agree_in_meeting(client)
            cls._plan_talk(client, -2)
            signatory = cls.env["res.partner"].create(
                {"name": "Signs", "parent_id": client.partner_id.id}
            )
            cls._create_agreement(
                client, signatory_id=signatory.id, proposal_end=cls.today - timedelta(days=1)
            ).state = "proposed"
        cls.env["client.feedback"].create(
            [
                {"relationship_id": client.id, "kind": "complaint", "text": "Nobody called"}
                for client in clients
            ]
        )
        cls.env["client.reboot"].create(
            [
                {
                    "relationship_id": client.id,
                    "reason": "A fresh start",
                    "date_start": cls.today - timedelta(days=20),
                    "date_deadline": cls.today + timedelta(days=3),
                }
                for client in clients
            ]
        )
        cls.env.flush_all()


@tagged("post_install", "-at_install")
class TestToday(TodayCommon):
    """Which clients need a person, why, and what to do next."""

    def test_nothing(self):
        page = self._read()
        self.assertEqual((page["client_ids"], page["sections"]), ([], []))
        self.assertEqual(page["scope"], "mine")
        for scope in (None, "anything"):
            self.assertEqual(self._read(scope=scope)["scope"], "mine")
            self.assertEqual(self._read(self.manager, scope)["scope"], "team", "none of their own")

    def test_all_sections(self):
        """A client stands once, in its most urgent section, with all that there is."""
        self._give_all(self.relationship)
        page = self._read()
        self.assertEqual([section["key"] for section in page["sections"]], ["health"])
        self.assertEqual(page["client_ids"], self.relationship.ids)
        reasons = self._get_reasons()
        known = [one.key for one in self.env["client.today"]._get_today_sections()]
        self.assertEqual([*reasons], known)
        for key, reason in reasons.items():
            self.assertTrue(reason["text"] and reason["button"]["label"], key)
        self.assertEqual(reasons["promises"]["more"], 1, "an update, and what was agreed")
        self.assertEqual(reasons["promises"]["when"], "1 day late")
        self.assertEqual(reasons["conversations"]["when"], "2 days late")
        self.assertTrue(reasons["conversations"]["is_late"])
        self.assertIn("Fell by 17 points", reasons["health"]["text"])
        self.assertIn("waits for an answer", reasons["waiting"]["text"])

    def test_every_button_works(self):
        """As the owner, who sees no money: each opens something, or does it."""
        self._give_all(self.relationship)
        pressed = 0
        for key, reason in self._get_reasons().items():
            button = reason["button"]
            model = self.env[button["model"]].with_user(self.owner)
            record = model.browse(button["res_id"])
            record.check_access("read")
            methods = [choice["method"] for choice in button["choices"]] or [button["method"]]
            for method in filter(None, methods):
                with self.subTest(key, method=method), self.env.cr.savepoint() as savepoint:
                    call_kw(model, method, [record.ids], {})
                    pressed += 1
                    savepoint.rollback()
                self.env.invalidate_all()
        self.assertGreaterEqual(pressed, 5)

    def test_red_or_falling(self):
        """The stage does not matter: red, fallen, or warned and undecided."""
        red, fallen, warned, well, low = self._create_clients(5)
        self._set_health(red, "risk", attention=90, trend=0)
        self._set_health(fallen, "watch", attention=60, trend=-10)
        self._set_health(warned, "watch", attention=420, trend=2)
        self._set_health(well, "healthy", attention=40, trend=-9)
        self._set_health(low, "risk", attention=650, trend=0)
        self.env.cr.execute(
            "UPDATE client_relationship SET phase = 'offboard' WHERE id = %s", [low.id]
        )
        found = self._read()["sections"]
        self.assertEqual([section["key"] for section in found], ["health"])
        self.assertEqual(found[0]["client_ids"], [warned.id, red.id, fallen.id])
        row = found[0]["clients"][1]
        self.assertEqual((row["score"], row["band"], row["band_name"]), (41, "risk", "Red"))

    def test_a_planned_meeting(self):
        """Whoever is to be met is taken care of, but what nobody decided about stays."""
        fallen, warned = clients = self._create_clients(2)
        self._set_health(fallen, "risk", attention=60)
        self._set_health(warned, "watch", attention=420)
        before = self._get_reasons(client=fallen)["health"]["button"]
        self.assertEqual(before["method"], "action_plan_meeting")
        start = datetime.combine(self.today, time(9)) + timedelta(days=2)
        for client in clients:
            self.env["calendar.event"].create(
                {
                    "name": "Talk",
                    "start": start,
                    "stop": start,
                    "user_id": self.owner.id,
                    "client_relationship_id": client.id,
                }
            )
        self.assertEqual(clients.mapped("meeting_next_date"), [start, start])
        self.assertFalse(self._get_reasons(client=fallen))
        reason = self._get_reasons(client=warned)["health"]
        self.assertFalse(reason["button"]["method"], "it opens the client")
        self.assertIn("meeting on", reason["when"])

    def test_decide(self):
        """A proposed move is decided on the page, either way, and the line goes."""
        moved, left = clients = self._create_clients(2)
        self._set_health(clients, "watch", attention=420)
        self._propose(clients)
        for client, index, phase in ((moved, 0, "at_risk"), (left, 1, "healthy")):
            reasons = self._get_reasons(client=client)
            self.assertEqual([*reasons], ["proposals"], "one line, not two for the same")
            self.assertEqual(reasons["proposals"]["text"], "Move to At risk? No contact")
            method = reasons["proposals"]["button"]["choices"][index]["method"]
            getattr(client.with_user(self.owner), method)()
            self.assertEqual(client.phase, phase)
            self.assertNotIn("proposals", self._get_reasons(client=client))

    def test_a_red_client_with_a_proposal(self):
        self._set_health(self.relationship)
        self._propose(self.relationship)
        self.assertEqual([*self._get_reasons()], ["health", "proposals"])

    def test_who_waits(self):
        """The oldest first, and answering is what the button opens."""
        self._say(self.otis, self.project, days=2)
        self._receive("Could you call me?", "Opening hours", days=9)
        reason = self._get_reasons()["waiting"]
        self.assertEqual(reason["text"], "Elena Marsh waits for an answer: Opening hours")
        self.assertEqual(reason["more"], 1)
        self.assertIn("since", reason["when"])
        client = self.relationship.with_user(self.owner)
        action = client.action_answer_waiting()
        self.assertEqual(action["res_model"], "mail.compose.message")
        self.assertEqual(action["context"]["default_res_ids"], self.task.ids)
        for record in (self.task, self.project):
            self._say(self.owner.partner_id, record, days=0)
        self.assertNotIn("waiting", self._get_reasons())
        with self.assertRaisesRegex(UserError, "answered meanwhile"):
            client.action_answer_waiting()

    def test_a_document_that_the_user_may_not_read(self):
        """Who waits is told, not what about; and a colleague can be asked."""
        self.project.write({"privacy_visibility": "followers", "user_id": self.manager.id})
        self.project.message_unsubscribe(self.owner.partner_id.ids)
        self._say(self.elena, self.project, text="Secret", subject="Secret", days=2)
        reason = self._get_reasons()["waiting"]
        self.assertEqual(reason["text"], "Elena Marsh waits for an answer")
        action = self.relationship.with_user(self.owner).action_answer_waiting()
        self.assertEqual(action["res_model"], "mail.activity.schedule")

    def test_a_complaint_that_waits_stands_once(self):
        message = self._say(self.elena, days=2, text="Nobody calls")
        self._log(text="Nobody calls", message_id=message.id, contact_id=self.elena.id)
        self.assertEqual([*self._get_reasons()], ["waiting"])
        own = self._log("concern", text="Is that   all?\n", contact_id=self.otis.id)
        reason = self._get_reasons()["complaints"]
        self.assertEqual(reason["text"], "Concern of Otis Fairweather: “Is that all?”")
        self.assertEqual((reason["button"]["res_id"], reason["more"]), (own.id, 0))
        own.with_user(self.owner)._set_answered("It is")
        self.assertNotIn("complaints", self._get_reasons())

    def test_promises(self):
        """A draft to send, an update to write in time, and nothing that is due later."""
        drafted, written, later = self._create_clients(3)
        self._draft(drafted, days=1)
        days = {written: 1, later: 9}
        for client, ahead in days.items():
            client.write(
                {
                    "next_update_date": self.today + timedelta(days=ahead),
                    "update_draft_date": self.today + timedelta(days=ahead - 2),
                }
            )
        button = self._get_reasons(client=drafted)["promises"]["button"]
        self.assertEqual(
            (button["model"], button["res_id"]), ("client.update", drafted.update_ids.id)
        )
        reason = self._get_reasons(client=written)["promises"]
        self.assertEqual(reason["button"]["method"], "action_write_status")
        self.assertIn("due on", reason["when"])
        self.assertFalse(self._get_reasons(client=later))
        self._agree_in_meeting(later, days=1)
        self.assertFalse(self._get_reasons(client=later), "not yet")
        follow_up = self._agree_in_meeting(later)
        reason = self._get_reasons(client=later)["promises"]
        self.assertEqual(
            (reason["text"], reason["when"]),
            ("Agreed in a meeting: Send the drawings", "due today"),
        )
        self.assertTrue(reason["button"]["dialog"])
        follow_up.with_user(self.owner).action_done()
        self.assertFalse(self._get_reasons(client=later))

    def test_conversations(self):
        self._plan_talk(self.relationship, 8)
        self.assertFalse(self._get_reasons())
        ahead = self._plan_talk(self.relationship, 5)
        button = self._get_reasons()["conversations"]["button"]
        self.assertEqual((button["label"], button["res_id"]), ("Prepare", ahead.id))
        due = self._plan_talk(self.relationship, -1)
        reason = self._get_reasons()["conversations"]
        self.assertEqual(reason["button"]["method"], "action_log_conversation")
        self.assertEqual((reason["button"]["res_id"], reason["more"]), (due.id, 1))
        due.with_user(self.owner)._log_conversation("We agreed on dates")
        self.assertEqual(self._get_reasons()["conversations"]["more"], 0)

    def test_reboots_and_agreements(self):
        reboot = self._start(days=10)
        self.env["mail.activity"].search([]).unlink()
        self.assertNotIn("reboots", self._get_reasons())
        reboot.date_deadline = self.today + timedelta(days=7)
        self.assertIn("0 of five points", self._get_reasons()["reboots"]["text"])
        reboot.state = "awaiting"
        reason = self._get_reasons()["reboots"]
        self.assertIn("waits for its decision", reason["text"])
        agreement = self._create_accepted(date_review=self.today + timedelta(days=8))
        self.assertNotIn("agreements", self._get_reasons())
        self.env.cr.execute("UPDATE client_agreement SET date_review = date_review - 1")
        reason = self._get_reasons()["agreements"]
        self.assertEqual(reason["text"], "The working agreement is due for its review")
        self.assertEqual(reason["button"]["res_id"], agreement.id)

    def test_what_was_given_by_name(self):
        """A deputy has the update of a colleague's client on their own page, and nothing else."""
        client = self._create_relationship(self.stranger, self.colleague)
        self.relationship.team_id = client.team_id = self.env["crm.team"].create(
            {"name": "Both", "user_id": self.owner.id}
        )
        self._set_health(client)
        self.assertFalse(self._get_reasons(client=client))
        self._draft(client, user=self.owner)
        self.assertEqual([*self._get_reasons(client=client)], ["promises"])
        reason = self._get_reasons(self.colleague, client=client)["promises"]
        self.assertEqual(reason["user"], self.owner.name)

    def test_limit(self):
        clients = self._create_clients(25)
        self._set_health(clients)
        waits = self._create_relationship(self.stranger)
        self._say(self.stranger, self.other_project, days=1)
        page = self._read()
        self.assertEqual(len(page["client_ids"]), 26)
        rows = [row["id"] for section in page["sections"] for row in section["clients"]]
        self.assertEqual(len(rows), 20)
        self.assertIn(waits.id, rows)
        self.assertEqual(len(page["sections"][0]["client_ids"]), 25)

    def test_a_section_of_another_addon(self):
        client = self.relationship

        def read(clients):
            button = Button("Look", MODEL, client.id)
            return [Line(client.id, button, "Something else")] if client in clients else []

        Today = self.registry["client.today"]
        original = Today._get_today_sections

        def extended(today):
            return [*original(today), Section("else", "Something", read)]

        with patch.object(Today, "_get_today_sections", extended):
            [section] = self._read()["sections"]
        self.assertEqual((section["title"], section["icon"]), ("Something", "fa-circle-o"))
        self.assertEqual(section["clients"][0]["reasons"][0]["text"], "Something else")


@tagged("post_install", "-at_install")
class TestTodayAccess(TodayCommon):
    """Only what the user may read, and of money no figure."""

    def test_scope(self):
        self._set_health(self.relationship)
        other = self._create_relationship(self.stranger, self.seller)
        self._set_health(other)
        self.assertEqual(self._read(self.seller)["client_ids"], other.ids)
        self.assertIn(self.relationship.id, self._read(self.seller, "team")["client_ids"])
        self.assertIn(other.id, self._read(self.manager, "team")["client_ids"])
        self.assertEqual(self._read(scope="team")["client_ids"], self.relationship.ids)
        for scope in ("mine", "team"):
            self.assertFalse(self._read(self.colleague, scope)["client_ids"])
        self.assertFalse(self._read()["has_team"])
        self.assertTrue(self._read(self.manager)["has_team"])
        other.user_id = self.manager
        self.assertEqual(self._read(self.manager, None)["scope"], "team", "managers see all first")
        self.assertEqual(self._read(self.seller, None)["scope"], "team", "none of their own")
        self.assertEqual(self._read(scope=None)["scope"], "mine")

    def test_a_team_leader(self):
        leader = self._create_user("leader", "client_health.group_client_user")
        self.relationship.team_id = self.env["crm.team"].create(
            {"name": "Ours", "user_id": leader.id}
        )
        self._set_health(self.relationship)
        self.assertFalse(self._read(leader)["client_ids"])
        self.assertEqual(self._read(leader, "team")["client_ids"], self.relationship.ids)

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_who_is_refused(self):
        self._give_all(self.relationship)
        employee = self._create_user("employee", "base.group_user")
        for user in (self.portal, employee, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError):
                self._read(user, "team")
            with self.assertRaises(AccessError):
                self.relationship.with_user(user).action_answer_waiting()
        with self.assertRaises(AccessError):
            self.relationship.with_user(self.colleague).action_answer_waiting()

    def test_followers_open_the_client(self):
        """They read the client and write nothing, so they are offered nothing else."""
        self._give_all(self.relationship)
        self.relationship.message_subscribe(self.colleague.partner_id.ids)
        reasons = self._get_reasons(self.colleague, "team")
        self.assertIn("health", reasons)
        for key, reason in reasons.items():
            button = reason["button"]
            self.assertEqual((button["model"], button["method"]), (MODEL, ""), key)
            self.assertFalse(button["choices"], key)

    def test_archived_and_ended(self):
        ended, archived = clients = self._create_clients(2)
        self._set_health(clients)
        archived.action_archive()
        self.env.cr.execute(
            "UPDATE client_relationship SET phase = 'ended' WHERE id = %s", [ended.id]
        )
        self.assertFalse(self._read()["client_ids"])

    def test_two_companies(self):
        sister = self.env["res.company"].create({"name": "Sister Agency"})
        self.owner.company_ids = [Command.link(sister.id)]
        there = self._create_relationship(self.stranger, self.owner, company_id=sister.id)
        self._set_health(self.relationship | there)
        here, both = self.company.ids, (self.company | sister).ids
        for companies, expected in (
            (here, self.relationship),
            (sister.ids, there),
            (both, self.relationship | there),
        ):
            page = self._read(scope="team", allowed_company_ids=companies)
            self.assertEqual({*page["client_ids"]}, {*expected.ids})
        names = {
            row["company"] for row in self._read(allowed_company_ids=both)["sections"][0]["clients"]
        }
        self.assertEqual(names, {self.company.name, "Sister Agency"})
        row = self._read(allowed_company_ids=here)["sections"][0]["clients"][0]
        self.assertFalse(row["company"], "of one company, its name is no news")

    def test_money(self):
        """Without access to money: its own score, and that money got worse, without a figure."""
        self.relationship.user_id = self.controller
        rule = "loss"
        self._set_health(self.relationship, health_score=12.5, health_trend=-40)
        warning = self._warn(self.relationship, rule)
        with_money = self._read(self.controller)["sections"][0]["clients"][0]
        self.assertIn(warning.text, with_money["reasons"][0]["text"])
        self.assertIn("Fell by 40 points", with_money["reasons"][0]["text"])
        self.assertEqual(with_money["score"], 12)
        self.relationship.user_id = self.owner
        page = self._read()
        without = page["sections"][0]["clients"][0]
        self.assertEqual(without["score"], 41)
        self.assertIn("Money got worse", without["reasons"][0]["text"])
        self.assertIn("Fell by 17 points", without["reasons"][0]["text"])
        self.assertFalse(without["reasons"][0]["when"], "since when is narrower than that")
        self.assertNotIn(warning.text, str(page))

    def test_red_by_money_alone(self):
        """Whose shared score is well is not on the page of users without access to money."""
        self._set_health(
            self.relationship,
            health_band_shared="healthy",
            health_attention_shared=20,
            health_trend_shared=0,
        )
        self.assertFalse(self._get_reasons())
        self.assertIn("health", self._get_reasons(self.manager, "team"))

    def test_hostile_words(self):
        """What a stranger wrote is text: nothing is formatted or interpreted again."""
        self._receive("Hello", "<img src=x onerror=alert(1)> %s %(x)s", days=1)
        text = self._get_reasons()["waiting"]["text"]
        self.assertEqual(
            text, "Elena Marsh waits for an answer: <img src=x onerror=alert(1)> %s %(x)s"
        )

    def test_days_of_the_company(self):
        """What is due today is so where the company is."""
        self.company.resource_calendar_id.tz = "Pacific/Kiritimati"
        moment = fields.Datetime.to_datetime(f"{self.today} 11:00:00")
        self._plan_talk(self.relationship, 1)
        with patch.object(clock, "get_now", lambda: moment):
            self.assertEqual(self._get_reasons()["conversations"]["when"], "due today")


@tagged("post_install", "-at_install")
class TestTodayQueries(TodayCommon):
    def test_queries(self):
        """As many queries for fifty clients as for five, each with a reason in every section."""
        counts, clients = [], self.env[MODEL]
        for count in (5, 45):
            clients |= self._create_clients(count)
            self._give_all(clients[-count:])
            for scope in ("mine", "team"):
                self._read(self.manager if scope == "team" else self.owner, scope)
                self.env.flush_all()
                self.env.invalidate_all()
                user = self.manager if scope == "team" else self.owner
                before = self.env.cr.sql_log_count
                page = self.env[MODEL].with_user(user).get_today(scope)
                counts.append((scope, self.env.cr.sql_log_count - before))
                self.assertGreaterEqual(len(page["client_ids"]), count)
        self.assertEqual(counts[:2], counts[2:])

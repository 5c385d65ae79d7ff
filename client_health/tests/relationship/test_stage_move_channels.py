import itertools
import json
from datetime import datetime, timedelta

from odoo import SUPERUSER_ID, api
from odoo.exceptions import LockError, UserError
from odoo.sql_db import db_connect
from odoo.tests import HttpCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from ...exceptions import MoveQuestion
from ..common import ClientHealthCommon
from .test_stage_moves import GONE_MOVES, MANAGER_MOVES, OWNER_MOVES, PHASES, WAY_TO

WAYS = ("drag", "button", "mass", "import", "api")
REASON = "Said in the test"


@tagged("post_install", "-at_install")
class TestStageWays(ClientHealthCommon, HttpCase):
    """Whatever way a client is moved, by whom, from where to where: the same rule decides."""

    every_way = False

    def _move_by_drag(self, relationships, stage, user):
        """The board writes the stage alone; what it is asked then, the user answers."""
        try:
            relationships.web_save({"stage_id": stage.id}, {})
        except MoveQuestion as question:
            action = question.context["action"]
            if not isinstance(action, int):
                raise
            self._answer(user, question.context["action_context"])

    def _move_by_button(self, relationships, stage, user):
        action = relationships.with_context(client_phase=stage.phase).action_ask_stage()
        self._answer(user, action["context"])

    def _answer(self, user, context):
        wizard = self.env["client.stage.move"].with_user(user).with_context(**context)
        wizard.create({"reason": REASON}).action_move()

    def _move_by_mass(self, relationships, stage, user):
        relationships.write({"stage_id": stage.id, "stage_reason": REASON})

    def _move_by_import(self, relationships, stage, user):
        rows = [[str(rel.id), stage.name, REASON] for rel in relationships]
        result = relationships.load([".id", "stage_id", "stage_reason"], rows)
        if not result["ids"]:
            raise UserError(result["messages"][0]["message"])

    def _move_by_api(self, relationships, stage, user):
        values = {"stage_id": stage.id, "stage_reason": REASON}
        self._call(user, "write", relationships.ids, values)

    def _call(self, user, method, *args):
        """Call through the external API, with login and password."""
        params = {
            "service": "object",
            "method": "execute_kw",
            "args": [self.env.cr.dbname, user.id, user.login, "client.relationship", method, args],
        }
        answer = self.url_open(
            "/jsonrpc",
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        ).json()
        if "error" in answer:
            raise UserError(answer["error"]["data"]["message"])
        return answer["result"]

    def _try(self, way, relationships, stage, user):
        try:
            with self.env.cr.savepoint():
                getattr(self, f"_move_by_{way}")(relationships.with_user(user), stage, user)
                self.env.flush_all()
        except UserError as error:
            self.env.invalidate_all()
            self.assertNotIn("client_health", str(error), "Plain words, no technical name")
            self.assertNotIn("default_", str(error))
            return False
        self.env.invalidate_all()
        return True

    @mute_logger("odoo.http")
    def test_the_table_for_every_way_and_role(self):
        """Every move of each role, in one way after the other; in all with the slow tests."""
        roles = ((self.owner, OWNER_MOVES), (self.manager, MANAGER_MOVES))
        ways = itertools.cycle(WAYS)
        for (old, new), (user, allowed) in itertools.product(
            itertools.permutations(PHASES, 2), roles
        ):
            expected = (old, new) in allowed
            for way in WAYS if self.every_way else [next(ways)]:
                with self.subTest(old=old, new=new, way=way, user=user.login):
                    self._assert_move(old, new, way, user, expected)

    @mute_logger("odoo.http")
    def test_gone_clients_for_every_way_and_role(self):
        for old, new in GONE_MOVES:
            self._make_gone(self._get_clients(old))
            for user in (self.owner, self.manager):
                for way in WAYS:
                    with self.subTest(old=old, new=new, way=way, user=user.login):
                        self._assert_move(old, new, way, user, True)

    def _assert_move(self, old, new, way, user, expected):
        relationships = self._get_clients(old)[: 2 if way == "mass" else 1]
        savepoint = self.env.cr.savepoint()
        self._prepare_move(relationships, new, user)
        moved = self._try(way, relationships, self._get_stage(new), user)
        phases = set(relationships.mapped("phase"))
        reasons = set(relationships.mapped("stage_reason"))
        processes = len(relationships.reboot_id)
        savepoint.close(rollback=True)
        self.env.invalidate_all()
        self.assertEqual(moved, expected)
        self.assertEqual(phases, {new if expected else old})
        if expected:
            self.assertEqual(reasons, {REASON})
            self.assertEqual(processes, len(relationships) if new == "reboot" else 0)

    def _get_clients(self, phase):
        """Return two clients in a phase, made once."""
        if not hasattr(self, "_by_phase"):
            self._by_phase = {}
        if phase not in self._by_phase:
            clients = self._create_clients(2)
            for step in WAY_TO[phase]:
                self._move(clients, step)
            self._by_phase[phase] = clients
        return self._by_phase[phase]

    @mute_logger("odoo.http")
    def test_refusals_are_plain_words_by_api_and_import(self):
        stage = self._get_stage("at_risk")
        with self.assertRaisesRegex(UserError, "^Why do you move this client to At risk") as caught:
            self._call(self.owner, "write", self.relationship.ids, {"stage_id": stage.id})
        self.assertEqual(str(caught.exception).count("\n"), 0)
        result = self.relationship.with_user(self.owner).load(
            [".id", "stage_id"], [[str(self.relationship.id), "At risk"]]
        )
        self.assertRegex(
            result["messages"][0]["message"], "^Why do you move this client to At risk"
        )
        self._move(self.relationship, "at_risk", "reboot")
        with self.assertRaisesRegex(UserError, "cannot move to Healthy yet. Missing:"):
            self._call(
                self.owner,
                "write",
                self.relationship.ids,
                {"stage_id": self._get_stage("healthy").id, "stage_reason": REASON},
            )

    @mute_logger("odoo.http")
    def test_json2(self):
        """Odoo's newest API: 422 and the words when refused."""
        keys = self.env["res.users.apikeys"].with_user(self.owner)
        key = keys._generate("rpc", "test", datetime.now() + timedelta(days=1))
        for reason, status in ((False, 422), (REASON, 200)):
            response = self.url_open(
                "/json/2/client.relationship/write",
                data=json.dumps(
                    {
                        "ids": self.relationship.ids,
                        "vals": {
                            "stage_id": self._get_stage("at_risk").id,
                            "stage_reason": reason,
                        },
                    }
                ),
                headers={"Content-Type": "application/json", "Authorization": f"Bearer {key}"},
            )
            self.assertEqual(response.status_code, status, response.text)
            if status == 422:
                self.assertIn("Why do you move this client", response.json()["message"])
        self.env.invalidate_all()
        self.assertEqual(self.relationship.phase, "at_risk")

    def test_api_says_deadline_and_owner(self):
        self._move(self.relationship, "at_risk")
        self._call(
            self.owner,
            "write",
            self.relationship.ids,
            {"stage_id": self._get_stage("reboot").id, "stage_reason": REASON},
        )
        self.env.invalidate_all()
        self.assertEqual(self.relationship.reboot_id.user_id, self.owner)

    def test_a_mass_move_is_all_or_nothing(self):
        clients = self._create_clients(2)
        self._move(clients[0], "at_risk")
        with self.assertRaises(UserError), self.env.cr.savepoint():
            clients.with_user(self.owner).write(
                {"stage_id": self._get_stage("reboot").id, "stage_reason": REASON}
            )
        self.env.invalidate_all()
        self.assertEqual(clients.mapped("phase"), ["at_risk", "healthy"])
        self.assertFalse(clients.reboot_ids)

    def test_who_may_not_write_moves_nobody(self):
        with self.assertRaises(UserError):
            self._move(self.relationship, "at_risk", user=self.colleague)
        with self.assertRaises(UserError):
            self._move(self.relationship, "at_risk", user=self.portal)
        self.assertEqual(self.relationship.phase, "healthy")

    def test_within_a_phase_nothing_opens_or_closes(self):
        self._move(self.relationship, "at_risk", "reboot")
        second = self.env["client.relationship.stage"].create(
            {"name": "Reboot, second half", "phase": "reboot", "sequence": 31}
        )
        reboot = self.relationship.reboot_id
        self.relationship.with_user(self.owner).stage_id = second
        self.assertEqual(self.relationship.reboot_ids, reboot)
        self.assertEqual(reboot.state, "running")
        self.assertEqual(self.relationship.stage_id, second)


@tagged("post_install", "-at_install", "slow")
class TestEveryStageWay(TestStageWays):
    every_way = True


@tagged("post_install", "-at_install")
class TestStageTogether(ClientHealthCommon):
    """Two users at once, in two transactions: both have to see the client."""

    @classmethod
    def setUpClass(cls):
        with db_connect(get_db_name()).cursor() as other:
            partner = api.Environment(other, SUPERUSER_ID, {})["res.partner"].create(
                {"name": "Two at Once", "is_company": True}
            )
            relationship = partner.env["client.relationship"].create({"partner_id": partner.id})
            ids = relationship.id, partner.id
            other.commit()
        cls.addClassCleanup(cls._delete_committed, *ids)
        super().setUpClass()
        cls.committed = cls.env["client.relationship"].browse(ids[0])

    @classmethod
    def _delete_committed(cls, relationship_id, partner_id):
        with db_connect(get_db_name()).cursor() as other:
            env = api.Environment(other, SUPERUSER_ID, {})
            env["client.relationship"].browse(relationship_id).unlink()
            env["res.partner"].browse(partner_id).unlink()
            other.commit()

    def _lock(self, other, strength):
        other.execute(
            f"SELECT id FROM client_relationship WHERE id = %s FOR {strength}", self.committed.ids
        )
        self.assertEqual(other.rowcount, 1)

    def test_the_second_gets_a_clear_message(self):
        with db_connect(self.env.cr.dbname).cursor() as other:
            self._lock(other, "UPDATE")
            with self.assertRaisesRegex(LockError, "Another user is changing this client"):
                self._move(self.committed, "at_risk")
            other.rollback()
        self._move(self.committed, "at_risk")
        self.assertEqual(self.committed.phase, "at_risk")

    def test_a_colleague_who_only_adds_something_is_not_in_the_way(self):
        with db_connect(self.env.cr.dbname).cursor() as other:
            # what the foreign key of a new goal or feedback does
            self._lock(other, "KEY SHARE")
            self._move(self.committed, "at_risk")
            other.rollback()
        self.assertEqual(self.committed.phase, "at_risk")


@tagged("post_install", "-at_install")
class TestStagePlan(ClientHealthCommon):
    """What is planned on a move, for whom."""

    def test_the_plan_may_name_somebody_who_is_gone(self):
        template = self._get_stage("at_risk").plan_id.template_ids[0]
        gone = self._create_user("gone", "base.group_user")
        template.write({"responsible_type": "other", "responsible_id": gone.id})
        gone.unlink()
        self.assertFalse(template.responsible_id)
        self._move(self.relationship, "at_risk")
        activity = self.relationship.activity_ids.filtered(
            lambda activity: activity.summary == template.summary
        )
        self.assertEqual(activity.user_id, self.owner)

    def test_archived_owner_goes_to_the_team_leader(self):
        team = self.env["crm.team"].create({"name": "Harbour", "user_id": self.seller.id})
        self.relationship.team_id = team
        self.owner.active = False
        self._move(self.relationship, "at_risk", user=self.manager)
        activities = self.relationship.activity_ids.filtered("client_stage_id")
        self.assertTrue(activities)
        self.assertEqual(activities.user_id, self.seller)

    def test_moving_to_and_fro_never_leaves_two_plans(self):
        for _turn in range(3):
            self._move(self.relationship, "at_risk", "healthy")
        self._move(self.relationship, "at_risk", "reboot")
        stage = self._get_stage("reboot")
        opened = self.relationship.activity_ids.filtered("client_stage_id")
        self.assertEqual(opened.client_stage_id, stage)
        self.assertEqual(len(opened), len(stage.plan_id.template_ids))

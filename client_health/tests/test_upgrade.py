import json

from lxml import etree

from odoo.exceptions import UserError
from odoo.modules.module import Manifest
from odoo.tests import TransactionCase, tagged
from odoo.tools import file_open

from ..tools import get_data_record
from .common import ClientHealthCommon
from .common_process import ProcessCase

# What a firm may delete. A cron comes back: without it a part of the addon would stand still.
DELETABLE = (
    "client.fit.criterion",
    "client.health.measure",
    "client.offboarding.reason",
    "client.relationship.stage",
    "mail.activity.plan.template",
    "mail.activity.plan",
    "mail.activity.type",
    "mail.template",
)
GROUPS = {
    "sales_team.group_sale_salesman": "client_health.group_client_user",
    "sales_team.group_sale_salesman_all_leads": "client_health.group_client_user_all",
    "project.group_project_user": "client_health.group_client_user",
    "client_health.group_client_manager": "client_health.group_client_profitability",
}
TAKE_AWAY = f"""
DELETABLE, GROUPS = {DELETABLE!r}, {GROUPS!r}
for model in DELETABLE:
    data = env["ir.model.data"].search([("module", "=", "client_health"), ("model", "=", model)])
    env[model].with_context(active_test=False).browse(data.mapped("res_id")).exists().unlink()
for group, implied in GROUPS.items():
    env.ref(group).implied_ids -= env.ref(implied)
env.ref("client_health.group_client_manager").user_ids = False
env.cr.commit()
"""
STATE = f"""
import json
DELETABLE, GROUPS = {DELETABLE!r}, {GROUPS!r}
state = {{}}
for model in DELETABLE:
    names = env["ir.model.data"].search_read(
        [("module", "=", "client_health"), ("model", "=", model)], ["name", "res_id"]
    )
    there = env[model].with_context(active_test=False).browse([n["res_id"] for n in names])
    there = set(there.exists().ids)
    state[model] = sorted(n["name"] for n in names if n["res_id"] in there)
for group, implied in GROUPS.items():
    if env.ref(implied) in env.ref(group).implied_ids:
        state[group] = implied
if env.ref("client_health.group_client_manager").user_ids:
    state["managers"] = True
print("STATE" + json.dumps(state))
"""


@tagged("post_install", "-at_install", "slow")
class TestUpgrade(ProcessCase):
    def _read_state(self, database):
        log = self._run_code(database, STATE)
        return json.loads(log.split("STATE", 1)[1].splitlines()[0])

    def test_what_was_taken_away_stays_away(self):
        database = self._copy_database("addon")
        before = self._read_state(database)
        for name in (*DELETABLE, *GROUPS, "managers"):
            self.assertTrue(before[name], f"{name} was there")
        self._run_code(database, TAKE_AWAY)
        log = self._run(
            database, "-u", "client_health", "--stop-after-init", "--no-http", "--log-level=warn"
        )
        noise = [line for line in log.splitlines() if " WARNING " in line or " ERROR " in line]
        self.assertFalse(noise, "Updating is silent")
        self.assertEqual(self._read_state(database), {model: [] for model in DELETABLE})


@tagged("post_install", "-at_install")
class TestDeletableData(TransactionCase):
    def test_every_record_that_a_firm_may_delete_says_so(self):
        missing, found = [], set()
        for path in Manifest.for_addon("client_health")["data"]:
            if not path.endswith(".xml"):
                continue
            with file_open(f"client_health/{path}", "rb") as stream:
                root = etree.parse(stream)
            for record in root.iter("record"):
                if record.get("model") in DELETABLE:
                    found.add(record.get("model"))
                    if record.get("forcecreate") != "0":
                        missing.append(record.get("id"))
        self.assertEqual(found, set(DELETABLE))
        self.assertFalse(missing)

    def test_no_group_is_given_back(self):
        with file_open("client_health/security/client_health_groups.xml", "rb") as stream:
            root = etree.parse(stream)
        fields = root.xpath("//field[@name='implied_ids' or @name='user_ids']")
        self.assertGreater(len(fields), 5)
        for field in fields:
            self.assertTrue(field.xpath("ancestor::*[@noupdate='1']"), etree.tostring(field))


@tagged("post_install", "-at_install")
class TestWithoutData(ClientHealthCommon):
    """What a firm deleted is missed in words, or not at all."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["client.relationship.stage"].search([]).plan_id = False
        for model in ("mail.template", "mail.activity.plan", "mail.activity.type"):
            data = cls.env["ir.model.data"].search(
                [("module", "=", "client_health"), ("model", "=", model)]
            )
            cls.env[model].browse(data.mapped("res_id")).exists().unlink()

    def test_in_words(self):
        update = self.env["client.update"].create(
            {"relationship_id": self.relationship.id, "kind": "apology", "name": "Sorry"}
        )
        for step in (
            update.action_use_template,
            lambda: self.relationship._ask_opinion(self.seller, "How?", "2030-01-01"),
            lambda: get_data_record(self.env, "client_health.no_such"),
        ):
            with self.assertRaisesRegex(UserError, "was deleted from the configuration"):
                step()

    def test_not_reminded(self):
        self.relationship.active = True
        self._move(self.relationship, "at_risk", "reboot")
        self.relationship.reboot_id.action_ask_decision()
        self.env["client.relationship"]._schedule_activities({}, "client_health.no_such")
        self.assertFalse(self.relationship.reboot_id.activity_ids)
        self.assertFalse(self.relationship.activity_ids)

from datetime import timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..engine import stage_rules
from .reboot.common_reboot import POINTS, RebootCommon

PHASES = ("healthy", "at_risk", "reboot", "offboard", "ended")
WAYS = ("write", "wizard", "button", "many", "import")
REASON = "Said in the test"
numbers = st.integers(0, 11)
phases = st.sampled_from(PHASES)


class ClientMachine(RuleBasedStateMachine):
    """One firm and its clients, to whom things happen in any order.

    A step may be refused in words (UserError, which MoveQuestion, AccessError and ValidationError
    are), and then changed nothing; any other error is a fault. ``case`` is the running test.
    """

    case = None

    def __init__(self):
        super().__init__()
        self.env = self.case.env
        self.savepoint = self.env.cr.savepoint()
        self.clients = self.case._create_clients(3)
        self.users = self.case.owner | self.case.seller | self.case.manager
        self.twins = 0
        self.gone = self.clients[2]
        self.case._make_gone(self.gone)

    def teardown(self):
        self.savepoint.close(rollback=True)
        self.env.invalidate_all()
        self.env.registry.clear_cache()

    # Tools

    def _pick(self, records, number):
        return records[number % len(records)] if records else records

    def _client(self, number):
        return self._pick(self.clients, number)

    def _actor(self, number):
        return self._pick(self.users.filtered("active") or self.case.manager, number)

    def _try(self, step):
        """Take a step as one transaction; return whether it was not refused."""
        try:
            with self.env.cr.savepoint():
                step()
                self.env.flush_all()
                self.env.cr.precommit.run()
                self.env.flush_all()
        except UserError as error:
            self.env.invalidate_all()
            assert str(error).strip(), "A refusal without a word"
            # Odoo's own refusals name models and groups
            assert isinstance(error, AccessError) or "client_" not in str(error), f"{error}"
            return False
        self.env.invalidate_all()
        return True

    # Moves, by all ways

    @rule(number=numbers, phase=phases, who=numbers, way=st.sampled_from(WAYS), sheet=st.booleans())
    def move(self, number, phase, who, way, sheet):
        user, clients = self._actor(who), self._client(number)
        if way == "many":
            clients |= self._client(number + 1)
        stages = self.env["client.relationship.stage"].search([("phase", "=", phase)])
        stage = self._pick(stages, number)
        if not stage:
            return
        before = {client: client.phase for client in clients}
        if sheet:
            self._try(lambda: self._open_sheets(clients, user))
        moved = self._try(lambda: getattr(self, f"_move_by_{way}")(clients, stage, user))
        for client, old in before.items():
            assert client.phase == (phase if moved else old)
            if moved and old != phase:
                rule_of_move = stage_rules.get_move(old, phase)
                assert rule_of_move, f"No way from {old} to {phase}"
                assert not rule_of_move.manager or user == self.case.manager
                assert not rule_of_move.gone or client in self.gone

    def _open_sheets(self, clients, user):
        for client in clients:
            self.env["client.decision"].with_user(user)._open_sheet(client.with_user(user))

    def _move_by_write(self, clients, stage, user):
        clients.with_user(user).write({"stage_id": stage.id, "stage_reason": REASON})

    _move_by_many = _move_by_write

    def _move_by_wizard(self, clients, stage, user):
        wizard = self.env["client.stage.move"].with_user(user)
        wizard.create(
            {"relationship_ids": clients.ids, "stage_id": stage.id, "reason": REASON}
        ).action_move()

    def _move_by_button(self, clients, stage, user):
        clients = clients.with_user(user).with_context(client_phase=stage.phase)
        action = clients.action_ask_stage()
        wizard = self.env["client.stage.move"].with_user(user).with_context(**action["context"])
        wizard.create({"reason": REASON}).action_move()

    def _move_by_import(self, clients, stage, user):
        rows = [[str(client.id), str(stage.id), REASON] for client in clients]
        result = clients.with_user(user).load([".id", "stage_id/.id", "stage_reason"], rows)
        if not result["ids"]:
            raise UserError(result["messages"][0]["message"])

    # The processes that stages keep open

    @rule(number=numbers, points=st.sets(st.sampled_from(POINTS)))
    def give_evidence(self, number, points):
        client = self._client(number)
        if client.reboot_id:
            for point in sorted(points):
                self._try(lambda point=point: getattr(self.case, f"_do_{point}")(client))

    @rule(number=numbers, who=numbers, days=st.integers(-40, 40))
    def follow_reboot(self, number, who, days):
        """Another deadline, a request to decide, and what the night does."""
        reboot = self._client(number).reboot_id.with_user(self._actor(who))
        if reboot:
            deadline = self.case.today + timedelta(days=days)
            self._try(lambda: reboot.write({"date_deadline": deadline}))
            self._try(reboot.action_ask_decision)
            reboots = reboot.sudo()
            self._try(lambda: reboots._follow(reboots._get_reminder_domains()))

    @rule(number=numbers, who=numbers, points=st.sets(st.sampled_from(("talk", "work", "thanks"))))
    def waive_points(self, number, who, points):
        offboarding = self._open_offboarding(number).with_user(self._actor(who))
        if offboarding:
            self._try(lambda: offboarding._waive(dict.fromkeys(sorted(points), REASON)))

    @rule(number=numbers)
    def waive_all(self, number):
        offboarding = self._open_offboarding(number)
        if offboarding:
            reasons = dict.fromkeys(offboarding._get_open_points(), REASON)
            self._try(lambda: offboarding._waive(reasons))
            today = fields.Date.today()
            reason = self.env.ref("client_health.client_offboarding_reason_price")
            offboarding.sudo().write(
                {"reason_ids": reason.ids, "notice_date": today, "last_day": today}
            )

    def _open_offboarding(self, number):
        return self.env["client.offboarding"]._get_open(self._client(number))

    @rule(number=numbers, who=numbers)
    def give_to_somebody_else(self, number, who):
        """The responsible of what is open."""
        user = self._pick(self.users, who)
        for processes in self._client(number)._get_open_processes():
            self._try(lambda processes=processes: processes.write({"user_id": user.id}))

    # Clients and users

    @rule(number=numbers, who=numbers, owner=numbers)
    def change_owner(self, number, who, owner):
        client = self._client(number).with_user(self._actor(who))
        self._try(lambda: client.write({"user_id": self._pick(self.users, owner).id}))

    @rule(number=numbers)
    def no_owner(self, number):
        self._try(lambda: self._client(number).write({"user_id": False}))

    @rule(number=numbers)
    def archive_client(self, number):
        client = self._client(number)
        self._try(client.action_archive if client.active else client.action_unarchive)

    @rule(number=numbers)
    def archive_user(self, number):
        user = self._pick(self.users - self.case.manager, number)
        self._try(lambda: user.write({"active": not user.active}))

    @rule(phase=phases, who=numbers)
    def add_client(self, phase, who):
        partner = self.env["res.partner"].create({"name": "New", "is_company": True})
        stage = self._pick(self.env["client.relationship.stage"].search([("phase", "=", phase)]), 0)
        known = self.env["client.relationship"].search([]).ids
        values = {"partner_id": partner.id, **({"stage_id": stage.id} if stage else {})}
        model = self.env["client.relationship"].with_user(self._actor(who))
        if len(self.clients) < 6 and self._try(lambda: model.create(values)):
            self.clients |= self.env["client.relationship"].search([("id", "not in", known)])

    @rule(number=numbers, other=numbers, follow=st.booleans())
    def merge(self, number, other, follow):
        kept, gone = self._client(number), self._client(other)
        if kept == gone or len(self.clients) < 3:
            return
        partners = kept.partner_id | gone.partner_id
        mover = self.env["base.partner.merge.automatic.wizard"]
        if follow:
            merged = self._try(lambda: self._become_part(kept.partner_id, gone.partner_id))
        else:
            merged = self._try(lambda: mover._merge(partners.ids, kept.partner_id))
        if gone in self.gone:
            self.gone |= kept  # it takes over what happened last
        self.clients = self.clients.exists()
        assert len(self.clients & (kept | gone)) == (1 if merged else 2)

    def _become_part(self, client, part):
        part.write({"is_company": False, "parent_id": client.id})
        merge = self.env["client.merge"]
        merge._follow_commercial_partners(merge._get_moved_partners(self.case.company))

    # Stages

    @rule(phase=phases, first=st.booleans())
    def add_stage(self, phase, first):
        plan = self.env["mail.activity.plan"].search([("res_model", "=", "client.relationship")])
        values = {
            "name": "Another",
            "phase": phase,
            "sequence": 1 if first else 99,
            "plan_id": plan[:1].id,
        }
        self._try(lambda: self.env["client.relationship.stage"].create(values))

    @rule(number=numbers)
    def delete_stage(self, number):
        stages = self.env["client.relationship.stage"].search([])
        self._try(self._pick(stages, number).unlink)

    @rule(number=numbers, phase=phases)
    def change_meaning(self, number, phase):
        stages = self.env["client.relationship.stage"].search([])
        self._try(lambda: self._pick(stages, number).write({"phase": phase}))

    @rule(number=numbers)
    def delete_plan(self, number):
        plans = self.env["mail.activity.plan"].search([("res_model", "=", "client.relationship")])
        self._try(self._pick(plans, number).unlink)

    # What always holds

    @invariant()
    def one_process_per_phase(self):
        for client in self.clients:
            for phase, model in stage_rules.STAGE_PROCESSES.items():
                found = self.env[model]._get_open(client)
                wanted = 1 if client.phase == phase else 0
                assert len(found) == wanted, f"{client.phase} with {len(found)} open {model}"
                assert not found.filtered("date_end")

    @invariant()
    def the_phase_is_that_of_the_stage(self):
        for client in self.clients:
            assert client.phase == client.stage_id.phase
            assert client in self.env["client.relationship"].with_context(active_test=False).search(
                [("phase", "=", client.stage_id.phase)]
            )

    @invariant()
    def one_relationship_per_client(self):
        partners = self.clients.partner_id
        assert len(partners) == len(self.clients)

    @invariant()
    def no_activity_of_another_stage(self):
        planned = self.env["mail.activity"].search(
            [
                ("res_model", "=", "client.relationship"),
                ("res_id", "in", self.clients.ids),
                ("client_stage_id", "!=", False),
            ]
        )
        by_client = planned.grouped("res_id")
        for client in self.clients:
            activities = by_client.get(client.id, planned.browse())
            assert activities.client_stage_id <= client.stage_id

    @invariant()
    def no_activity_of_a_closed_process(self):
        for model in stage_rules.STAGE_PROCESSES.values():
            closed = self.env[model].search([("date_end", "!=", False)])
            assert not closed.activity_ids


class StageMachineCommon(RebootCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # their names stand in refusals, which are to be free of technical names
        cls.owner.name, cls.seller.name, cls.manager.name = "Olga", "Sam", "Mia"

    def _run_machine(self, examples, steps):
        # Shrinking takes minutes; the steps that are printed say it as well.
        run_state_machine_as_test(
            type("Machine", (ClientMachine,), {"case": self}),
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                phases=(Phase.explicit, Phase.reuse, Phase.generate),
                suppress_health_check=list(HealthCheck),
            ),
        )


@tagged("post_install", "-at_install")
class TestStageMachine(StageMachineCommon):
    """Whatever happens to the clients of a firm, stage, processes and activities fit together."""

    @mute_logger("odoo.models.unlink", "odoo.addons.base.partner.merge")
    def test_invariants(self):
        self._run_machine(examples=10, steps=25)


@tagged("post_install", "-at_install", "slow")
class TestStageMachineLong(StageMachineCommon):
    @mute_logger("odoo.models.unlink", "odoo.addons.base.partner.merge")
    def test_invariants(self):
        self._run_machine(examples=60, steps=40)

from datetime import timedelta

from odoo import Command, fields
from odoo.tests import TransactionCase, new_test_user

# Users that nearly every test has. They take half of the time that its class needs to be set up, so
# where the database is a run's own, the root conftest.py makes them once.
CAST = {
    "owner": "client_health.group_client_user",
    "colleague": "client_health.group_client_user",
    "seller": "client_health.group_client_user_all",
    "controller": "client_health.group_client_user,client_health.group_client_profitability",
    "manager": "client_health.group_client_manager",
}
# nobody is invited by mail, which takes half of the time that a user takes
QUIET = {"tracking_disable": True, "no_reset_password": True}


def create_users(env, groups):
    """Create employees as new_test_user does, but all at once, which is much faster.

    :param groups: login, without "ch_" -> external ids of its groups, with commas between
    """
    names = {f"ch_{login}": f"base.group_user,{ids}" for login, ids in groups.items()}
    return env["res.users"].create(
        [
            {
                "login": login,
                "name": f"{login} ({ids})",
                "password": login.ljust(8, "x"),
                "email": "c.c@example.com",
                "group_ids": [Command.set([env.ref(id_).id for id_ in ids.split(",")])],
            }
            for login, ids in names.items()
        ]
    )


class ClientHealthCommon(TransactionCase):
    """An agency with one person per role, and one client each.

    ``owner`` sees own clients, ``colleague`` too but is in another team, ``seller`` sees all,
    ``controller`` sees own clients and money, ``manager`` everything, ``portal`` is the client.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, **QUIET))
        cls.company = cls.env.company
        # whatever the hour: one today for the tests and the company
        cls.company.resource_calendar_id.tz = "UTC"
        # whatever the day: a month counts from the first of the next one
        cls.company.client_closing_lag = 0
        cls.owner, cls.colleague, cls.seller, cls.controller, cls.manager = cls._get_cast()
        cls.client_partner = cls.env["res.partner"].create(
            {"name": "Blue Harbour Hotels", "is_company": True}
        )
        cls.portal = new_test_user(cls.env, "client_portal", groups="base.group_portal")
        cls.portal.partner_id.parent_id = cls.client_partner
        cls.relationship = cls._create_relationship(cls.client_partner, cls.owner)

    @classmethod
    def _get_cast(cls):
        """Return the five users of CAST, made now unless conftest.py has made them before."""
        users = cls.env["res.users"].search([("login", "in", [f"ch_{name}" for name in CAST])])
        by_login = users.grouped("login") or create_users(cls.env, CAST).grouped("login")
        return [by_login[f"ch_{name}"] for name in CAST]

    @classmethod
    def _create_user(cls, login, groups):
        return create_users(cls.env, {login: groups})

    @classmethod
    def _create_relationship(cls, partner, user=None, **vals):
        """Without ``user``, the owner's; with an empty recordset, one without salesperson."""
        owner = cls.owner if user is None else user
        return cls.env["client.relationship"].create(
            {"partner_id": partner.id, "user_id": owner.id, **vals}
        )

    @classmethod
    def _create_clients(cls, count, user=None):
        partners = cls.env["res.partner"].create(
            [{"name": f"Client {number}", "is_company": True} for number in range(count)]
        )
        return cls.env["client.relationship"].create(
            [{"partner_id": partner.id, "user_id": (user or cls.owner).id} for partner in partners]
        )

    @classmethod
    def _get_stage(cls, phase):
        return cls.env["client.relationship.stage"]._get_first_stage(phase)

    @classmethod
    def _move(cls, relationships, *phases, user=None):
        """Move the relationships through the phases, as ``user`` (default: superuser)."""
        for phase in phases:
            cls._prepare_move(relationships, phase, user or cls.env.user)
            relationships.with_user(user or cls.env.user).write(
                {"stage_id": cls._get_stage(phase).id, "stage_reason": f"Test: {phase}"}
            )

    @classmethod
    def _create_warning(cls, relationship, code="silent"):
        """Create what the night and a manager make: a warning, and why it is none."""
        rule = cls.env["client.health.warning.rule"].search([("code", "=", code)])
        today = fields.Date.today()
        own = {"relationship_id": relationship.id}
        cls.env["client.health.declaration"].create(
            {**own, "kind": "held", "reason": "Test", "date_end": fields.Date.add(today, days=9)}
        )
        return cls.env["client.health.warning"].create(
            {**own, "rule_id": rule.id, "date_start": today, "date_seen": today, "level": 1}
        )

    @classmethod
    def _make_gone(cls, relationships, days=300):
        """Let the last that happened with these clients be a mail of so many days ago."""
        moment = fields.Datetime.now() - timedelta(days=days)
        relationships.sudo().date_start = moment.date() - timedelta(days=365)
        messages = cls.env["mail.message"].create(
            [
                {
                    "model": "res.partner",
                    "res_id": partner.id,
                    "author_id": partner.id,
                    "message_type": "email",
                    "subtype_id": cls.env.ref("mail.mt_comment").id,
                    "body": "<p>Good-bye</p>",
                }
                for partner in relationships.partner_id
            ]
        )
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE mail_message SET create_date = %s, date = %s WHERE id IN %s",
            (moment, moment, tuple(messages.ids)),
        )
        cls.env.invalidate_all()

    @classmethod
    def _create_job_records(cls):
        """Create what the scheduled actions leave: a failure, and a set-up with a line."""
        now = fields.Datetime.now()
        cls.env["client.job.failure"].create(
            {
                "cron_id": cls.env.ref("client_health.ir_cron_client_feedback").id,
                "record_ref": f"client.relationship,{cls.relationship.id}",
                "company_id": cls.company.id,
                "error": "Test",
                "date_first": now,
                "date_last": now,
            }
        )
        setup = cls.env["client.setup"].create({"company_id": cls.company.id})
        if not setup.line_ids:
            setup.line_ids.create(
                {"setup_id": setup.id, "partner_id": cls.relationship.partner_id.id}
            )

    def _run_job(self, name):
        """Run a scheduled action as the scheduler does, until nothing remains."""
        cron = self.env.ref(f"client_health.{name}")
        for _run in range(20):
            with self.enter_registry_test_mode():
                self.assertIs(cron.method_direct_trigger(), True, name)
            self.env.invalidate_all()
            progress = self.env["ir.cron.progress"].search([("cron_id", "=", cron.id)], limit=1)
            if not progress.remaining:
                return
        self.fail(f"{name} never ends")

    @classmethod
    def _prepare_move(cls, relationships, phase, user):
        """Do what a user does before such a move: open the sheet, waive what is open."""
        if phase == "offboard" and user.has_group("client_health.group_client_profitability"):
            for relationship in relationships.filtered(lambda rel: rel.phase == "reboot"):
                cls.env["client.decision"].with_user(user)._open_sheet(relationship)
        if phase == "ended":
            for offboarding in cls.env["client.offboarding"]._get_open(relationships):
                offboarding._waive(dict.fromkeys(offboarding._get_open_points(), "Test"))
                reason = cls.env.ref("client_health.client_offboarding_reason_price")
                today = fields.Date.today()
                offboarding.write(
                    {"reason_ids": reason.ids, "notice_date": today, "last_day": today}
                )

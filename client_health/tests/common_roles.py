from odoo import Command, fields
from odoo.tests import new_test_user

from .feedback.test_issue import PROOF
from .relationship.test_client_merge_content import RichClientCommon

ADDON = "client_health"
# Column of the access matrix: groups of its user
ROLES = {
    "public": "base.group_public",
    "portal": "base.group_portal",
    "employee": "base.group_user",
    "project": "base.group_user,project.group_project_user",
    "own": "base.group_user,client_health.group_client_user",
    "all": "base.group_user,client_health.group_client_user_all",
    "money": "base.group_user,client_health.group_client_user,"
    "client_health.group_client_profitability",
    "manager": "base.group_user,client_health.group_client_manager",
    "elsewhere": "base.group_user,client_health.group_client_manager",
}


class RolesCommon(RichClientCommon):
    """One client with at least one record of every model of ours, and one user per role.

    ``elsewhere`` is a manager of another company. None of them has to do with the client, until
    ``_let_own`` or ``_let_follow``.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sister = cls.env["res.company"].create({"name": "Sister Agency"})
        cls.roles = {role: cls._create_role(role, groups) for role, groups in ROLES.items()}
        cls._make_rich(cls.relationship, "Rich")
        cls._make_richer()
        cls.env["mail.activity"].search([("user_id", "=", cls.colleague.id)]).unlink()
        cls.relationship.message_unsubscribe(cls.relationship.message_partner_ids.ids)
        cls._create_job_records()
        cls.env.flush_all()
        cls.samples = cls._get_samples()
        cls.event = cls._create_meeting()
        cls.windows = {
            name: cls.env[name].with_user(cls.owner).sudo().create(cls._prepare_required(name))
            for name in cls._get_our_models(transient=True)
        }

    @classmethod
    def _create_role(cls, role, groups):
        company = cls.sister if role == "elsewhere" else cls.company
        return new_test_user(
            cls.env,
            f"role_{role}",
            groups=groups,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    @classmethod
    def _create_meeting(cls):
        day = fields.Datetime.now()
        values = {"name": "Met", "start": day, "stop": day}
        return cls.env["calendar.event"].create(
            {**values, "client_relationship_id": cls.relationship.id}
        )

    @classmethod
    def _make_richer(cls):
        """Add what only the system, managers, or users who see money make."""
        relationship = cls.relationship
        cls._move(relationship, "at_risk", "reboot", user=cls.manager)
        cls.env["client.decision"].with_user(cls.manager)._open_sheet(relationship)
        cls._move(relationship, "offboard", user=cls.manager)
        offboarding = relationship.offboarding_ids
        offboarding._waive(dict.fromkeys(offboarding._get_open_points(), "Test"))
        own = {"relationship_id": relationship.id}
        cls.env["client.handover"].create(
            {"offboarding_id": offboarding.id, "kind": "access", "name": "Server"}
        )
        figures = cls.env["client.scenario.simulation"].create(own)._get_figures()
        cls.env["client.scenario"].create({**own, "name": "Raise", "figures": figures})
        cls.env["client.health.override"].create(
            {
                **own,
                "band": "watch",
                "reason": "Test",
                "date_end": fields.Date.add(fields.Date.today(), days=30),
            }
        )
        cls.env["client.review.schedule"].create({"recipient_ids": cls.owner.ids})
        cls.env["client.review.run"].with_user(cls.owner)._queue(relationship)
        cls.env["client.review.decision"].create({**own, "name": "Call", "user_id": cls.owner.id})
        cls.env["client.health.snapshot"].create({**own, "date": "2026-01-05", "score": 50})
        cls._create_warning(relationship)
        cls.env["client.overhead"].create(
            {"date": "2026-01-01", "rate": 20, "company_id": cls.company.id}
        )
        cls.env["client.assumed.cost"].create(
            {
                "employee_id": cls.env["hr.employee"].create({"name": "Ben"}).id,
                "cost": 20,
                "company_id": cls.company.id,
            }
        )
        visit = {"kind": "open", "link_id": cls.env["client.personal.link"].search([], limit=1).id}
        cls.env["client.personal.link.visit"].create(visit)
        project = cls.env["project.project"].create(
            {"name": "Of no client", "company_id": cls.company.id}
        )
        cls.env["client.project.customer"].create(
            {"project_id": project.id, "partner_id": relationship.partner_id.id}
        )
        month = {"company_id": cls.company.id, "date": "2026-01-01"}
        cls.env["client.profitability"].create(
            [
                {**month, **own, "partner_id": relationship.partner_id.id},
                {**month, "project_id": project.id, "labour_cost": 10, "hours": 1},
            ]
        )

    @classmethod
    def _get_our_models(cls, transient=False):
        """Return the names of our models, without abstract ones."""
        return sorted(
            name
            for name, model in cls.env.registry.items()
            if model._original_module == ADDON
            and not model._abstract
            and bool(model._transient) == transient
        )

    @classmethod
    def _get_samples(cls):
        """Return {model: its records of the client}, or any records where it has no client."""
        samples = {}
        for name in cls._get_our_models():
            model = cls.env[name].with_context(active_test=False)
            path = cls._get_client_path(model)
            domain = [(path, "=", cls.relationship.id)] if path else []
            if not path and "company_id" in model._fields:
                domain = [("company_id", "=", cls.company.id)]
            samples[name] = model.search(domain, limit=None if path else 3)
        return samples

    @classmethod
    def _prepare_required(cls, name):
        """Return values for the required fields of a model, taken from the sample client."""
        values = {}
        model = cls.env[name]
        for fname, field in model._fields.items():
            if field.required and field.store and not (field.default or field.compute):
                values[fname] = cls._get_value(model, field)
        return values

    @classmethod
    def _get_value(cls, model, field):
        if field.relational:
            record = cls._get_sample(field.comodel_name)
            return record.id if field.type == "many2one" else [Command.set(record.ids)]
        return {
            "selection": lambda: field.get_values(model.env)[0],
            "date": fields.Date.today,
            "datetime": fields.Datetime.now,
            "binary": lambda: PROOF,
            "many2one_reference": lambda: cls.relationship.id,
        }.get(field.type, lambda: "client.relationship" if "model" in field.name else "Text")()

    @classmethod
    def _get_sample(cls, name):
        """Return one record of any model that has to do with the client."""
        known = cls.samples.get(name)
        if known is None and name in cls.env.registry and cls.env[name]._transient:
            return cls.env[name].with_user(cls.owner).sudo().create(cls._prepare_required(name))
        if known is None:
            known = {
                "res.partner": cls.relationship.partner_id.child_ids,
                "res.users": cls.owner,
                "project.project": cls.relationship.goal_ids.project_id,
                "project.task": cls.relationship.accomplishment_ids.task_id,
                "crm.lead": cls.samples["client.fit.answer"].lead_id,
                "calendar.event": cls.event,
                "mail.activity": cls.relationship.activity_ids,
                "mail.message": cls.relationship.message_ids,
                "hr.employee": cls.samples["client.assumed.cost"].employee_id,
            }.get(name, cls.env[name])
        return known[:1]

    @classmethod
    def _get_client_path(cls, model):
        """Return the path from a model to the relationship, or None."""
        if model._name == "client.relationship":
            return "id"
        for fname in ("relationship_id", "round_id", "issue_id", "offboarding_id"):
            if fname in model._fields:
                return fname if fname == "relationship_id" else f"{fname}.relationship_id"
        return None

    def _let_own(self, user):
        """Make it the client of the user: as a salesperson, or because the user is the client."""
        if user == self.roles["portal"]:
            user.partner_id.parent_id = self.client_partner
        else:
            # not as the user interface does: it refuses users who can't be responsible
            self.env.cr.execute(
                "UPDATE client_relationship SET user_id = %s WHERE id = %s",
                (user.id, self.relationship.id),
            )
        self.env.invalidate_all()

    def _let_follow(self, user):
        self.env["mail.followers"].create(
            {
                "res_model": "client.relationship",
                "res_id": self.relationship.id,
                "partner_id": user.partner_id.id,
            }
        )
        self.env.invalidate_all()

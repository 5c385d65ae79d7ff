from dateutil.relativedelta import relativedelta

from odoo import api, models

from ...engine import intake, stage_rules
from ...engine.clock import get_today
from ..common.client_job_failure import JobRun

READ_MODELS = (
    "account.analytic.line",
    "account.move",
    "client.relationship",
    "crm.lead",
    "hr.employee",
    "project.project",
    "res.company",
    "res.partner",
    "res.users",
)


class ClientIntake(models.AbstractModel):
    """How a partner becomes a client: at set-up, every night, and when an opportunity is won.

    Who is proposed is read by ``engine/intake.py``.
    """

    _name = "client.intake"
    _description = "Client Intake"

    @api.model
    def _get_candidates(self, company, months):
        """Return one dict per proposed partner; see ``engine.intake`` for the keys.

        Added here: what ``judge_all`` says; ``partner``; ``user``, the proposed salesperson: the
        partner's, else the manager of its latest project, else who made its last invoice, else
        empty.
        """
        today = get_today(company)
        for model in READ_MODELS:
            self.env[model].flush_model()
        query = intake.select_candidates(company, today - relativedelta(months=months), today)
        rows = intake.judge_all(self.env.execute_query_dict(query), today)
        partners = self.env["res.partner"].browse(row["partner_id"] for row in rows)
        managers = self._get_project_managers(partners, company)
        Relationship, Users = self.env["client.relationship"], self.env["res.users"]
        for row, partner in zip(rows, partners, strict=True):
            seller = Users.browse(row["seller_id"] or [])
            row["partner"] = partner
            row["user"] = (
                Relationship._filter_responsible(partner.user_id, company)
                or managers.get(partner.id)
                or Relationship._filter_responsible(seller, company)
            )
        return rows

    @api.model
    def _get_project_managers(self, partners, company):
        """Return {client id: manager of its latest running project}, in one query.

        A project of the company itself beats one that belongs to no company.
        """
        Relationship = self.env["client.relationship"]
        # sudo: only the manager's name is taken, as the person to ask
        projects = (
            self.env["project.project"]
            .sudo()
            .search_fetch(
                [
                    ("partner_id.commercial_partner_id", "in", partners.ids),
                    ("company_id", "in", [company.id, False]),
                    ("user_id", "!=", False),
                    ("is_template", "=", False),
                ],
                ["partner_id", "company_id", "user_id"],
                order="id",
            )
        )
        return {
            project.partner_id.commercial_partner_id.id: project.user_id.sudo(False)
            for project in projects.sorted(lambda project: bool(project.company_id))
            if Relationship._filter_responsible(project.user_id, company)
        }

    @api.model
    def _add_clients(self, company, owners):
        """Open the missing relationships of a company; return the new ones.

        :param owners: {commercial partner: user, or an empty recordset}
        A client that had ended is never moved: a person is asked to look at it.
        """
        Relationship = self.env["client.relationship"]
        known = Relationship.with_context(active_test=False)._get_by_client(
            self.env["res.partner"].union(*owners), company
        )
        Relationship.union(*known.values())._remind_returned()
        return Relationship._create_in_batch(
            [
                {"partner_id": partner.id, "company_id": company.id, "user_id": user.id}
                for partner, user in owners.items()
                if (partner, company) not in known
            ]
        )

    @api.model
    def _decline(self, company, partners):
        """Remember that these are not clients, so that they are not proposed again."""
        Relationship = self.env["client.relationship"]
        known = Relationship.with_context(active_test=False)._get_by_client(partners, company)
        Relationship._create_in_batch(
            [
                {
                    "partner_id": partner.id,
                    "company_id": company.id,
                    "active": False,
                    "user_id": False,
                }
                for partner in partners
                if (partner, company) not in known
            ]
        )

    @api.model
    def _cron_add_clients(self):
        """Add the clients of yesterday to every company that has been set up."""
        run = JobRun(self.env, "ir_cron_client_intake")
        companies = self.env["res.company"].search([("client_setup_date", "!=", False)])
        run.do_all(companies, lambda few: self._add_new_clients(few, run), size=1)

    @api.model
    def _add_new_clients(self, company, run):
        intake_here = self.with_company(company)
        merge = intake_here.env["client.merge"]
        run.do(merge._get_moved_partners(company), merge._follow_commercial_partners)
        rows = intake_here._get_candidates(company, company.client_setup_months)
        owners = {
            row["partner"]: row["user"]
            for row in rows
            if not row["left_out"] and row["hint"] != "ended"
        }
        run.do(
            self.env["res.partner"].union(*owners),
            lambda partners: intake_here._add_clients(
                company, {partner: owners[partner] for partner in partners}
            ),
        )
        run.do(intake_here._get_returned(company), lambda clients: clients._remind_returned())

    @api.model
    def _get_returned(self, company):
        """Return the ended clients that were invoiced since."""
        ended = self.env["client.relationship"].search(
            [("phase", "=", stage_rules.ENDED), ("company_id", "=", company.id)]
        )
        last_invoices = dict(
            self.env["account.move"]._read_group(
                [
                    ("commercial_partner_id", "in", ended.partner_id.ids),
                    ("company_id", "=", company.id),
                    ("move_type", "=", "out_invoice"),
                    ("state", "=", "posted"),
                ],
                ["commercial_partner_id"],
                ["create_date:max"],
            )
        )
        return ended.filtered(
            lambda rel: (
                (last := last_invoices.get(rel.partner_id)) and last > rel.date_last_stage_update
            )
        )

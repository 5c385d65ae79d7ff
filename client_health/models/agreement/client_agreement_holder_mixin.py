from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...const import USER_GROUP
from ...engine.agreement import scope
from ...engine.clock import get_closed_months, get_today


class ClientAgreementLinkMixin(models.AbstractModel):
    """Shows the client's working agreement where people work: on the contact and the project."""

    _name = "client.agreement.link.mixin"
    _description = "Link to the Working Agreement"
    _inherit = ["client.relationship.link.mixin"]

    client_agreement_id = fields.Many2one(
        related="client_relationship_id.agreement_id",
        string="Working Agreement",
        related_sudo=False,
        groups=USER_GROUP,
    )
    client_agreement_state = fields.Selection(
        related="client_relationship_id.agreement_state",
        string="Agreement State",
        related_sudo=False,
        groups=USER_GROUP,
    )

    def action_view_client_agreement(self):
        self.ensure_one()
        return self.client_relationship_id.action_view_agreement()


# The version that counts comes first: what is in force, then what is on its way.
RANK = ("accepted", "outdated", "proposed", "draft")


class ClientAgreementHolderMixin(models.AbstractModel):
    """What has working agreements: a client, or an opportunity that is to become one.

    ``agreement_state`` is ``accepted`` while an accepted agreement is in force, ``outdated`` when
    it no longer holds, ``proposed`` or ``draft`` while the first one is on its way, and empty when
    there is none. The model brings ``agreement_ids`` and ``_get_agreement_link``.
    """

    _name = "client.agreement.holder.mixin"
    _description = "Holder of Working Agreements"

    agreement_id = fields.Many2one(
        "client.agreement",
        string="Current Agreement",
        compute="_compute_agreement",
        search="_search_agreement_id",
        groups=USER_GROUP,
        help="The accepted agreement; without one, the version that is out of date, proposed or "
        "being written. Of several accepted ones, the latest.",
    )
    agreement_next_id = fields.Many2one(
        "client.agreement",
        string="Next Version",
        compute="_compute_agreement",
        groups=USER_GROUP,
        help="The new version that is a draft or is waiting for the client's answer.",
    )
    agreement_state = fields.Selection(
        selection=lambda self: self.env["client.agreement"]._fields["state"].selection,
        string="Agreement",
        compute="_compute_agreement",
        search="_search_agreement_state",
        groups=USER_GROUP,
    )

    @api.model
    def _get_agreement_link(self):
        """Return the field of ``client.agreement`` that leads here."""
        raise NotImplementedError

    @api.depends("agreement_ids.state", "agreement_ids.active")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_agreement(self):
        link = self._get_agreement_link()
        # one query; a user sees only the agreements that they may read
        agreements = self.env["client.agreement"].search_fetch(
            [(link, "in", self.ids), ("state", "in", RANK)],
            [link, "state", "previous_id"],
            order="accepted_on desc nulls last, id desc",
        )
        by_holder = agreements.grouped(lambda agreement: agreement[link].id)
        self.agreement_id = self.agreement_state = self.agreement_next_id = False
        for holder in self.filtered(lambda one: one._origin.id in by_holder):
            own = by_holder[holder._origin.id]
            current = own.sorted(lambda agreement: RANK.index(agreement.state))[:1]
            holder.agreement_id = current
            holder.agreement_state = current.state
            holder.agreement_next_id = (own - current).filtered(
                lambda agreement: agreement.state in ("draft", "proposed")
            )[:1]

    @api.model
    def _search_agreement_id(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        wanted = Domain(value) if operator == "any" else Domain("id", "in", [v for v in value if v])
        agreements = self.env["client.agreement"].search(wanted)
        holders = agreements[self._get_agreement_link()]
        found = holders.filtered(lambda holder: holder.agreement_id in agreements)
        domain = Domain("id", "in", found.ids)
        if operator == "in" and False in value:
            domain |= Domain("agreement_state", "=", False)
        return domain

    @api.model
    def _search_agreement_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        domains, none_better = [], Domain.TRUE
        for state in RANK:
            has_state = Domain("agreement_ids", "any", [("state", "=", state)])
            if state in value:
                domains.append(none_better & has_state)
            none_better &= ~has_state
        if False in value:
            domains.append(none_better)
        return Domain.OR(domains)

    def action_view_agreement(self):
        """Open the current agreement, or a new one."""
        self.ensure_one()
        if self.agreement_id:
            return self.agreement_id._get_records_action()
        return self.action_create_agreement()

    def action_create_agreement(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New agreement"),
            "res_model": "client.agreement",
            "views": [(False, "form")],
            "context": {f"default_{self._get_agreement_link()}": self.id},
        }

    def _on_expectation_changed(self):
        """Called after an accepted agreement of the record got out of date.

        Extend it, with ``super()``, where something must be asked anew: fit asks its questions.
        """


class ClientScopeMixin(models.AbstractModel):
    """Hours of the last twelve full months and since by "Requested By", of a client or a project.

    Summed from the timesheets in one query, today included: what matters is the unrequested work
    that is done now. What is later than the twelve months of the profitability is named. Without
    hours ``scope_hours`` is 0 and nothing is known: views hide the rest.
    """

    _name = "client.scope.mixin"
    _description = "Scope of the Work"

    scope_hours = fields.Float(
        string="Hours Worked",
        compute="_compute_scope_hours",
        groups=USER_GROUP,
        help="All hours on timesheets of the last 12 full months, and since then.",
    )
    scope_recent_hours = fields.Float(
        string="Of These, since Then",
        compute="_compute_scope_hours",
        groups=USER_GROUP,
        help="Hours after the last 12 full months. Without them it is the hours that profitability "
        "shows.",
    )
    requested_hours = fields.Float(
        compute="_compute_scope_hours",
        groups=USER_GROUP,
        help="Hours of the last 12 full months and since on tasks that the client requested.",
    )
    claimed_hours = fields.Float(
        string="Requested by Our Word Only (h)",
        compute="_compute_scope_hours",
        groups=USER_GROUP,
        help="Of the requested hours, those where nothing in Odoo that came from the client shows "
        "the request: no order, portal, mail or meeting.",
    )
    unrequested_hours = fields.Float(
        compute="_compute_scope_hours",
        groups=USER_GROUP,
        help="Hours of the last 12 full months and since on tasks that were our own idea.",
    )
    unclear_hours = fields.Float(
        compute="_compute_scope_hours",
        groups=USER_GROUP,
        help="Hours of the last 12 full months and since on work without a known “Requested By”. "
        "They count neither as requested nor as our own idea.",
    )
    unrequested_share = fields.Float(
        string="Unrequested (%)",
        compute="_compute_scope_hours",
        digits=(16, 0),
        aggregator=None,
        groups=USER_GROUP,
        help="Hours on our own ideas in percent of all these hours.",
    )

    @api.depends_context("company", "allowed_company_ids")
    def _compute_scope_hours(self):
        hours_by_record = self._get_scope_hours(get_today(self.env.company))
        for record in self:
            hours = hours_by_record.get(record._origin.id, scope.Hours())
            record.scope_hours = hours.total
            record.scope_recent_hours = hours.recent
            record.requested_hours = hours.client
            record.claimed_hours = hours.claimed
            record.unrequested_hours = hours.us
            record.unclear_hours = hours.unclear
            record.unrequested_share = hours.unrequested_share or 0

    def _get_scope_hours(self, as_of):
        """Return {id: engine.scope.Hours} of the last twelve closed months and until ``as_of``."""
        raise NotImplementedError

    @api.model
    def _read_scope_hours(self, companies, as_of, key, **filters):
        """Return {partner or project id: Hours}, in one query; ``key`` names the column."""
        start, end = get_closed_months(companies[:1], as_of)
        for model in ("account.analytic.line", "project.task", "project.project", "res.partner"):
            self.env[model].flush_model()
        # Superuser by nature of SQL: sums of hours of records that the user may read already.
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT %(key)s AS id,
                       COALESCE(SUM(client), 0) AS client,
                       COALESCE(SUM(us), 0) AS us,
                       COALESCE(SUM(unclear), 0) AS unclear,
                       COALESCE(SUM(recent), 0) AS recent,
                       COALESCE(SUM(claimed), 0) AS claimed
                  FROM (%(hours)s) h
                 WHERE %(key)s IS NOT NULL
              GROUP BY 1
                """,
                key=SQL.identifier(key),
                hours=scope.select_hours(
                    companies.ids,
                    start,
                    as_of,
                    self.env["client.profitability"]._get_hours_per_unit(),
                    recent=end,
                    **filters,
                ),
            )
        )
        return {row.pop("id"): scope.Hours(**row) for row in rows}

    def _get_scope_task_domain(self):
        """Return the domain of the tasks behind the figures."""
        raise NotImplementedError

    def action_view_unrequested(self):
        """Open the unrequested work, to clarify it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.project_task_action_unrequested"
        )
        return dict(
            action,
            domain=self._get_scope_task_domain(),
            context={"search_default_to_clear": 1},
        )

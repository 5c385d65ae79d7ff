from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ...engine.clock import get_today

MAX_DAYS = 366
# What each kind lifts: the warnings by their codes (None: all), the key measures by dimension.
LIFTED = {
    "loss": ({"loss", "loss_year", "margin_falling", "over_agreed"}, {"money"}),
    "seasonal": ({"silent", "fading", "supporter", "revenue_falling"}, {"contact"}),
    "internal": (None, None),
    "held": (None, None),
}


class ClientHealthDeclaration(models.Model):
    """A person says why a warning is none with a client: a loss by design, its season …

    It has a reason and an end, is shown with the health, and lifts the warnings that it names, and
    what they do to the band. It is never edited: it is ended, and another may follow.
    """

    _name = "client.health.declaration"
    _description = "Health Declaration"
    _inherit = ["client.health.period.mixin", "client.deletion.mixin"]
    _order = "date_start desc, id desc"
    _rec_name = "reason"

    kind = fields.Selection(
        [
            ("loss", "Loss by design"),
            ("seasonal", "Seasonal"),
            ("internal", "Internal"),
            ("held", "Held"),
        ],
        required=True,
        help="Loss by design: an investment or a favour, on purpose. Seasonal: quiet at times. "
        "Internal: our own company or project. Held: on hold, for a reason that we know.",
    )
    rule_ids = fields.Many2many(
        "client.health.warning.rule",
        "client_health_declaration_rule_rel",
        "declaration_id",
        "rule_id",
        string="Warnings Lifted",
        compute="_compute_rule_ids",
        store=True,
        readonly=False,
        required=True,
        help="These warnings propose nothing, and do not change the band, until the end date.",
    )
    date_end = fields.Date(help="The last day on which it applies, a year at most.")

    @api.depends("kind")
    def _compute_rule_ids(self):
        rules = self.env["client.health.warning.rule"].search([("active", "=", True)])
        for declaration in self:
            codes, _dimensions = LIFTED.get(declaration.kind, ((), ()))
            declaration.rule_ids = rules.filtered(
                lambda rule, codes=codes: codes is None or rule.code in codes
            )

    @api.depends("kind", "reason", "date_end")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for declaration in self:
            declaration.display_name = declaration.date_end and self.env._(
                "%(kind)s until %(date)s: %(reason)s",
                kind=kinds.get(declaration.kind),
                date=format_date(self.env, declaration.date_end),
                reason=declaration.reason,
            )

    @api.constrains("date_start", "date_end")
    def _check_date_end(self):
        for declaration in self:
            last = declaration.date_start + timedelta(days=MAX_DAYS)
            if not declaration.date_start <= declaration.date_end <= last:
                raise ValidationError(
                    self.env._(
                        "A declaration needs an end date within a year. You can create a new one "
                        "afterwards."
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Log it with the client."""
        declarations = super().create(vals_list)
        declarations.relationship_id._message_log_batch(
            {one.relationship_id.id: one.display_name for one in declarations}
        )
        return declarations

    def action_end(self):
        """End what applies today, before its time."""
        self.relationship_id.check_access("write")
        if not self.relationship_id._is_client_manager():
            raise UserError(
                self.env._("Only a manager can end a declaration. Please ask a manager.")
            )
        for company, group in self.filtered("is_current").grouped("company_id").items():
            # sudo: rows are never written by users, so that they stay a history; checked above
            group.sudo().date_ended = get_today(company)

    @api.model
    def _get_lifted_dimensions(self, relationships, today):
        """Return {relationship id: dimensions whose key measures cap nothing; None: all}."""
        current = self.sudo().search_fetch(  # sudo: the night compares; no reason is read
            [
                ("relationship_id", "in", relationships.ids),
                ("date_ended", "=", False),
                ("date_start", "<=", today),
                ("date_end", ">=", today),
            ],
            ["relationship_id", "kind"],
        )
        lifted = {}
        for one in current:
            _codes, dimensions = LIFTED[one.kind]
            known = lifted.setdefault(one.relationship_id.id, set())
            lifted[one.relationship_id.id] = (
                None if None in (known, dimensions) else known | dimensions
            )
        return lifted

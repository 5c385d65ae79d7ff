from markupsafe import Markup

from odoo import api, fields, models

from ..engine.agreement.text_diff import mark_differences
from ..tools import format_day


class ClientAgreementComparison(models.TransientModel):
    """Two versions of an agreement side by side, with what differs marked."""

    _name = "client.agreement.comparison"
    _description = "Compare Agreements"
    _inherit = ["client.readable.links.mixin"]
    _opened_from = "agreement_id"

    agreement_id = fields.Many2one(
        "client.agreement", string="Version", required=True, ondelete="cascade"
    )
    relationship_id = fields.Many2one(related="agreement_id.relationship_id", related_sudo=False)
    lead_id = fields.Many2one(related="agreement_id.lead_id", related_sudo=False)
    older_id = fields.Many2one(
        "client.agreement",
        string="Compared with",
        ondelete="cascade",
        domain="[('id', '!=', agreement_id), '|', "
        "'&', ('relationship_id', '!=', False), ('relationship_id', '=', relationship_id), "
        "'&', ('lead_id', '!=', False), ('lead_id', '=', lead_id)]",
    )
    # Not sanitised: rendered below from texts that are.
    comparison = fields.Html(compute="_compute_comparison", sanitize=False)

    @api.depends("agreement_id", "older_id")
    def _compute_comparison(self):
        for wizard in self:
            wizard.comparison = wizard.older_id and self.env["ir.qweb"]._render(
                "client_health.client_agreement_comparison",
                self._get_values(wizard.older_id, wizard.agreement_id),
            )

    @api.model
    def _get_values(self, older, newer):
        """Return what the template shows of two versions."""
        return {
            "older": older._get_portal_values(),
            "newer": newer._get_portal_values(),
            "rows": self._get_rows(older, newer),
        }

    @api.model
    def _get_rows(self, older, newer):
        """Return [(label, older HTML, newer HTML, whether they differ)]."""
        rows = []
        for (_name, _label, old), (_name, label, new) in zip(
            older._get_contents(), newer._get_contents(), strict=True
        ):
            marked = mark_differences(old, new)
            rows.append((label, *map(Markup, marked), (old or "") != (new or "")))
        return [*rows, *self._get_plain_rows(older, newer)]

    @api.model
    def _get_plain_rows(self, older, newer):
        labels = newer.fields_get(["hours_month", "date_review", "signatory_id"], ["string"])
        rows = []
        for name, label in labels.items():
            texts = [Markup.escape(_format(agreement, name)) for agreement in (older, newer)]
            marked = mark_differences(*texts)
            rows.append((label["string"], *map(Markup, marked), texts[0] != texts[1]))
        return rows


def _format(agreement, name):
    value = agreement[name]
    if not value:
        return "–"
    if name == "date_review":
        return format_day(agreement.env, value)
    return value.name if name == "signatory_id" else f"{value:g}"

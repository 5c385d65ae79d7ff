from odoo import api, fields, models
from odoo.exceptions import UserError

from ...const import USER_GROUP


class ClientAccomplishmentSourceMixin(models.AbstractModel):
    """Becomes an accomplishment in one click: a goal, a milestone, a task.

    A model says which field of the accomplishment points to it, and when it is done.
    """

    _name = "client.accomplishment.source.mixin"
    _description = "Becomes an Accomplishment"

    client_accomplishment_id = fields.Many2one(
        "client.accomplishment",
        string="Accomplishment",
        compute="_compute_client_accomplishment_id",
        groups=USER_GROUP,
        help="The accomplishment logged for this.",
    )

    @api.model
    def _get_accomplishment_field(self):
        """Return the field of the accomplishment that points to this model."""
        raise NotImplementedError

    def _get_accomplishment_relationship(self):
        return self.project_id.client_relationship_id

    def _is_accomplished(self):
        raise NotImplementedError

    def _compute_client_accomplishment_id(self):
        found = self._get_accomplishments()
        for record in self:
            record.client_accomplishment_id = found.get(record.id, False)

    def _get_accomplishments(self):
        """Return {id: id of its first accomplishment}."""
        fname = self._get_accomplishment_field()
        rows = self.env["client.accomplishment"]._read_group(
            [(fname, "in", self.ids)], [fname], ["id:min"]
        )
        return {source.id: accomplishment for source, accomplishment in rows}

    def action_log_accomplishment(self):
        """Open the accomplishment of this record; the first time, make it."""
        self.ensure_one()
        accomplishment = self.env["client.accomplishment"].browse(
            self._get_accomplishments().get(self.id)
        )
        if not accomplishment:
            self._check_accomplished()
            accomplishment = accomplishment.create(self._prepare_accomplishment())
        return accomplishment._get_records_action(name=self.env._("Accomplishment"), context={})

    def _check_accomplished(self):
        if not self._is_accomplished():
            raise UserError(
                self.env._(
                    "%s is not done yet. Log an accomplishment when it is done.", self.display_name
                )
            )
        if not self._get_accomplishment_relationship():
            raise UserError(
                self.env._(
                    "%s does not belong to a client. Please set a client as the customer of its "
                    "project.",
                    self.display_name,
                )
            )

    def _prepare_accomplishment(self):
        return {
            "name": self.display_name,
            "relationship_id": self._get_accomplishment_relationship().id,
            "project_id": self.project_id.id,
            self._get_accomplishment_field(): self.id,
        }

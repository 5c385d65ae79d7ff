from odoo import api, models
from odoo.exceptions import UserError

from ..engine import stage_rules
from ..exceptions import MoveQuestion
from .client_offboarding_points_mixin import POINTS


class ClientOffboardingMoveMixin(models.AbstractModel):
    """How an offboarding begins and ends: with a move of the client, as ``client.episode.mixin``.

    It cannot end while a point is open, unless a manager waives it with a reason.
    """

    _name = "client.offboarding.move.mixin"
    _description = "Begin and End of an Offboarding"

    @api.model
    def _check_enter(self, relationships, stage, reason):
        """After a reboot, the decision sheet must be opened before a client is offboarded."""
        rebooted = relationships.filtered(lambda rel: rel.phase == stage_rules.REBOOT)
        unseen = self.env["client.decision"]._get_unseen(rebooted)
        if len(unseen) > 1:
            raise UserError(
                self.env._(
                    "Please open the decision sheet of each of these clients first: %s.",
                    ", ".join(unseen.mapped("display_name")),
                )
            )
        if unseen:
            raise MoveQuestion(
                self.env._(
                    "Before you end the relationship with %s: what each side gave, and what would "
                    "follow. You can decide at the end of the page.",
                    unseen.display_name,
                ),
                self.env.ref("client_health.client_decision_open_action").id,
                {
                    "active_model": unseen._name,
                    "active_id": unseen.id,
                    "active_ids": unseen.ids,
                },
            )

    def _check_leave(self, stage, reason):
        """Refuse the end while a point is open; what is missing is named, and its place opens."""
        if stage.phase != stage_rules.ENDED:
            return
        missing = self._get_missing(stage.phase)
        open_ones = self.browse().union(*(record for record in missing if missing[record]))
        if not open_ones:
            return
        message = self.env._(
            "Not yet to %(stage)s. What is missing:\n%(missing)s",
            stage=stage.name,
            missing=self._format_missing(missing),
        )
        if len(open_ones) > 1:
            raise MoveQuestion(message, open_ones._get_records_action())
        # the form that opens lists what is missing itself
        raise MoveQuestion(message, open_ones.action_end(), notify=False)

    def _get_missing(self, phase):
        if phase != stage_rules.ENDED:
            return {}
        return {record: list(record._get_open_points().values()) for record in self}

    @api.model
    def _open_for_move(self, relationships, reason, values):
        decisions = self.env["client.decision"]._freeze_for_leaving(relationships, reason)
        offboardings = super()._open_for_move(relationships, reason, values)
        for offboarding in offboardings:
            offboarding.decision_id = decisions[offboarding.relationship_id.id].id
        offboardings._add_lines()
        return offboardings

    def _add_lines(self):
        """Put on the handover list what the records show and is not on it yet."""
        # sudo: names of projects and of people who can log in, for users in charge of the client
        self.env["client.handover"].sudo().create(self.sudo()._prepare_lines())

    def _prepare_lines(self):
        return self.env["client.handover"]._prepare_lines(self)

    def _prepare_closing(self, phase, reason):
        ended = phase == stage_rules.ENDED
        return dict(
            super()._prepare_closing(phase, reason),
            state="ended" if ended else "withdrawn",
            outcome=reason,
            closing=self._get_closing(),
        )

    def _get_closing(self):
        missing = self._get_missing_words()
        excuses = {excuse.point: excuse.reason for excuse in self.excuse_ids}
        return {
            point: [point not in missing, missing.get(point, ""), excuses.get(point, "")]
            for point in POINTS
        }

    def _prepare_joining(self, kept):
        return dict(
            super()._prepare_joining(kept),
            state="withdrawn",
            outcome=self.env._("Merged with %s.", kept.display_name),
            closing=self._get_closing(),
        )

    def _excuse(self, reasons):
        """Record why points may stay open; ``reasons``: {point: why}. Managers only. A point that
        is done needs none.
        """
        self.ensure_one()
        if not self.relationship_id._is_client_manager():
            raise UserError(
                self.env._(
                    "Only a manager can waive an open point. Please ask a manager, with a reason."
                )
            )
        self.check_access("write")
        open_points = self._get_open_points()
        # sudo: protected from users; that this user may do it was just checked
        self.env["client.offboarding.excuse"].sudo().create(
            [
                {
                    "offboarding_id": self.id,
                    "point": point,
                    "reason": reason.strip(),
                    "user_id": self.env.user.id,
                }
                for point, reason in reasons.items()
                if point in open_points and (reason or "").strip()
            ]
        )

    @api.model
    def _open_missing(self):
        """Open one for clients in an offboard stage that have none: they came before it was."""
        relationships = (
            self.env["client.relationship"]
            .with_context(active_test=False)
            .search([("phase", "=", stage_rules.OFFBOARD)])
        )
        for relationship in relationships - self._get_open(relationships).relationship_id:
            reason = relationship.stage_reason or self.env._(
                "Decided before offboardings were recorded."
            )
            self._open_for_move(relationship, reason, {})

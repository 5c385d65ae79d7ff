from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import AccessError

from ...engine import stage_rules

# What was written about either client is put together.
MERGED_TEXTS = ("value_estimate",)
FILLED = ("user_id", "team_id", "referred_by_id", "cadence_weekday", "deputy_id", "update_lang")


class ClientMerge(models.AbstractModel):
    """Merges the relationships of partners that turn out to be one client.

    That happens when partners are merged, and when a company becomes part of another one. Messages,
    activities, attachments and all that refers to a relationship move to the one that stays.
    """

    _name = "client.merge"
    _description = "Merge of Clients"

    @api.model
    def _check_may_merge(self, partners):
        """Refuse users who may not change each client among the partners.

        Whatever its company is, and also where it is archived: it would become theirs.
        """
        if self.env.su:
            return
        # sudo: which clients are concerned; whether the user may change them is checked below
        concerned = (
            self.env["client.relationship"]
            .sudo()
            .with_context(active_test=False)
            .search([("partner_id", "in", partners.ids)])
        )
        own = concerned.sudo(False).with_context(allowed_company_ids=self.env.user.company_ids.ids)
        refused = concerned - own._filtered_access("write").sudo()
        if refused:
            managers = refused._get_managers(refused.company_id)
            raise AccessError(
                self.env._(
                    "%(clients)s: clients that you cannot change would be merged. Please ask "
                    "%(manager)s to do it.",
                    clients=", ".join(refused.partner_id.mapped("name")),
                    manager=", ".join(user.name for user in {*managers.values()} if user)
                    or self.env._("a manager"),
                )
            )

    @api.model
    def _merge_clients(self, partners, client):
        """Leave one relationship per company among ``partners`` and ``client``, at ``client``."""
        relationships = (
            self.env["client.relationship"]
            .with_context(active_test=False)
            .search([("partner_id", "in", (partners | client).ids)])
        )
        for group in relationships.grouped("company_id").values():
            kept = group.sorted(lambda rel: self._get_merge_rank(rel, client))[0]
            self._merge(kept, group - kept)
            if kept.partner_id != client:
                kept.partner_id = client

    @api.model
    def _get_merge_rank(self, relationship, client):
        """Return the sort key of which relationship stays: a live one, then the target's own."""
        return (
            not relationship.active,
            relationship.phase == stage_rules.ENDED,
            relationship.partner_id != client,
            relationship.id,
        )

    @api.model
    def _merge(self, kept, others):
        if not others:
            return
        for stage, group in others.grouped("stage_id").items():
            stage._cancel_plan(group)
        for processes in others._get_open_processes():
            processes._close_for_merge(kept)
        kept._message_log_batch({kept.id: self._get_merge_note(others)})
        kept.write(self._prepare_merge_values(kept, others))
        self.env["client.health.snapshot"]._merge(kept, others)
        self.env["client.health.warning"]._merge(kept, others)
        self.env["client.personal.link"]._merge(kept, others)
        self.env["client.update"]._merge_promises(kept, others)
        # Odoo's own tool for merging partners moves the references of any model. Activities
        # that were done are archived, and would be left behind without active_test.
        mover = self.env["base.partner.merge.automatic.wizard"].with_context(active_test=False)
        mover._update_foreign_keys_generic("client.relationship", others, kept)
        mover._update_reference_fields_generic("client.relationship", others, kept)
        self.env.invalidate_all()
        others.unlink()

    @api.model
    def _prepare_merge_values(self, kept, others):
        values = {
            "date_start": min(
                (kept | others).filtered("date_start").mapped("date_start"), default=False
            ),
            "note": Markup("").join(note for note in (kept | others).mapped("note") if note),
        }
        for fname in MERGED_TEXTS:
            values[fname] = "\n\n".join(filter(None, (kept | others).mapped(fname))) or False
        for fname in FILLED:
            found = next((other[fname] for other in others if other[fname]), False)
            if not kept[fname] and found:
                values[fname] = found if isinstance(found, str) else found.id
        return values

    @api.model
    def _get_merge_note(self, others):
        lines = [
            self.env._(
                "Merged with %(client)s, which was in %(stage)s: %(reason)s",
                client=other.partner_id.display_name,
                stage=other.stage_id.name,
                reason=other.stage_reason or "–",
            )
            for other in others
        ]
        return Markup("<br/>").join(lines)

    @api.model
    def _get_moved_partners(self, company):
        """Return the partners of relationships that became part of another client since."""
        rows = self.env["client.relationship"]._read_group(
            [("company_id", "=", company.id), ("active", "in", [True, False])],
            ["partner_id", "partner_id.commercial_partner_id"],
        )
        return self.env["res.partner"].union(
            *(partner for partner, client in rows if partner != client)
        )

    @api.model
    def _follow_commercial_partners(self, partners):
        """Move the relationships of these partners to the client that they are part of."""
        for partner in partners:
            self._merge_clients(partner, partner.commercial_partner_id)

from odoo import fields, models

from ..engine.reading import MOST_RECORDS


class ClientHealthSourceMixin(models.AbstractModel):
    """Leads from a reading to the records behind it."""

    _name = "client.health.source.mixin"
    _description = "Records behind a Reading"

    def _get_sources(self, relationship, reading):
        """Return the records behind a reading, as far as the user may read them."""
        detail = (reading and reading.detail) or {}
        records = detail.get("records") or {}
        found = self._get_ledger(relationship, reading) if "start" in detail else []
        for model, ids in records.items():
            found += [
                {
                    "model": name,
                    "ids": own,
                    "domain": [("id", "in", own)],
                    "count": len(own),
                    # the reading names so many and no more
                    "more": len(ids) >= MOST_RECORDS,
                    "label": self.env["ir.model"]._get(name).name,
                }
                for name, own in self._get_readable(model, ids).items()
            ]
        return found

    def _get_readable(self, model, ids):
        """Return {model: ids} of what the user may open; of messages, where they stand."""
        if model not in self.env or not self.env[model].has_access("read"):
            return {}
        readable = self.env[model].browse(ids).exists()._filtered_access("read")
        if not readable:
            return {}
        if model != "mail.message":
            return {model: readable.ids}
        return {
            document: [*dict.fromkeys(group.mapped("res_id"))]
            for document, group in readable.grouped("model").items()
            if document in self.env and self.env[document].has_access("read")
        }

    def _get_ledger(self, relationship, reading):
        """Return the months of the ledger that a reading sums up: too many to name each."""
        ledger = self.env["client.profitability"]
        if not ledger.has_access("read"):
            return []
        domain = [
            ("relationship_id", "=", relationship.id),
            ("date", ">=", reading.detail["start"]),
            ("date", "<=", fields.Date.to_string(reading.date)),
        ]
        return [
            {
                "model": ledger._name,
                "domain": domain,
                "count": ledger.search_count(domain),
                "more": False,
                "label": self.env["ir.model"]._get(ledger._name).name,
            }
        ]

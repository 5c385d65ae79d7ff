from odoo import api, fields, models

from ...const import MANAGER_GROUP
from ...engine.clock import get_today
from ...engine.health import signals
from ...engine.health.preview import Settings, count_bands, get_bands, get_clients, select_latest


class ClientHealthPreviewMixin(models.AbstractModel):
    """Shows how many clients would be in each band while a user edits the settings of the score.

    The clients are scored from their latest readings, now and with the settings on the screen.
    Nothing is written, and no client moves.
    """

    _name = "client.health.preview.mixin"
    _description = "Preview of a Change of the Score"

    # for managers only: by trying out limits, one could read the money of a client off it
    band_preview = fields.Json(
        string="Clients by Band",
        compute="_compute_band_preview",
        groups=MANAGER_GROUP,
        help="Number of clients in each band with these settings, scored from their latest "
        "readings. Nothing is stored, and no client is moved.",
    )

    def _compute_band_preview(self):
        """Fill ``band_preview`` with ``_preview_bands`` of what is on the screen: to override."""
        self.band_preview = False

    @api.model
    def _preview_bands(self, companies, measures=None, limits=None):
        """Return how many clients are in each band, as saved and with what was edited.

        ``measures``: as ``scoring.Measure``; ``limits``: (healthy, risk) of all companies. None:
        as saved; both None: nothing was edited.
        """
        saved = Settings(
            self.env["client.health.measure"]._get_measures(),
            {
                company.id: (company.client_health_healthy, company.client_health_risk)
                for company in companies
            },
            {company.id: self._get_fed(company) for company in companies},
        )
        clients = self._read_clients(companies)
        caps = self._get_caps(companies, clients)
        now = get_bands(clients, saved, caps)
        preview = {
            "companies": companies.mapped("name") if len(companies) > 1 else [],
            "now": count_bands(now),
        }
        if measures is None and limits is None:
            return preview
        edited = Settings(
            saved.measures if measures is None else measures,
            saved.limits if limits is None else dict.fromkeys(companies.ids, limits),
            saved.fed,
        )
        self._read_unread(clients, [measure.code for measure in edited.measures])
        new = get_bands(clients, edited, caps)
        changing = sum(old != band for old, band in zip(now, new, strict=True))
        return preview | {"new": count_bands(new), "changing": changing}

    @api.model
    def _get_caps(self, companies, clients):
        """Return {company id: ``Caps``}: what a mean hides, as tonight."""
        # sudo: what warns caps the number of clients per band; nothing else leaves
        Warnings = self.env["client.health.warning"].sudo()
        caps = {}
        for company in companies:
            ids = [client.id for client in clients if client.company_id == company.id]
            relationships = self.env["client.relationship"].sudo().browse(ids)
            today = get_today(company)
            lives = Warnings._get_lives(relationships, today)
            caps[company.id] = Warnings._get_caps(relationships, today, lives)
        return caps

    @api.model
    def _get_fed(self, company):
        """Return the codes that the company has records of."""
        measures = self.env["client.health.measure"].with_company(company)
        return {measure.code for measure in measures._get_measures() if measure.fed}

    @api.model
    def _read_clients(self, companies):
        self.env["client.health.snapshot"].flush_model()
        self.env["client.relationship"].flush_model()
        rows = self.env.execute_query(select_latest(companies.ids))
        return get_clients(rows)

    @api.model
    def _read_unread(self, clients, codes):
        """Read what no night has read yet: a measure that is being switched on."""
        known = {code for client in clients for code in client.readings}
        readable = self.env["client.health.measure"]._get_signals()
        missing = [code for code in codes if code not in known and code in readable]
        by_id = {client.id: client for client in clients}
        relationships = self.env["client.relationship"].browse(by_id)
        if not missing:
            return
        # sudo: signals read records of all kinds; only the number of clients per band leaves
        for group in relationships.sudo().grouped("company_id").values():
            readings, _errors = signals.read(group.env, group, get_today(group.company_id), missing)
            for relationship_id, found in readings.items():
                by_id[relationship_id].readings.update(found)

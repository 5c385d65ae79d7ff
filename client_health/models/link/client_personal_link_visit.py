from datetime import timedelta

from odoo import api, fields, models

# Within an hour
MAX_GUESSES = 20
MAX_GUESSES_OF_RECORD = 100
MAX_POSTS = 30
MAX_POSTS_OF_ADDRESS = 100
KEEP_GUESSES_DAYS = 90
KEEP_DAYS = 730


class ClientPersonalLinkVisit(models.Model):
    """Who opened a personal link, answered by it, or tried keys: address and browser.

    In the database, as the workers share no memory: from here the limits are counted. IP address
    and browser are kept for two years, failed tries for 90 days.
    """

    _name = "client.personal.link.visit"
    _description = "Visit by a Personal Link"
    _inherit = ["client.protected.mixin"]
    _order = "id desc"
    _rec_name = "kind"

    kind = fields.Selection(
        [("open", "Opened"), ("post", "Answered"), ("guess", "Wrong Key")],
        required=True,
        readonly=True,
        protected=True,
    )
    link_id = fields.Many2one(
        "client.personal.link",
        readonly=True,
        protected=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    res_model = fields.Char(string="Model", readonly=True, protected=True)
    res_id = fields.Many2oneReference(
        string="Record", model_field="res_model", readonly=True, protected=True
    )
    ip = fields.Char(string="IP Address", readonly=True, protected=True)
    browser = fields.Char(readonly=True, protected=True)

    _ip_idx = models.Index("(ip, create_date)")
    _record_idx = models.Index("(res_model, res_id, create_date)")

    @api.model
    def _record(self, kind, visitor, res_model, res_id, link=None):
        """Keep a visit; ``visitor``: a dictionary with the ip and the browser."""
        # sudo: visitors have no rights
        self.sudo().create(
            {
                "kind": kind,
                "link_id": link.id if link else False,
                "res_model": res_model,
                "res_id": res_id,
                **visitor,
            }
        )

    @api.model
    def _may_guess(self, ip, res_model, res_id):
        """Return whether keys from this address are looked at.

        A record that is under attack stays open to those who have made no wrong guess.
        """
        own = self._count("guess", ip=ip)
        if own >= MAX_GUESSES:
            return False
        record = {"res_model": res_model, "res_id": res_id}
        return not own or self._count("guess", **record) < MAX_GUESSES_OF_RECORD

    @api.model
    def _may_post(self, ip, link=None):
        if self._count("post", ip=ip) >= MAX_POSTS_OF_ADDRESS:
            return False
        return not link or self._count("post", link_id=link.id) < MAX_POSTS

    @api.model
    def _count(self, kind, **values):
        since = fields.Datetime.now() - timedelta(hours=1)
        domain = [(name, "=", value) for name, value in values.items()]
        # sudo: counts only
        return self.sudo().search_count([("kind", "=", kind), ("create_date", ">", since), *domain])

    @api.autovacuum
    def _gc_visits(self):
        for kinds, days in ((("guess",), KEEP_GUESSES_DAYS), (("open", "post"), KEEP_DAYS)):
            limit = fields.Datetime.now() - timedelta(days=days)
            self.search([("kind", "in", kinds), ("create_date", "<", limit)]).unlink()

from odoo import fields, http
from odoo.http import content_disposition, request

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ClientReviewController(http.Controller):
    @http.route("/client_health/review/<int:export_id>", type="http", auth="user", readonly=True)
    def download_review(self, export_id):
        """Send the workbook. Its author alone can read the export; rights apply row by row."""
        export = request.env["client.review.export"].browse(export_id).exists()
        if not export or not export.has_access("read"):
            raise request.not_found()
        if not request.env["client.review"]._take_turn():
            message = request.env._("A review of yours is being made already. Please wait for it.")
            return request.make_response(message, status=429)
        content = request.env["client.review"]._get_workbook(
            export._get_relationships(), filters=export._get_filters()
        )
        today = fields.Date.context_today(export)
        return self._send(content, f"client-review-{today}.xlsx")

    @http.route(
        "/client_health/review/client/<int:client_id>", type="http", auth="user", readonly=True
    )
    def download_client_review(self, client_id, for_client="", **_kwargs):
        """Send the review of one client: for ourselves, or to hand to the client."""
        client = request.env["client.relationship"].browse(client_id).exists()
        if not client or not client.has_access("read"):
            raise request.not_found()
        content = request.env["client.review"]._get_client_workbook(client, bool(for_client))
        today = fields.Date.context_today(client)
        kind = "review" if for_client else "internal-review"
        return self._send(content, f"{kind}-{client.partner_id.name}-{today}.xlsx")

    def _send(self, content, name):
        return request.make_response(
            content,
            [
                ("Content-Type", XLSX),
                ("Content-Length", len(content)),
                ("Content-Disposition", content_disposition(name)),
            ],
        )

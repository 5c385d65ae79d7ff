from odoo import http
from odoo.http import content_disposition, request

from .client_update import ClientUpdatePortal


class ClientValueReportPortal(ClientUpdatePortal):
    """The value report of a client: on the page of the update that brought it, and as a PDF."""

    def _render_update(self, update, reader, status=200, **values):
        if update and update.kind == "value_report":
            values.setdefault("report_html", update.report_html)
            values.setdefault("report_pdf_url", f"/my/updates/{update.id}/value-report.pdf")
        return super()._render_update(update, reader, status=status, **values)

    @http.route(
        ["/my/updates/<int:update_id>/value-report.pdf"],
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
    )
    def portal_client_value_report_pdf(self, update_id, **kwargs):
        """Hand out the PDF that was sent; where none could be made then, make it now."""
        update, reader, _link = self._get_update(update_id)
        if not update or update.kind != "value_report":
            return self._render_update(None, None)
        # sudo: the file of an update that the visitor may read, checked above
        sent = update.sudo().sent_message_id.attachment_ids
        name = update._get_report_file_name()
        file = sent.filtered(lambda one: one.mimetype == "application/pdf" and one.name == name)
        pdf = file[:1].raw or update._make_report_pdf()
        if not pdf:
            error = request.env._(
                "A PDF cannot be made at the moment. This page says the same: your browser can "
                "print it, or save it as a PDF."
            )
            return self._render_update(update, reader, error=error)
        headers = [
            ("Content-Type", "application/pdf"),
            ("Content-Length", len(pdf)),
            ("Content-Disposition", content_disposition(name)),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return self._protect(request.make_response(pdf, headers=headers))

    @http.route(
        ["/client/value-report/<int:update_id>"],
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
    )
    def client_value_report_preview(self, update_id, **kwargs):
        """Show one of us the report, also a draft, as the client sees it: in a meeting."""
        update = request.env["client.update"].browse(update_id).exists()
        if (
            not request.env.user._is_internal()
            or not update.has_access("read")
            or update.kind != "value_report"
        ):
            raise request.not_found()
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "client_value_report",
            "update": update,
            "report_html": update._get_report_html(),
        }
        return self._protect(
            request.render("client_health.portal_client_value_report_preview", values)
        )

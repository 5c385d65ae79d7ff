from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

REPORT = "client_health.client_agreement_report"


class ClientAgreementPortal(CustomerPortal):
    """The client reads its agreements, and its signatory answers a proposal.

    The client has no rights on the model: every record is fetched as superuser after the link or
    the client was checked, and the pages get ``_get_portal_values`` and nothing else.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        agreements, domain = self._get_agreements()
        if "agreement_count" in counters:
            values["agreement_count"] = agreements.search_count(domain)
        if "agreement_proposed_count" in counters:
            values["agreement_proposed_count"] = agreements.search_count(
                [*domain, ("state", "=", "proposed")]
            )
        return values

    def _get_agreements(self):
        """Return the model as superuser, and the domain of what the user's company may see."""
        # sudo: clients have no rights on the model; the domain limits it to their own
        agreements = request.env["client.agreement"].sudo()
        client = request.env.user.partner_id.commercial_partner_id
        return agreements, agreements._get_portal_domain(client)

    def _get_agreement(self, agreement_id, access_token):
        """Return the agreement as superuser and whether the visitor holds its link.

        Nothing is returned to visitors without the link who do not belong to the client.
        """
        # as superuser, so that no colleague counts as the author of what is written here; what
        # the visitor may see is checked below
        agreement = request.env(user=1)["client.agreement"].browse(agreement_id).exists()
        user = request.env.user
        if not agreement:
            return agreement, False
        if user._is_internal():
            own = request.env["client.agreement"].browse(agreement_id)
            return (agreement if own.has_access("read") else agreement.browse()), False
        _model, domain = self._get_agreements()
        mine = not user._is_public() and agreement.search_count(
            [*domain, ("id", "=", agreement_id)]
        )
        by_link = (
            user._is_public() and agreement.state != "draft" and agreement._is_link(access_token)
        )
        return (agreement if mine or by_link else agreement.browse()), bool(by_link)

    def _render_gone(self):
        return request.render("client_health.portal_agreement_gone", {"page_name": "agreement"})

    @http.route(
        ["/my/agreements", "/my/agreements/page/<int:page>"], type="http", auth="user", website=True
    )
    def portal_my_agreements(self, page=1, **_kwargs):
        agreements, domain = self._get_agreements()
        pager = portal_pager(
            url="/my/agreements",
            total=agreements.search_count(domain),
            page=page,
            step=self._items_per_page,
        )
        found = agreements.search(
            domain,
            limit=self._items_per_page,
            offset=pager["offset"],
            order="proposed_on desc, id desc",
        )
        values = {
            **self._prepare_portal_layout_values(),
            "agreements": [(agr.access_url, agr._get_portal_values()) for agr in found],
            "page_name": "agreement",
            "pager": pager,
            "default_url": "/my/agreements",
        }
        return request.render("client_health.portal_my_agreements", values)

    @http.route("/my/agreements/<int:agreement_id>", type="http", auth="public", website=True)
    def portal_agreement(
        self, agreement_id, access_token=None, report_type=None, message=None, **_kwargs
    ):
        agreement, by_link = self._get_agreement(agreement_id, access_token)
        if not agreement:
            return self._render_gone()
        if report_type == "html":
            return self._show_report(model=agreement, report_type="html", report_ref=REPORT)
        values = {
            **self._prepare_portal_layout_values(),
            **self._get_urls(agreement, access_token if by_link else None),
            "agreement": agreement._get_portal_values(),
            "refusal": agreement._get_signing_refusal(request.env.user, by_link),
            "is_internal": request.env.user._is_internal(),
            "message": message,
            "page_name": "agreement",
        }
        return request.render("client_health.portal_agreement", values)

    def _get_urls(self, agreement, access_token):
        base = agreement.access_url
        query = f"access_token={access_token or ''}"
        answer = f"{query}&text_hash={agreement._get_text_hash()}"
        return {
            "accept_url": f"{base}/accept?{answer}",
            "decline_url": f"{base}/decline?{answer}",
            "page_url": f"{base}?{query}",
            "print_url": f"{base}?{query}&report_type=html",
            "compare_url": agreement.previous_id and f"{base}/compare?{query}",
            "backend_url": f"/odoo/client.agreement/{agreement.id}",
        }

    @http.route(
        "/my/agreements/<int:agreement_id>/compare", type="http", auth="public", website=True
    )
    def portal_agreement_compare(self, agreement_id, access_token=None, **_kwargs):
        agreement, by_link = self._get_agreement(agreement_id, access_token)
        # the client may read the version before: it had accepted it
        if not agreement.previous_id:
            return self._render_gone()
        values = {
            **self._prepare_portal_layout_values(),
            **self._get_urls(agreement, access_token if by_link else None),
            **request.env(user=1)["client.agreement.comparison"]._get_values(
                agreement.previous_id, agreement
            ),
            "page_name": "agreement",
        }
        return request.render("client_health.portal_agreement_compare", values)

    def _get_agreement_to_answer(self, agreement_id, access_token):
        agreement, by_link = self._get_agreement(agreement_id, access_token)
        if not agreement:
            raise UserError(
                request.env._("This link is no longer valid. Please ask us for a new one.")
            )
        if refusal := agreement._get_signing_refusal(request.env.user, by_link):
            raise UserError(refusal)
        return agreement

    @http.route(
        "/my/agreements/<int:agreement_id>/accept", type="jsonrpc", auth="public", website=True
    )
    def portal_agreement_accept(
        self, agreement_id, access_token=None, text_hash=None, name=None, signature=None
    ):
        """Called by Odoo's signature form; the link and the text come in the address."""
        query = request.httprequest.args
        access_token = access_token or query.get("access_token")
        try:
            with request.env.cr.savepoint():
                agreement = self._get_agreement_to_answer(agreement_id, access_token)
                agreement._accept_online(name, signature, text_hash or query.get("text_hash"))
        except UserError as error:
            return {"error": str(error)}
        page_url = f"{agreement.access_url}?access_token={access_token or ''}"
        return {"force_refresh": True, "redirect_url": f"{page_url}&message=accepted"}

    @http.route(
        "/my/agreements/<int:agreement_id>/decline",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
    )
    def portal_agreement_decline(
        self, agreement_id, access_token=None, text_hash=None, reason=None, **_kwargs
    ):
        error = None
        try:
            with request.env.cr.savepoint():
                agreement = self._get_agreement_to_answer(agreement_id, access_token)
                agreement._decline_online(reason, text_hash)
        except UserError as refusal:
            error = str(refusal)
        values = {"error": error, "page_name": "agreement"}
        return request.render("client_health.portal_agreement_declined", values)

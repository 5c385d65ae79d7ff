from odoo import http
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import pager

from ..client_input import read_text
from .client_portal import ClientPortal

PAGE = 20
MAX_BYTES = 25 * 1024 * 1024


class ClientUpdatePortal(ClientPortal):
    """The updates sent to a client, on its own page, with one question where we ask one."""

    def _get_own_updates(self):
        # sudo: clients have no access to the model; _get_own_domain is what they may see of it
        return request.env["client.update"].sudo()

    def _get_own_domain(self):
        """Return the domain of the updates sent to the current user."""
        return Domain("state", "=", "sent") & Domain(
            "recipient_ids", "in", request.env.user.partner_id.ids
        )

    @http.route(
        ["/my/updates", "/my/updates/page/<int:page>"], type="http", auth="user", website=True
    )
    def portal_my_client_updates(self, page=1, **kwargs):
        updates = self._get_own_updates()
        pages = pager(
            url="/my/updates",
            total=updates.search_count(self._get_own_domain()),
            page=page,
            step=PAGE,
        )
        values = {
            "page_name": "client_update",
            "updates": updates.search(self._get_own_domain(), limit=PAGE, offset=pages["offset"]),
            "pager": pages,
            "default_url": "/my/updates",
        }
        return request.render("client_health.portal_my_client_updates", values)

    @http.route(["/my/updates/<int:update_id>"], type="http", auth="public", website=True)
    def portal_my_client_update(self, update_id, access_token=None, **kwargs):
        if access_token is not None:
            return self._enter_update(update_id, access_token)
        update, reader, _link = self._get_update(update_id)
        return self._render_update(update, reader)

    def _enter_update(self, update_id, key):
        """Take the key out of the address; who is logged in needs none."""
        url = f"/my/updates/{update_id}"
        if not request.env.user._is_public():
            return self._protect(request.redirect(url, code=303))
        entered = self._enter(key, ["client.update"], update_id, lambda _link: url)
        return entered or self._render_update(None, None, status=404)

    @http.route(
        ["/my/updates/<int:update_id>/answer"],
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def portal_answer_client_update(self, update_id, answer="", note="", **kwargs):
        """The client answers whether it is repaired; GET never writes, so no robot answers."""
        update, reader, link = self._get_update(update_id)
        if not self._count_post("client.update", update_id, link):
            return self._refuse_visit()
        if not reader:
            return self._render_update(None, None)
        try:
            update._answer_by_client(reader, answer == "yes", read_text(request.env, note))
        except UserError as refusal:
            return self._render_update(update, reader, error=str(refusal))
        return self._render_update(update, reader, thanks=answer)

    @http.route(
        ["/my/updates/<int:update_id>/write"],
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def portal_write_on_client_update(self, update_id, words="", **kwargs):
        """The client writes to us below the update."""
        update, reader, link = self._get_update(update_id)
        if not self._count_post("client.update", update_id, link):
            return self._refuse_visit()
        if not reader:
            return self._render_update(None, None)
        sent = [file for file in request.httprequest.files.getlist("files") if file.filename]
        files = [(file.filename, file.read()) for file in sent]
        try:
            words = read_text(request.env, words)
        except UserError as refusal:
            return self._render_update(update, reader, error=str(refusal))
        if sum(len(content) for _name, content in files) > MAX_BYTES:
            error = request.env._("Together, the files can have 25 MB at most.")
            return self._render_update(update, reader, error=error)
        if words or files:
            update._post_by_client(reader, words, files)
        return self._protect(request.redirect(f"/my/updates/{update_id}", code=303))

    @http.route(
        ["/my/updates/<int:update_id>/file/<int:file_id>"],
        type="http",
        auth="public",
        methods=["GET"],
    )
    def portal_client_update_file(self, update_id, file_id, **kwargs):
        update, reader, _link = self._get_update(update_id)
        shown = update._get_portal_messages() if reader else []
        if file_id not in [file["id"] for message in shown for file in message["files"]]:
            raise request.not_found()
        # sudo: a file of a message that the visitor may read, checked above
        file = update.env["ir.attachment"].sudo().browse(file_id)
        stream = update.env["ir.binary"]._get_stream_from(file)
        return self._protect(stream.get_response(as_attachment=True))

    def _get_update(self, update_id):
        """Return (update as superuser, recipient who reads it, its link); never a draft.

        A colleague who may read the update is no recipient.
        """
        # as superuser: clients have no access to the model; recipients and their links do
        update = request.env(user=1)["client.update"].browse(update_id).exists()
        update = update.filtered(lambda one: one.state == "sent")
        nothing = update.browse()
        nobody = request.env["res.partner"]
        user = request.env.user
        link = self._get_link("client.update", update_id)
        if user._is_public():
            return (update if link else nothing), link.partner_id, link
        if user._is_internal():
            own = request.env["client.update"].browse(update_id)
            may_read = update and own.has_access("read")
            return (update if may_read else nothing), nobody, link.browse()
        mine = user.partner_id in update.recipient_ids
        return (update if mine else nothing), user.partner_id if mine else nobody, link.browse()

    def _render_update(self, update, reader, status=200, **values):
        if not update:
            response = request.redirect("/my")
            if request.env.user._is_public():
                response = request.render("client_health.client_value_link_invalid", {})
                response.status_code = 404 if status == 200 else status
            return self._protect(response)
        page = {
            **self._prepare_portal_layout_values(),
            "page_name": "client_update",
            "update": update,
            "reader": reader,
            "can_answer": bool(reader) and update._is_question_open(),
            "messages": update._get_portal_messages(),
            **values,
        }
        return self._protect(request.render("client_health.portal_client_update", page))

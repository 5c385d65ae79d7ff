from datetime import timedelta

from odoo import fields
from odoo.http import request
from odoo.tools.misc import hash_sign, verify_hash_signed

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..client_input import is_token

SCOPE = "client_health.personal_link"
HOURS = 1


class ClientPortal(CustomerPortal):
    """Personal links of clients: from the key in the address to a cookie, limits and headers.

    The key is in the address of the first visit alone: after it, a cookie of one document says who
    the visitor is, so that the key stays in no history and reaches no other page.
    """

    def _get_visitor(self):
        agent = request.httprequest.user_agent.string or ""
        return {"ip": request.httprequest.remote_addr, "browser": agent[:512]}

    def _enter(self, key, res_model, res_id=None, get_url=None, path=None):
        """Exchange the key for a cookie and return the redirect; None: the key is no good.

        :param res_model: the models to which the link may lead
        :param get_url: gives the page of a link, which is also the path of the cookie
        :param path: another path of the cookie
        """
        visits = request.env["client.personal.link.visit"]
        visitor = self._get_visitor()
        if not visits._may_guess(visitor["ip"], res_model[0], res_id):
            return self._refuse_visit()
        # as superuser: no colleague counts as the author of what is written by a visitor
        links = request.env(user=1)["client.personal.link"]
        link = links._open(key, res_model, res_id) if is_token(key) else links
        if not link:
            visits._record("guess", visitor, res_model[0], res_id)
            return None
        visits._record("open", visitor, link.res_model, link.res_id, link)
        url = get_url(link)
        response = request.redirect(url, code=303)
        self._set_link_cookie(response, link, path or url)
        return self._protect(response)

    def _set_link_cookie(self, response, link, path):
        # sudo: the secret of the database, to sign with
        value = hash_sign(request.env(su=True), SCOPE, [link.id], expiration_hours=HOURS)
        response.set_cookie(
            self._get_cookie_name(link.res_model, link.res_id),
            value,
            max_age=HOURS * 3600,
            expires=fields.Datetime.now() + timedelta(hours=HOURS),
            path=path,
            secure=request.httprequest.scheme == "https",
            httponly=True,
            samesite="Lax",
        )

    def _get_cookie_name(self, res_model, res_id):
        return f"{res_model.replace('.', '_')}_{res_id}"

    def _read_cookie(self, res_model, res_id):
        """Return the link of the cookie, also one that has ended, as superuser."""
        links = request.env(user=1)["client.personal.link"]
        cookie = request.httprequest.cookies.get(self._get_cookie_name(res_model, res_id))
        try:
            # sudo: the secret of the database, to compare with
            values = cookie and verify_hash_signed(request.env(su=True), SCOPE, cookie)
        except (ValueError, IndexError):
            values = None
        link = links.browse(values or []).exists()
        return link.filtered(lambda one: (one.res_model, one.res_id) == (res_model, res_id))

    def _get_link(self, res_model, res_id):
        """Return the link by which the visitor is here, while it is good."""
        return self._read_cookie(res_model, res_id)._filter_live()

    def _get_own_link(self, res_model, res_id):
        """Return the link of the visitor, unless it is a colleague, or a user of another client."""
        link = self._get_link(res_model, res_id)
        user = request.env.user
        client = user.partner_id.commercial_partner_id
        mine = link.partner_id.commercial_partner_id == client and not user._is_internal()
        return link if user._is_public() or mine else link.browse()

    def _count_post(self, res_model, res_id, link=None):
        """Return whether the visitor may send this: not too much from one address, or link."""
        visits = request.env["client.personal.link.visit"]
        visitor = self._get_visitor()
        if not visits._may_post(visitor["ip"], link):
            return False
        visits._record("post", visitor, res_model, res_id, link)
        return True

    def _get_back(self, back, page):
        """Return the page to which the visitor returns: where the form was."""
        return "/my/work" if back == "work" else page

    def _get_too_many_message(self):
        return request.env._("Too many attempts. Please try again in an hour.")

    def _refuse_visit(self):
        response = request.render(
            "client_health.client_link_refused", {"message": self._get_too_many_message()}
        )
        response.status_code = 429
        return self._protect(response)

    def _refuse_link(self):
        """Answer a link that is wrong, old, or not the visitor's: all of them alike."""
        response = request.render("client_health.client_value_link_invalid", {})
        response.status_code = 404
        return self._protect(response)

    def _protect(self, response):
        """The page is one person's: it is stored nowhere, and its address goes nowhere."""
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response

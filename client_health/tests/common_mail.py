from odoo.addons.mail.tests import common


class GatewayCommon(common.MailCommon):
    """Odoo's tools to get and to send mail, without its two other companies and their users.

    Those take two seconds of each class, and nothing of ours is about them.
    """

    @classmethod
    def _activate_multi_company(cls):
        cls._mc_enabled = False

# Run by "odoo shell" on a new demo database: no chat window of OdooBot over every first page, and
# none of the hundreds of mails that Odoo's demo data has left to send on its mail page.
env["res.users"].search([]).odoobot_state = "disabled"
env["mail.mail"].search([("state", "=", "outgoing")]).write({"state": "cancel"})
env.cr.commit()

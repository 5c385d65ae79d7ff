# Run by "odoo shell": builds what the browser loads, once, and keeps it. Built inside a
# test it would be rolled back and built again by the next one (2 to 4 seconds each).
BUNDLES = {
    "web.assets_web": {"js", "css"},
    "web.assets_backend_lazy": {"js", "css"},
    "web.assets_frontend": {"css"},
    "web.assets_frontend_minimal": {"js"},
    "web.assets_frontend_lazy": {"js"},
    "web.assets_tests": {"js"},
}
for name, kinds in BUNDLES.items():
    env["ir.qweb"]._get_asset_nodes(name, css="css" in kinds, js="js" in kinds)  # noqa: F821
env.cr.commit()  # noqa: F821

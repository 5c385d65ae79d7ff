{
    "name": "Client Health: Demo",
    "summary": "An agency with twelve clients, each with a story",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "Client Health",
    "license": "LGPL-3",
    "depends": ["client_health", "hr_expense", "sale_crm"],
    "post_init_hook": "post_init_hook",
    # read by the hook
    "oca_data_manual": [
        "data/res.partner.csv",
        "data/res.users.csv",
        "data/hr.employee.csv",
        "data/crm.team.csv",
        "data/product.product.csv",
    ],
}

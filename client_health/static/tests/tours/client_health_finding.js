import { registry } from "@web/core/registry";

const LINE = ".o_client_finding[data-code='without_salesperson']";

const click = (trigger, content) => ({ trigger, content, run: "click" });

/* The number opens Odoo's list, the button plans for all; on the way back the page is there. */
registry.category("web_tour.tours").add("client_health_finding_page", {
    steps: () => [
        { trigger: ".o_client_findings_top:contains('Nobody is in charge of')" },
        click(`${LINE} .o_client_finding_count`),
        { trigger: ".o_list_view .o_data_row:contains('Blue Harbour')" },
        click(".o_back_button, .breadcrumb-item a"),
        click(`${LINE} .o_client_finding_action`),
        { trigger: ".modal:contains('Hand Over Clients'), .modal [name='relationship_ids']" },
        click(".modal-footer button[special='cancel'], .modal-footer .btn-secondary"),
        { trigger: "body:not(:has(.modal))" },
        { trigger: ".o_client_findings" },
    ],
});

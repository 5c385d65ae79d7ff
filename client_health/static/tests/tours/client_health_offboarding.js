import { registry } from "@web/core/registry";

const point = (name) => `div[name='points'] div[name='${name}'] input:checked`;
const option = (text) => `.o-autocomplete--dropdown-item:contains('${text}')`;

/* The reboot was in vain: look at both sides, decide to part, and part as friends. */
registry.category("web_tour.tours").add("client_health_offboarding", {
    steps: () => [
        {
            trigger: ".o_statusbar_status button:contains('Offboard')",
            run: "click",
        },
        {
            content: "Not before both sides were looked at: the sheet opens",
            trigger: ".o_client_sheet_quadrant",
        },
        {
            content: "What a loss it is, from the ledger",
            trigger:
                ".o_client_sheet_scenarios tr[data-code='margin'] td.text-danger:contains('2,000')",
        },
        {
            trigger: ".o_client_sheet tr[data-code='loss_probability']:contains('2 of 2')",
        },
        {
            content: "One click leads to the records",
            trigger: ".o_client_sheet_fact:contains('Income lost') button",
            run: "click",
        },
        {
            trigger: ".o_breadcrumb:contains('Profitability')",
        },
        {
            trigger: ".breadcrumb-item:contains('Decision')",
            run: "click",
        },
        {
            trigger: "div[name='choice'] label:contains('End the relationship')",
            run: "click",
        },
        {
            trigger: "div[name='decision'] div[name='reason'] textarea",
            run: "edit A year at a loss, and no wish to change it",
        },
        {
            trigger: "div[name='decision'] button[name='action_decide']",
            run: "click",
        },
        {
            content: "The offboarding is open, with its list",
            trigger: ".o_form_view div[name='line_ids'] .o_data_row:contains('Close the project')",
        },
        {
            trigger: "div[name='event_id'] input",
            run: "edit End of our cooperation",
        },
        {
            trigger: option("End of our cooperation"),
            run: "click",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: point("is_discussed"),
        },
        {
            trigger: ".o_data_row:contains('Give back our accesses') button[name='action_done']",
            run: "click",
        },
        {
            trigger:
                ".o_data_row:contains('Give back our accesses') td[name='is_done'] input:checked",
        },
        {
            trigger: ".o_form_statusbar button[name='action_write_farewell']",
            run: "click",
        },
        {
            trigger: "div[name='body'] .odoo-editor-editable p:contains('Dear Elena Marsh')",
        },
        {
            trigger: "div[name='body'] .odoo-editor-editable",
            run: "editor Dear Elena, thank you for the time together. All the best!",
        },
        {
            trigger: "button[name='action_send']",
            run: "click",
        },
        {
            trigger: ".modal footer button.btn-primary",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_arrow_button_current:contains('Sent')",
        },
        {
            trigger: ".breadcrumb-item:contains('Offboarding of')",
            run: "click",
        },
        {
            trigger: point("is_thanked"),
        },
        {
            trigger: ".o_form_statusbar button[name='action_end']",
            run: "click",
        },
        {
            content: "The project is not closed: named, with a way there",
            trigger: ".modal .o_data_row:contains('The handover: 1 of')",
        },
        {
            trigger: ".modal .o_data_row:contains('The handover') td[name='reason']",
            run: "click",
        },
        {
            trigger: ".modal .o_selected_row div[name='reason'] input",
            run: "edit The project stays open for the last invoice",
        },
        {
            content: "Why it ends is asked, too",
            trigger: ".modal div[name='reason_ids'] input",
            run: "edit Not profitable",
        },
        {
            trigger: option("Not profitable"),
            run: "click",
        },
        {
            trigger: ".modal .o_inner_group div[name='reason'] input",
            run: "edit Parted as friends",
        },
        {
            trigger: ".modal button[name='action_end']",
            run: "click",
        },
        {
            trigger: ".o_form_view:not(:has(.modal)) .o_arrow_button_current:contains('Ended')",
        },
        {
            trigger: ".o_notebook a[name='waivers']",
            run: "click",
        },
        {
            trigger: "div[name='waiver_ids'] .o_data_row:contains('for the last invoice')",
        },
    ],
});

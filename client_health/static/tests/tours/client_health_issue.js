import { registry } from "@web/core/registry";

const row = (text) => `.o_data_row:contains('${text}')`;
const badge = (field, label) => `div[name='${field}'] .o_selection_badge:contains('${label}')`;
const step = (name) => `div[name='steps'] div[name='${name}'] input:checked`;

/* From three complaints to one cause, a guess at it, and an apology. */
registry.category("web_tour.tours").add("client_health_issue", {
    steps: () => [
        ...["The stock is wrong", "Again sold out", "We printed flyers"].map((text) => ({
            trigger: `${row(text)} .o_list_record_selector input`,
            run: "click",
        })),
        {
            trigger: ".o_control_panel button[name='action_group_in_issue']",
            run: "click",
        },
        {
            content: "One issue, with three symptoms",
            trigger: ".o_form_view div[name='name'] :is(input, textarea)",
            run: "edit Stock of the stores",
        },
        {
            trigger: ".o_notebook a[name='symptoms']",
            run: "click",
        },
        {
            trigger: "div[name='feedback_ids'] .o_data_row:eq(2)",
        },
        {
            trigger: badge("side", "Ours"),
            run: "click",
        },
        {
            trigger: ".o_notebook a[name='cause']",
            run: "click",
        },
        {
            trigger: "div[name='root_cause'] textarea",
            run: "edit The files change every week and nobody asks why",
        },
        {
            trigger: "div[name='hypothesis_ids'] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger: "div[name='hypothesis_ids'] .o_selected_row div[name='name'] textarea",
            run: "edit we agree on one format",
        },
        {
            trigger: "div[name='hypothesis_ids'] .o_selected_row div[name='effect'] textarea",
            run: "edit the import holds",
        },
        {
            trigger: "div[name='hypothesis_ids'] .o_selected_row div[name='contact_id'] input",
            run: "edit Elena",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains('Elena Marsh')",
            run: "click",
        },
        {
            trigger:
                "div[name='hypothesis_ids'] .o_selected_row div[name='date_deadline'] :is(input, button)",
            run: "click",
        },
        {
            trigger: "div[name='hypothesis_ids'] .o_selected_row div[name='date_deadline'] input",
            run: "edit 05/20/2030 && press Escape",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "The cause is recognised",
            trigger: step("is_recognised"),
        },
        {
            trigger: "button[name='action_close']",
            run: "click",
        },
        {
            content: "Too early: what is missing is named",
            trigger:
                ".modal:contains('Still missing'):contains('Cause fixed'):contains('Confirmed')",
        },
        {
            trigger: ".modal footer button",
            run: "click",
        },
        {
            trigger: "button[name='action_create_task']",
            run: "click",
        },
        {
            content: "The guess is in the work schedule",
            trigger: ".o_form_view .o_task_name textarea:value('we agree on one format')",
        },
        {
            trigger: ".breadcrumb-item:contains('Stock of the stores')",
            run: "click",
        },
        {
            trigger: "button[name='action_write_apology']",
            run: "click",
        },
        {
            trigger: "div[name='body'] .odoo-editor-editable p:contains('Dear Elena Marsh')",
        },
        {
            trigger: "div[name='body'] .odoo-editor-editable",
            run: "editor Dear Elena, we gave you trouble, and I am sorry.",
        },
        {
            trigger: "div[name='acknowledgement'] textarea",
            run: "edit We repaired the files instead of asking why they change.",
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
            trigger: ".o-mail-Message:contains('instead of asking why')",
        },
        {
            trigger: ".breadcrumb-item:contains('Stock of the stores')",
            run: "click",
        },
        {
            trigger: step("is_apologised"),
        },
        {
            trigger: step("is_acknowledged"),
        },
    ],
});

/* The task is done: the guess proves true, and the client is asked. */
registry.category("web_tour.tours").add("client_health_issue_ask", {
    steps: () => [
        {
            trigger: "div[name='hypothesis_ids'] button[name='action_confirm']",
            run: "click",
        },
        {
            trigger: step("is_fixed"),
        },
        {
            trigger: "button[name='action_ask_confirmation']",
            run: "click",
        },
        {
            trigger: "div[name='body'] .odoo-editor-editable",
            run: "editor Dear Elena, the stock is right since Monday. Do you see it, too?",
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
    ],
});

/* The client reads it on its page, and says yes. */
registry.category("web_tour.tours").add("client_health_issue_client", {
    steps: () => [
        {
            trigger: "h4:contains('Elena Marsh, is it in order again?')",
        },
        {
            trigger: "textarea[name='note']",
            run: "edit Yes, since Monday",
        },
        {
            trigger: "button[name='answer'][value='yes']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".alert-success:contains('Thank you')",
        },
    ],
});

/* All six steps are there: the issue is closed. */
registry.category("web_tour.tours").add("client_health_issue_close", {
    steps: () => [
        {
            trigger: step("is_confirmed"),
        },
        {
            trigger: "button[name='action_close']",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_arrow_button_current:contains('Repaired')",
        },
    ],
});

import { registry } from "@web/core/registry";

const row = (name) => `.o_data_row:contains('${name}')`;

/* The counter leads to the list; one is answered, one needs no answer, one is handed over. */
registry.category("web_tour.tours").add("client_health_waiting", {
    steps: () => [
        {
            content: "The board says it as well",
            trigger: ".o_client_waiting_line:contains('Messages of 1 client wait')",
        },
        {
            trigger: ".o_client_waiting_menu:contains('3') button",
            run: "click",
        },
        {
            content: "Oldest first",
            trigger: ".o_data_row:first-child:contains('Answer me')",
            run: `click ${row("Answer me")} button[name='action_answer']`,
        },
        {
            content: "Over the list, to whom it is for",
            trigger:
                ".modal .o_mail_composer_form_view div[name='partner_ids']:contains('Elena Marsh')",
        },
        {
            trigger: ".modal div[name='body'] .odoo-editor-editable",
            run: "editor On my way",
        },
        {
            trigger: ".modal button[name='action_send_mail']",
            run: "click",
        },
        {
            trigger: `.o_list_view:not(:has(${row("Answer me")})) ${row("Leave me")} button[name='action_no_answer']`,
            run: "click",
        },
        {
            trigger: ".modal div[name='reason'] input",
            run: "edit We spoke on the phone",
        },
        {
            trigger: ".modal button[name='action_save']",
            run: "click",
        },
        {
            content: "It leaves the list, and the counter counts down",
            trigger: `body:not(:has(.modal)):not(:has(${row("Leave me")})) .o_client_waiting_menu:contains('1')`,
        },
        {
            trigger: `${row("Hand me over")} button[name='action_hand_over']`,
            run: "click",
        },
        {
            trigger: ".modal div[name='summary'] input:value('Answer Elena Marsh: Hand me over')",
        },
        {
            trigger: ".modal button[name='action_schedule_activities']",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
    ],
});

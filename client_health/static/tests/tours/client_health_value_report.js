import { registry } from "@web/core/registry";

/* A salesperson looks a value report over and sends it. */
registry.category("web_tour.tours").add("client_health_value_report", {
    steps: () => [
        {
            trigger: ".o_notebook .nav-link[name='voice']",
            run: "click",
        },
        {
            trigger: "button[name='action_send_value_report']",
            run: "click",
        },
        {
            content: "The contact who is responsible for a goal gets it",
            trigger: "div[name='recipient_ids'] .o_tag:contains('Elena Marsh')",
        },
        {
            content: "The report is there to be looked over",
            trigger:
                ".o_value_report_preview :iframe .o_value_report:contains('More bookings from phones')",
        },
        {
            trigger: "div[name='report_period'] label:contains('Last year')",
            run: "click",
        },
        {
            trigger: "button[name='action_send']",
            run: "click",
        },
        {
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_arrow_button_current:contains('Sent')",
        },
        {
            trigger:
                ".o_value_report_preview :iframe .o_value_report:contains('More bookings from phones')",
        },
    ],
});

/* The client reads it, and answers below it. */
registry.category("web_tour.tours").add("client_health_value_report_portal", {
    url: "/my/work",
    steps: () => [
        {
            trigger: ".o_client_work_updates a:contains('What we reached together')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_value_report:contains('More bookings from phones') svg[role='img']",
        },
        {
            trigger: "#client_words",
            run: "edit Thank you, let us talk about the next goal",
        },
        {
            trigger: ".o_client_update_write button[type='submit']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_client_update_message:contains('let us talk about the next goal')",
        },
    ],
});

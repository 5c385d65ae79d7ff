import { registry } from "@web/core/registry";

/* A contact on a phone: the click in the mail chose a number, a second thought, a few words, sent;
   then it changes its mind. */
registry.category("web_tour.tours").add("client_health_feedback_request", {
    steps: () => [
        {
            content: "As clicked in the mail",
            trigger: ".o_client_feedback:has(input#grade_7:checked)",
        },
        {
            trigger: ".o_client_feedback label[for='grade_4']",
            run: "click",
        },
        {
            trigger: ".o_client_feedback textarea[name='comment']",
            run: "edit Two dates slipped",
        },
        {
            trigger: ".o_client_feedback textarea[name='improvement']",
            run: "edit Tell us the day before",
        },
        {
            trigger: ".o_client_feedback button[type='submit']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_client_feedback dd:contains('4'):contains('of 10')",
        },
        {
            trigger: ".o_client_feedback a:contains('Change my answer')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The words are still there",
            trigger: ".o_client_feedback textarea[name='comment']:value('Two dates slipped')",
        },
        {
            trigger: ".o_client_feedback label[for='grade_6']",
            run: "click",
        },
        {
            trigger: ".o_client_feedback button[type='submit']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_client_feedback dd:contains('6'):contains('of 10')",
        },
    ],
});

/* A salesperson asks a contact from the client's form. */
registry.category("web_tour.tours").add("client_health_feedback_ask", {
    steps: () => [
        {
            trigger: ".o_form_view button[name='action_ask_feedback']",
            run: "click",
        },
        {
            content: "The only contact with an address is proposed",
            trigger: ".modal .o_field_widget[name='contact_ids'] .o_tag:contains('Elena')",
        },
        {
            trigger: ".modal button[name='action_ask']",
            run: "click",
        },
        {
            trigger: ".o_notification:contains('1 asked, 0 left out')",
        },
        {
            content: "Back on the client",
            trigger: "body:not(:has(.modal)) .o_form_view",
        },
    ],
});

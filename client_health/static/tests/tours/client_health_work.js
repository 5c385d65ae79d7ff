import { registry } from "@web/core/registry";

/* One page for the client: it does its part, takes a click back, and says what it is worth. */
registry.category("web_tour.tours").add("client_health_work_portal", {
    url: "/my",
    steps: () => [
        {
            trigger: ".o_portal_index_card a[href='/my/work']:contains('Our work together')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "What is to be signed is there as well",
            trigger: ".o_client_work_to_sign:contains('Agreement Ours')",
        },
        {
            trigger: ".o_client_duty:contains('Duty Ours') form button[type='submit']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "That was a mistake",
            trigger: ".o_client_duty:contains('Duty Ours') .o_client_duty_undo button",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is open again: now it is done",
            trigger:
                ".o_client_duty:contains('Duty Ours'):not(:has(.o_client_duty_undo)) button:contains('Done')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_client_duty .o_client_duty_undo",
        },
        {
            trigger: ".o_client_accomplishment textarea[name='words']",
            run: "edit An hour a day for our guests",
        },
        {
            trigger: ".o_client_accomplishment input[name='amount']",
            run: "edit 9500",
        },
        {
            trigger: ".o_client_accomplishment button[value='yes']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_client_work_confirmed:contains('9,500')",
        },
        {
            trigger: ".o_client_work_rhythm summary",
            run: "click",
        },
        {
            trigger: ".o_client_work_rhythm select[name='channel']",
            run: "select call",
        },
        {
            trigger: ".o_client_work_rhythm button[type='submit']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".alert-success:contains('We will see how we can do that')",
        },
    ],
});

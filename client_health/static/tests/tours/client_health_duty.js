import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("client_health_duty_portal", {
    url: "/my",
    steps: () => [
        {
            content: "One door leads to all that we do together",
            trigger: ".o_portal_index_card a[href='/my/work']:contains('waiting for you')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "a[href='/my/duties']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Add a word",
            trigger: ".o_client_duty summary",
            run: "click",
        },
        {
            content: "Say where it is",
            trigger: ".o_client_duty textarea[name=words]",
            run: "edit In your mailbox",
        },
        {
            content: "It is done",
            trigger: ".o_client_duty button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It stands among what we did",
            trigger: ".o_client_duty:contains(In your mailbox)",
        },
    ],
});

import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("client_health_duty_portal", {
    url: "/my",
    steps: () => [
        {
            content: "The tile says that something is open",
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

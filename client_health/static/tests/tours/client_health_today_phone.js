import { registry } from "@web/core/registry";

/* On a phone: nothing is cut off, and a move is decided with the thumb. */
registry.category("web_tour.tours").add("client_health_today_phone", {
    steps: () => [
        {
            trigger: ".o_client_today_summary:contains('3 clients need you today')",
            run() {
                const page = document.querySelector(".o_client_today");
                if (page.scrollWidth > page.clientWidth) {
                    throw new Error(`Wider than the screen: ${page.scrollWidth}`);
                }
                for (const button of page.querySelectorAll(".o_client_today_next")) {
                    if (button.offsetHeight < 40) {
                        throw new Error(`Too low for a finger: ${button.offsetHeight}`);
                    }
                }
            },
        },
        {
            trigger: ".o_client_today_reason[data-reason='proposals'] button",
            run: "click",
        },
        {
            trigger: ".modal button:contains('Move to At risk')",
            run: "click",
        },
        {
            trigger:
                "body:not(:has(.modal)) .o_client_today_page:not(:has(.o_client_today_reason[data-reason='proposals']))",
        },
    ],
});

/* global Chart, Event, MouseEvent */
import { registry } from "@web/core/registry";

const tour = (name, steps) => registry.category("web_tour.tours").add(name, { steps: () => steps });
const click = (trigger) => ({ trigger, run: "click" });
const tile = (name) => `.o_client_dashboard [data-tile='${name}']`;
const back = click(".breadcrumb-item a:contains('Dashboard'), .o_back_button");

/** A click on a bar: its data set and its index from the end. */
const clickBar = (name, dataset, fromEnd) => ({
    content: `The bar ${dataset} of ${name}, ${fromEnd} from the end`,
    trigger: `${tile(name)} canvas`,
    run() {
        const chart = Chart.getChart(this.anchor);
        const bars = chart.getDatasetMeta(dataset).data;
        const { x, y, base } = bars[bars.length - fromEnd];
        const { left, top } = this.anchor.getBoundingClientRect();
        this.anchor.dispatchEvent(
            new MouseEvent("click", {
                bubbles: true,
                clientX: left + x,
                clientY: top + (y + base) / 2,
            })
        );
    },
});

tour("client_health_dashboard", [
    click("button[data-menu-xmlid='client_health.menu_client_health_reporting']"),
    click(".dropdown-item[data-menu-xmlid='client_health.menu_client_health_dashboard']"),
    { trigger: `${tile("margin")}:contains('2,300')` },
    { trigger: `${tile("promises")} button:contains('50')` },
    { trigger: `${tile("feedback")} button:contains('67')` },
    { trigger: `${tile("down")}:contains('Board Fell'):contains('80 → 40'):contains('−40')` },
    { trigger: `${tile("up")}:contains('Board Rose'):contains('+60')` },
    // each figure opens its records
    click(`${tile("bands")} [data-band='risk']`),
    { trigger: ".o_list_view .o_data_row:contains('Board Fell')" },
    { trigger: ".o_list_view:not(:contains('Board Rose'))" },
    back,
    click(`${tile("promises")} [data-figure='kept']`),
    { trigger: ".o_list_view .o_data_row:nth-child(2):contains('Board Rose')" },
    back,
    click(`${tile("promises")} button:contains('50')`),
    { trigger: ".o_list_view .o_data_row:nth-child(4)" },
    back,
    click(`${tile("feedback")} button:contains('67')`),
    { trigger: ".o_list_view .o_data_row:nth-child(3)" },
    back,
    click(`${tile("margin")} button`),
    { trigger: ".o_list_view .o_data_row:nth-child(3)" },
    back,
    clickBar("weeks", 0, 1),
    { trigger: ".o_list_view .o_data_row:contains('Board Rose')" },
    { trigger: ".o_list_view:not(:contains('Board Fell'))" },
    back,
    clickBar("months", 0, 2),
    { trigger: ".o_list_view .o_data_row:contains('Board Fell')" },
    back,
    // the same without a mouse
    click(`${tile("weeks")} summary`),
    click(`${tile("weeks")} tbody tr:last a:first`),
    { trigger: ".o_list_view .o_data_row:contains('Board Rose')" },
    back,
    // of one salesperson; what was chosen stays on the way back
    {
        trigger: ".o_client_dashboard select[name='user']",
        run() {
            const option = [...this.anchor.options].find((one) => one.text.includes("ch_owner"));
            this.anchor.value = option.value;
            this.anchor.dispatchEvent(new Event("change", { bubbles: true }));
        },
    },
    { trigger: `${tile("up")}:contains('None')` },
    click(`${tile("down")} a:contains('Board Fell')`),
    { trigger: ".o_form_view .oe_title:contains('Board Fell')" },
    back,
    { trigger: `${tile("up")}:contains('None')` },
    click(`${tile("longest")} button:contains('All who wait')`),
    { trigger: ".o_breadcrumb:contains('Waiting')" },
]);

tour("client_health_dashboard_no_money", [
    { trigger: `${tile("bands")} [data-band='watch']:contains('1')` },
    { trigger: ".o_client_dashboard:not(:has([data-tile='margin'], [data-tile='months']))" },
    click(`${tile("bands")} [data-band='watch']`),
    { trigger: ".o_list_view .o_data_row:contains('Board Fell')" },
]);

tour("client_health_dashboard_phone", [
    {
        content: "Nothing sticks out of the screen",
        trigger: `${tile("down")} a:contains('Board Fell')`,
        run() {
            const page = document.querySelector(".o_client_dashboard");
            if (page.scrollWidth > window.innerWidth) {
                throw new Error(`${page.scrollWidth} of ${window.innerWidth}`);
            }
        },
    },
    click(`${tile("bands")} [data-band='risk']`),
    { trigger: ".o_kanban_view .o_kanban_record:contains('Board Fell'), .o_list_view" },
]);

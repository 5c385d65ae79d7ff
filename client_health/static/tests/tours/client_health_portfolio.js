/* global Chart, PointerEvent */
import { registry } from "@web/core/registry";

const tour = (name, steps) => registry.category("web_tour.tours").add(name, { steps: () => steps });
const click = (trigger) => ({ trigger, run: "click" });

const MAP = ".o_client_map";
const CHART = `${MAP}_chart`;

/** Dispatch an event on the bubble of a place. */
const point = (type, margin, score, pointerType = "mouse") => ({
    content: `${type} at margin ${margin}, score ${score}`,
    trigger: `${CHART} canvas:first`,
    run() {
        const chart = Chart.getChart(this.anchor);
        const { data } = chart.data.datasets[0];
        const index = data.findIndex(({ x, y }) => x === margin && y === score);
        const { x, y } = chart.getDatasetMeta(0).data[index];
        const { left, top } = this.anchor.getBoundingClientRect();
        this.anchor.dispatchEvent(
            new PointerEvent(type, {
                bubbles: true,
                clientX: left + x,
                clientY: top + y,
                pointerType,
            })
        );
    },
});

tour("client_health_portfolio", [
    click("button[data-menu-xmlid='client_health.menu_client_health_reporting']"),
    click(".dropdown-item[data-menu-xmlid='client_health.menu_client_health_portfolio']"),
    { trigger: `${MAP} [data-quadrant='keep']:contains('1')` },
    { trigger: `${MAP} [data-quadrant='unprofitable']:contains('1')` },
    { trigger: `${MAP} [data-quadrant='both']:contains('2')` },
    { trigger: `${MAP} [data-unknown='noMargin']:contains('Map No Margin')` },
    { trigger: `${MAP} [data-unknown='noScore']:contains('Map No Score')` },
    // hover tells
    point("pointermove", 70, 90),
    { trigger: `${MAP}_card:contains('Map Keep'):contains('70 %'):contains('90 days ago')` },
    // a figure opens its clients, and the way back leads to the map
    click(`${MAP} [data-quadrant='both']`),
    { trigger: ".o_list_view .o_data_row:contains('Map Both')" },
    { trigger: ".o_list_view .o_data_row:contains('Map Zero')" },
    { trigger: ".o_list_view:not(:has(.o_data_row:contains('Map Keep')))" },
    click(".breadcrumb-item a:contains('Portfolio Map'), .o_back_button"),
    // by keyboard
    {
        trigger: CHART,
        run() {
            this.anchor.focus();
        },
    },
    { trigger: `${CHART} [role='option']:contains('Map Cheap')` },
    { trigger: CHART, run: "press ArrowLeft" },
    { trigger: `${CHART} [role='option']:contains('Map Zero')` },
    { trigger: CHART, run: "press ArrowRight" },
    { trigger: `${CHART} [role='option']:contains('Map Cheap')` },
    { trigger: CHART, run: "press Enter" },
    { trigger: ".o_form_view .oe_title:contains('Map Cheap')" },
    click(".breadcrumb-item a:contains('Portfolio Map'), .o_back_button"),
    // click opens
    point("click", 65, 40),
    { trigger: ".o_form_view .oe_title:contains('Map Care')" },
    click(".breadcrumb-item a:contains('Portfolio Map'), .o_back_button"),
    // the same clients as a list
    click(".o_switch_view.o_list"),
    { trigger: ".o_list_view .o_data_row:contains('Map No Score')" },
]);

tour("client_health_portfolio_no_money", [
    click("button[data-menu-xmlid='client_health.menu_client_health_reporting']"),
    { trigger: ".o-dropdown--menu:not(:contains('Portfolio Map'))" },
]);

/* A finger points first, and opens by the button. */
tour("client_health_portfolio_phone", [
    point("click", -30, 30, "touch"),
    { trigger: `${MAP}_card:contains('Map Both')` },
    {
        content: "Nothing sticks out of the screen",
        trigger: `${MAP}_card`,
        run() {
            const { left, right } = this.anchor.getBoundingClientRect();
            if (left < 0 || right > window.innerWidth) {
                throw new Error(`From ${left} to ${right} of ${window.innerWidth}`);
            }
        },
    },
    click(`${MAP}_card button:contains('Open')`),
    { trigger: ".o_form_view .oe_title:contains('Map Both')" },
]);

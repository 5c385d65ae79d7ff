/* global Chart */
import { Component, onWillStart, useEffect, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { deserializeDate, toLocaleDateString } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { formatMonetary } from "@web/views/fields/formatters";
import { formatPercent } from "../../profitability/pareto_config";
import { getTheme } from "../../health/chart_theme";

export const getBands = () => [
    { key: "healthy", label: _t("Green"), color: "--success" },
    { key: "watch", label: _t("Yellow"), color: "--warning" },
    { key: "risk", label: _t("Red"), color: "--danger" },
    { key: "unknown", label: _t("Not enough data"), color: "--client-dashboard-unknown" },
];

export const formatDay = (date) => toLocaleDateString(deserializeDate(date));
export const formatMonth = (date) => deserializeDate(date).toFormat("LLL yyyy");
const formatShort = (date) =>
    deserializeDate(date).toLocaleString({ month: "short", day: "numeric" });

function getAxes(theme, { stacked = false, ticks = {} } = {}) {
    const line = { color: theme.get("--client-dashboard-grid") };
    return {
        x: {
            stacked,
            grid: { display: false },
            border: line,
            ticks: { color: theme.text, maxRotation: 0, autoSkipPadding: 16 },
        },
        y: {
            stacked,
            grid: line,
            border: { display: false },
            ticks: { color: theme.text, maxTicksLimit: 6, ...ticks },
        },
    };
}

function getOptions(theme, scales, onClick, tooltip) {
    return {
        animation: false,
        maintainAspectRatio: false,
        interaction: { mode: "index", intersect: false },
        onHover: ({ native }, elements) => {
            native.target.style.cursor = elements.length ? "pointer" : "";
        },
        onClick,
        scales,
        plugins: {
            legend: {
                align: "start",
                labels: { color: theme.text, boxWidth: 12, boxHeight: 12 },
                onClick: () => {},
            },
            tooltip,
        },
    };
}

/** Clients by band, week after week; see get_dashboard(). */
export function getWeeksConfig({ weeks, theme, onOpen }) {
    const bands = getBands().filter(({ key }) => weeks.some((week) => week[key]));
    return {
        type: "bar",
        data: {
            labels: weeks.map(({ date }) => formatShort(date)),
            datasets: bands.map(({ key, label, color }) => ({
                label,
                data: weeks.map((week) => week[key]),
                backgroundColor: theme.get(color),
                borderColor: theme.get("--client-dashboard-ground"),
                borderWidth: { top: 1 },
                categoryPercentage: 0.95,
                barPercentage: 0.95,
            })),
        },
        options: getOptions(
            theme,
            getAxes(theme, { stacked: true, ticks: { precision: 0 } }),
            (event, _elements, chart) => {
                const [element] = chart.getElementsAtEventForMode(
                    event,
                    "nearest",
                    { intersect: true },
                    false
                );
                if (element) {
                    onOpen(weeks[element.index], bands[element.datasetIndex]);
                }
            },
            { callbacks: { title: ([item]) => formatDay(weeks[item.dataIndex].date) } }
        ),
    };
}

/** Revenue and margin of each month; a margin that is not known is no bar. */
export function getMarginConfig({ months, currencyId, theme, onOpen }) {
    const money = (value) => formatMonetary(value, { currencyId, digits: [16, 0] });
    const getBars = (name, label, color) => ({
        label,
        data: months.map((month) => month[name]),
        backgroundColor: theme.get(color),
        categoryPercentage: 0.8,
        barPercentage: 0.95,
    });
    return {
        type: "bar",
        data: {
            labels: months.map(({ date }) => deserializeDate(date).toFormat("LLL")),
            datasets: [
                getBars("revenue", _t("Revenue"), "--client-dashboard-unknown"),
                getBars("margin", _t("Margin"), "--primary"),
            ],
        },
        options: getOptions(
            theme,
            getAxes(theme, { ticks: { callback: money } }),
            (_event, [element]) => element && onOpen(months[element.index]),
            {
                callbacks: {
                    title: ([item]) => formatMonth(months[item.dataIndex].date),
                    label: ({ dataset, parsed }) => `${dataset.label}: ${money(parsed.y)}`,
                    footer: ([item]) => {
                        const { margin, rate } = months[item.dataIndex];
                        if (margin === null) {
                            return _t("Margin unknown: hours without cost");
                        }
                        return rate === null ? "" : _t("Margin: %s", formatPercent(rate));
                    },
                },
            }
        ),
    };
}

/** A chart of the dashboard, in the colours of the page. */
export class DashboardChart extends Component {
    static template = "client_health.DashboardChart";
    static props = { getConfig: Function, data: Object, label: String };

    setup() {
        this.canvasRef = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            (canvas) => {
                const theme = getTheme(canvas.parentElement);
                const chart = new Chart(
                    canvas,
                    this.props.getConfig({ ...this.props.data, theme })
                );
                return () => chart.destroy();
            },
            () => [this.canvasRef.el, this.props.data]
        );
    }
}

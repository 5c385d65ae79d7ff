import { cookie } from "@web/core/browser/cookie";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { formatFloat } from "@web/views/fields/formatters";

// As Odoo's graphs do it: a canvas knows nothing of the theme
const isDark = cookie.get("color_scheme") === "dark";
const SCORE = isDark ? "#e4e4e4" : "#343a40";
const MARGIN = isDark ? "#6cb2ff" : "#056bd9";
const LABEL = isDark ? "#e4e4e4" : "#666666";
const GRID = isDark ? "rgba(255, 255, 255, 0.15)" : "rgba(0, 0, 0, 0.08)";
const DASHES = [5, 4];
const DAY = { day: "numeric", month: "short" };

/** As get_shown() in engine/scoring.py: what is reached. */
export const getShown = (score) => Math.floor(score + 1e-9);

export const formatDay = (date) => formatDate(deserializeDate(date));

export const formatMargin = (margin) =>
    _t("%s %", formatFloat(margin, { digits: [16, 1], trailingZeros: false }));

export const isKnown = (figure) => figure !== null && figure !== undefined;

/** The last day of which a figure is known. */
export const getLast = (days, name) => days.findLast((day) => isKnown(day[name]));

/** The bands as a faint background, in the colours of the score itself; named if there is room. */
function getBands({ healthy, risk }, named) {
    const style = window.getComputedStyle(document.documentElement);
    const bands = [
        { low: 0, high: risk, color: "--danger", name: _t("Red") },
        { low: risk, high: healthy, color: "--warning", name: _t("Yellow") },
        { low: healthy, high: 100, color: "--success", name: _t("Green") },
    ];
    return {
        id: "client_health_bands",
        beforeDatasetsDraw({ ctx, chartArea, scales }) {
            ctx.save();
            ctx.textBaseline = "top";
            for (const { low, high, color, name } of bands) {
                const top = scales.score.getPixelForValue(high);
                const height = scales.score.getPixelForValue(low) - top;
                ctx.fillStyle = style.getPropertyValue(color);
                ctx.globalAlpha = isDark ? 0.2 : 0.1;
                ctx.fillRect(chartArea.left, top, chartArea.width, height);
                if (named && height > 24) {
                    ctx.fillStyle = SCORE;
                    ctx.globalAlpha = 0.6;
                    ctx.fillText(name, chartArea.left + 8, top + 6);
                }
            }
            ctx.restore();
        },
    };
}

/** A line; what stands alone, and where it ends, is a dot as well. */
function getLine(days, name, label, color) {
    const figures = days.map((day) => (isKnown(day[name]) ? day[name] : null));
    const last = figures.findLastIndex((figure) => figure !== null);
    const isDot = (index) =>
        index === last ||
        (!isKnown(figures[index - 1]) && !isKnown(figures[index + 1]) && isKnown(figures[index]));
    return {
        label,
        yAxisID: name,
        data: days.map((day, index) => ({ x: day.date, y: figures[index] })),
        borderColor: color,
        backgroundColor: color,
        borderWidth: 2,
        pointRadius: (point) => (isDot(point.dataIndex) ? 3 : 0),
        pointHoverRadius: 4,
        pointHitRadius: 8,
        segment: {
            borderDash: (segment) => (days[segment.p1DataIndex].backfilled ? DASHES : undefined),
        },
    };
}

function getScales(lines, small) {
    const font = { size: small ? 11 : 12 };
    const scales = {
        x: {
            type: "time",
            time: { minUnit: "day", displayFormats: { day: DAY, week: DAY } },
            grid: { display: false },
            ticks: { font, color: LABEL, maxRotation: 0, autoSkipPadding: 16 },
        },
        score: {
            min: 0,
            max: 100,
            title: { display: true, text: _t("Score"), color: LABEL, font },
            grid: { color: GRID },
            ticks: { font, color: LABEL, stepSize: 25 },
        },
    };
    if (lines.some((line) => line.yAxisID === "margin")) {
        scales.margin = {
            position: "right",
            suggestedMin: 0,
            suggestedMax: 50,
            title: { display: true, text: _t("Margin (%)"), color: MARGIN, font },
            // only the line below which is a loss
            grid: {
                color: ({ tick, scale }) =>
                    tick?.value === 0 && scale.min < 0 ? MARGIN : "transparent",
            },
            ticks: { font, color: MARGIN, maxTicksLimit: 5 },
        };
    }
    return scales;
}

function getTooltip(days, seesMargin) {
    const getDay = (items) => days[items[0].dataIndex];
    return {
        callbacks: {
            title: (items) => formatDay(getDay(items).date),
            label: ({ dataset, parsed }) =>
                dataset.yAxisID === "margin"
                    ? _t("Margin: %s", formatMargin(parsed.y))
                    : _t("Score: %s of 100", getShown(parsed.y)),
            footer: (items) => {
                const { score, margin, backfilled } = getDay(items);
                return [
                    isKnown(score) ? "" : _t("Score: not enough data"),
                    seesMargin && !isKnown(margin) ? _t("Margin: unknown") : "",
                    backfilled ? _t("Computed afterwards") : "",
                ].filter(Boolean);
            },
        },
        footerFont: { weight: "normal" },
    };
}

/** What Chart.js needs to draw the answer of get_health_history(). */
export function getChartConfig({ days, limits, sees_margin: seesMargin }, small) {
    const lines = [getLine(days, "score", _t("Score"), SCORE)];
    if (seesMargin && getLast(days, "margin")) {
        lines.push(getLine(days, "margin", _t("Margin (%)"), MARGIN));
    }
    return {
        type: "line",
        data: { datasets: lines },
        options: {
            animation: false,
            maintainAspectRatio: false,
            interaction: { mode: "index", intersect: false },
            scales: getScales(lines, small),
            plugins: {
                legend: {
                    align: "start",
                    labels: {
                        usePointStyle: true,
                        pointStyle: "line",
                        boxHeight: 6,
                        color: LABEL,
                    },
                },
                tooltip: getTooltip(days, seesMargin),
            },
        },
        plugins: [getBands(limits, !small)],
    };
}

import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const POINTS = { yes: 2, partly: 1, no: 0 };

/**
 * The fit questions of an opportunity or a round: one click per answer, all questions at once,
 * beside the answers given earlier. The value is described in client_fit_mixin.py.
 */
export class FitSheet extends Component {
    static template = "client_health.FitSheet";
    static props = { ...standardFieldProps };

    setup() {
        // What was clicked and is not in the record yet: the next click must not lose it.
        this.clicked = useState({});
        this.waiting = 0;
        this.answers = [
            { key: "yes", label: _t("Yes") },
            { key: "partly", label: _t("Partly") },
            { key: "no", label: _t("No") },
            { key: "unknown", label: _t("Don't know") },
        ];
    }

    get sheet() {
        return this.props.record.data[this.props.name] || { columns: [], questions: [] };
    }

    get sections() {
        const sections = [];
        for (const question of this.sheet.questions) {
            if (sections.at(-1)?.name !== question.section) {
                sections.push({ name: question.section, questions: [] });
            }
            sections.at(-1).questions.push(question);
        }
        return sections;
    }

    /** Shown without buttons: only the earlier answers, side by side. */
    get isHistory() {
        return this.props.readonly && this.sheet.columns.length > 0 && !this.isAnswered;
    }

    get isAnswered() {
        return this.sheet.questions.some((question) => question.answer);
    }

    getAnswer(question) {
        return this.clicked[question.id] ?? question.answer;
    }

    getLabel(key) {
        return this.answers.find((answer) => answer.key === key)?.label || "–";
    }

    /** How good an answer is: 0 to 2, or undefined when it is unknown. */
    getPoints(question, key) {
        const points = POINTS[key];
        return question.red_flag && points !== undefined ? 2 - points : points;
    }

    getTone(question, key) {
        return ["danger", "warning", "success"][this.getPoints(question, key)] || "secondary";
    }

    /** Return "better", "worse" or "" for an answer against the first column. */
    getChange(question, key) {
        const before = this.getPoints(question, question.before[0]);
        const now = this.getPoints(question, key);
        if (before === undefined || now === undefined || before === now) {
            return "";
        }
        return now > before ? "better" : "worse";
    }

    async onClick(question, key) {
        this.clicked[question.id] = this.getAnswer(question) === key ? "" : key;
        const questions = this.sheet.questions.map((other) => ({
            ...other,
            answer: this.getAnswer(other),
        }));
        this.waiting++;
        await this.props.record.update({ [this.props.name]: { ...this.sheet, questions } });
        this.waiting--;
        if (!this.waiting) {
            Object.keys(this.clicked).forEach((id) => delete this.clicked[id]);
        }
    }
}

registry.category("fields").add("client_fit_sheet", {
    component: FitSheet,
    displayName: _t("Fit questions"),
    supportedTypes: ["json"],
});

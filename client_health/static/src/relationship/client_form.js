import { registry } from "@web/core/registry";
import { toStringExpression } from "@web/views/utils";
import { RelationalModel } from "@web/model/relational_model/relational_model";
import { FormCompiler } from "@web/views/form/form_compiler";
import { FormRenderer } from "@web/views/form/form_renderer";
import { formView } from "@web/views/form/form_view";
import { MOVE_QUESTION } from "../stage_move/move_question";

/** A page with `data-count` shows the sum of these fields beside its name: "Voice (2)". */
class ClientFormCompiler extends FormCompiler {
    compileNotebook(el, params) {
        const notebook = super.compileNotebook(el, params);
        for (const page of el.querySelectorAll(":scope > page[data-count]")) {
            const name = toStringExpression(page.getAttribute("name"));
            const slot = [...notebook.children].find((node) => node.getAttribute("name") === name);
            const names = JSON.stringify(page.getAttribute("data-count").split(","));
            slot?.setAttribute(
                "title",
                `__comp__.getTabTitle(${slot.getAttribute("title")}, ${names})`
            );
        }
        return notebook;
    }
}

class ClientFormRenderer extends FormRenderer {
    getTabTitle(title, names) {
        const { data } = this.props.record;
        // lists count their lines; a field that the user may not read counts nothing
        const counts = names.map((name) => data[name]?.count ?? data[name] ?? 0);
        const sum = counts.reduce((total, count) => total + count, 0);
        return sum ? `${title} (${sum})` : title;
    }
}

const MANY = ["one2many", "many2many"];

/**
 * A stage that was refused, with a question, is taken back: the question moves the client. What else
 * was typed stays.
 */
class ClientFormRecord extends RelationalModel.Record {
    async _save() {
        try {
            return await super._save(...arguments);
        } catch (error) {
            if (error.exceptionName === MOVE_QUESTION) {
                const typed = Object.entries(this._changes).filter(
                    ([name]) => name !== "stage_id" && !MANY.includes(this.fields[name].type)
                );
                await this._discard();
                if (typed.length) {
                    await this._update(Object.fromEntries(typed));
                }
            }
            throw error;
        }
    }
}

class ClientFormModel extends RelationalModel {
    static Record = ClientFormRecord;
}

registry.category("views").add("client_form", {
    ...formView,
    Model: ClientFormModel,
    Compiler: ClientFormCompiler,
    Renderer: ClientFormRenderer,
});

import { registry } from "@web/core/registry";
import { toStringExpression } from "@web/views/utils";
import { RelationalModel } from "@web/model/relational_model/relational_model";
import { FormCompiler } from "@web/views/form/form_compiler";
import { FormRenderer } from "@web/views/form/form_renderer";
import { formView } from "@web/views/form/form_view";

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

/**
 * A stage that was refused, in words or with a question, is taken back: the status bar shows where
 * the client is, and the question moves it. Whatever else was typed stays, not saved yet.
 */
class ClientFormRecord extends RelationalModel.Record {
    async _save() {
        try {
            return await super._save(...arguments);
        } catch (error) {
            if (error.exceptionName && "stage_id" in this._changes) {
                await this.takeStageBack();
            }
            throw error;
        }
    }

    async takeStageBack() {
        const typed = Object.keys(this._changes).filter((name) => name !== "stage_id");
        if (!typed.length) {
            return this._discard();
        }
        await this._update({ stage_id: this._values.stage_id }, { withoutOnchange: true });
        // not to be written: it may have been moved by a colleague meanwhile
        delete this._changes.stage_id;
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

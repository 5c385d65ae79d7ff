import { registry } from "@web/core/registry";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";

/** What a client has seen is kept: *Delete* is offered for a draft that was never proposed. */
export class AgreementFormController extends FormController {
    getStaticActionMenuItems() {
        const items = super.getStaticActionMenuItems();
        const { isAvailable } = items.delete;
        items.delete.isAvailable = () => isAvailable() && !this.isEvidence;
        return items;
    }

    /** As _is_evidence() in models/agreement/client_agreement.py. */
    get isEvidence() {
        const { state, proposed_on } = this.model.root.data;
        return state !== "draft" || Boolean(proposed_on);
    }
}

registry.category("views").add("client_agreement_form", {
    ...formView,
    Controller: AgreementFormController,
});

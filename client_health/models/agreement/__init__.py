from . import client_agreement_holder_mixin
from . import client_agreement
from . import client_relationship
from . import client_agreement_signature
from . import client_agreement_portal

from . import client_link_holder_mixin
from . import client_personal_link
from . import client_personal_link_visit
